"""What a real account refuses, loses or leaves behind, and no emulator does."""

import json
from typing import Any

from local.places import TEMPLATE
from local.tables import read_template
from tests.infra.test_template import translated

Json = dict[str, Any]

# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/add-origin-custom-headers.html
NEVER_ADDED = {
    "cache-control", "connection", "content-length", "cookie", "host", "if-match", "if-modified-since",
    "if-none-match", "if-range", "if-unmodified-since", "max-forwards", "pragma", "proxy-authenticate",
    "proxy-authorization", "proxy-connection", "range", "request-range", "te", "trailer", "transfer-encoding",
    "upgrade", "via", "x-real-ip",
}  # fmt: skip
NEVER_BEGUN_WITH = ("x-amz-", "x-edge-")


def test_cloudfront_may_add_every_header_it_is_told_to_add() -> None:
    origins = read_template(TEMPLATE)["Resources"]["Site"]["Properties"]["DistributionConfig"]["Origins"]
    names = [header["HeaderName"].lower() for origin in origins for header in origin.get("OriginCustomHeaders", [])]
    assert names
    assert not [name for name in names if name in NEVER_ADDED or name.startswith(NEVER_BEGUN_WITH)]


# Names of these are one account's, not one region's.
GLOBAL_NAMES = {
    "AWS::CloudFront::OriginAccessControl": ("OriginAccessControlConfig", "Name"),
    "AWS::CloudFront::ResponseHeadersPolicy": ("ResponseHeadersPolicyConfig", "Name"),
    "AWS::CloudFront::CachePolicy": ("CachePolicyConfig", "Name"),
    "AWS::CloudFront::OriginRequestPolicy": ("OriginRequestPolicyConfig", "Name"),
    "AWS::CloudFront::Function": ("Name",),
    "AWS::CloudWatch::Dashboard": ("DashboardName",),
    "AWS::IAM::Role": ("RoleName",),
    "AWS::IAM::ManagedPolicy": ("ManagedPolicyName",),
    "AWS::S3::Bucket": ("BucketName",),
}


def global_names() -> dict[str, Any]:
    """Resource to the name it is given; those without one get a name of their own from CloudFormation."""
    found: dict[str, Any] = {}
    for resource, definition in read_template(TEMPLATE)["Resources"].items():
        value: Any = definition.get("Properties", {})
        for key in GLOBAL_NAMES.get(definition["Type"], ("no name",)):
            value = value.get(key) if isinstance(value, dict) else None
        if value is not None:
            found[resource] = value
    return found


def test_a_second_stack_and_a_second_region_get_names_of_their_own() -> None:
    names = {resource: name["Fn::Sub"] if isinstance(name, dict) and "Fn::Sub" in name else name
             for resource, name in global_names().items()}  # fmt: skip
    assert len(names) >= 5
    shared = {name: text for name, text in names.items() if "${AWS::StackName}-${AWS::Region}" not in str(text)}
    assert shared == {}


def test_whatever_holds_a_secrets_value_changes_with_the_revision() -> None:
    """CloudFormation reads a secret again only for a resource that changes otherwise."""
    resources = translated()["Resources"]
    holding = {name: json.dumps(resource) for name, resource in resources.items()
               if "{{resolve:" in json.dumps(resource)}  # fmt: skip
    assert holding.keys() >= {"RelayFunction", "AdminFunction", "CronFunction", "Site"}
    assert not [name for name, text in holding.items() if '{"Ref": "SecretsRevision"}' not in text]


def test_the_encryption_key_is_frozen_and_outlives_its_stack() -> None:
    """Any change to how it is generated generates another, which opens nothing that is there."""
    key = read_template(TEMPLATE)["Resources"]["EncryptionKey"]
    assert key["Properties"]["GenerateSecretString"] == {
        "PasswordLength": 43,
        "ExcludePunctuation": True,
        "ExcludeCharacters": "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~",
    }
    assert key["Properties"].keys() == {"Description", "GenerateSecretString"}
    assert (key["DeletionPolicy"], key["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")


def test_the_stack_says_what_a_bare_deployment_leaves_to_do() -> None:
    steps = read_template(TEMPLATE)["Outputs"]["NextSteps"]["Value"]["Fn::Sub"]
    commands = [command.split()[:3] for command in steps.split("&&")]
    assert commands == [["python", "-m", f"tools.{tool}"] for tool in ("publish", "root_account", "smoke")]
    assert steps.count("--stack ${AWS::StackName} --region ${AWS::Region}") == 3
