"""The template as SAM translates it, and what a deployment must not lose."""

import copy
import json
import re
from typing import Any

import pytest
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

from gateway import __version__
from local.places import ROOT, TEMPLATE
from local.schedules import FREQUENCIES
from local.tables import read_template

Json = dict[str, Any]

DEFAULTS = {"AWS::Region": "eu-west-1", "AWS::Partition": "aws"}
STREAMING_URI = re.compile(r".*:lambda:path/2021-11-15/functions/\$\{(\w+)\.Arn\}/response-streaming-invocations")
BUFFERED_URI = re.compile(r".*:lambda:path/2015-03-31/functions/\$\{(\w+)\.Arn\}/invocations")
ADMIN_PATHS = {"/api/{proxy+}"}


def translated(template: Json | None = None) -> Json:
    """After ``sam package`` (which uploads code) and SAM's transform, with every parameter at its default."""
    template = template or read_template(TEMPLATE)
    for resource in template["Resources"].values():
        for uri in {"CodeUri", "ContentUri"} & resource["Properties"].keys():
            resource["Properties"][uri] = "s3://bucket/code"
    parameters = {name: p["Default"] for name, p in template["Parameters"].items()}
    return Translator({}, Parser()).translate(copy.deepcopy(template), {**DEFAULTS, **parameters})


@pytest.fixture(scope="module")
def resources() -> Json:
    return translated()["Resources"]


def defined(kind: str) -> dict[str, Json]:
    """The template's own resources of a type: name to properties."""
    resources = read_template(TEMPLATE)["Resources"]
    return {name: resource["Properties"] for name, resource in resources.items() if resource["Type"] == kind}


def events(function: str) -> list[Json]:
    """The routes of a function, as the template has them."""
    return [event["Properties"] for event in defined("AWS::Serverless::Function")[function]["Events"].values()]


def integrations(resources: Json) -> dict[tuple[str, str], Json]:
    """(path, method) to what API Gateway does with it."""
    paths = resources["Api"]["Properties"]["Body"]["paths"]
    return {
        (path, method): operation["x-amazon-apigateway-integration"]
        for path, methods in paths.items()
        for method, operation in methods.items()
    }


def problems(found: dict[tuple[str, str], Json]) -> list[str]:
    """Routes of the relay that would not stream for a quarter of an hour, and other routes that would."""
    wrong: list[str] = []
    for (path, method), integration in found.items():
        uri = integration["uri"]["Fn::Sub"]
        streams = STREAMING_URI.fullmatch(uri) is not None and integration.get("responseTransferMode") == "STREAM"
        buffered = BUFFERED_URI.fullmatch(uri) is not None and "responseTransferMode" not in integration
        streams &= integration.get("timeoutInMillis") == 900_000
        if not (buffered if path in ADMIN_PATHS else streams):
            wrong.append(f"{method} {path}: {json.dumps(integration)}")
    return wrong


def test_sam_translates_the_template_and_keeps_every_table(resources: Json) -> None:
    before = read_template(TEMPLATE)["Resources"]
    tables = {name: r for name, r in before.items() if r["Type"] == "AWS::DynamoDB::Table"}
    assert tables
    assert {name: resources.get(name) for name in tables} == tables


def test_every_relay_route_streams_and_every_admin_route_is_buffered(resources: Json) -> None:
    found = integrations(resources)
    assert problems(found) == []
    assert {path for path, _ in found} >= {"/v1/{proxy+}", "/v1beta/{proxy+}", "/dashboard/{proxy+}", *ADMIN_PATHS}


BUFFERED_BY_MISTAKE = {  # event of the relay: a transfer mode that passes every lint
    "V1Post": "STREAM",
    "V1Get": "RESPONSE_STREAMING",
    "V1BetaPost": "response_stream",
    "V1BetaGet": "BUFFERED",
    "DashboardGet": None,
}


def test_a_mistake_that_sam_quietly_buffers_is_found() -> None:
    template = read_template(TEMPLATE)
    routes = {name: event["Properties"] for name, event in relay_events(template).items()}
    for name, mode in BUFFERED_BY_MISTAKE.items():
        routes[name].pop("ResponseTransferMode") if mode is None else routes[name].update(ResponseTransferMode=mode)
    routes["RerankPost"]["TimeoutInMillis"] = 29_000
    admin = template["Resources"]["AdminFunction"]["Properties"]["Events"]["ApiGet"]["Properties"]
    admin["ResponseTransferMode"] = "RESPONSE_STREAM"
    found = problems(integrations(translated(template)["Resources"]))
    wrong = [routes[name] for name in (*BUFFERED_BY_MISTAKE, "RerankPost")] + [admin]
    assert {problem.partition(":")[0] for problem in found} == {f"{r['Method'].lower()} {r['Path']}" for r in wrong}


def relay_events(template: Json) -> Json:
    return template["Resources"]["RelayFunction"]["Properties"]["Events"]


def test_every_address_of_the_applications_is_routed_to_its_function() -> None:
    from relay.app import ROUTES
    from tests.admin.routes import gated_routes

    wanted = {"RelayFunction": [(m, p) for m, p, _ in ROUTES], "AdminFunction": [(m, p) for m, p, _ in gated_routes()]}
    for function, routes in wanted.items():
        routed = events(function)
        for method, path in routes:
            assert any(matches(event, method, path) for event in routed), (function, method, path)


def matches(event: Json, method: str, path: str) -> bool:
    prefix = event["Path"].removesuffix("{proxy+}")
    return event["Method"] == method and (path == prefix or (prefix != event["Path"] and path.startswith(prefix)))


def test_no_route_uses_any_because_emulators_drop_it() -> None:
    methods = {event["Method"] for name in ("RelayFunction", "AdminFunction") for event in events(name)}
    assert "ANY" not in methods


def test_functions_run_on_the_chosen_processor_with_its_layer(resources: Json) -> None:
    for name in ("RelayFunction", "AdminFunction", "CronFunction"):
        properties = resources[name]["Properties"]
        assert properties["Runtime"] == "python3.13"
        assert properties["Architectures"] == [{"Ref": "Architecture"}]
        condition, *layers = properties["Layers"][0]["Fn::If"]
        assert condition == "OnX86"
        assert [re.sub(r"[0-9a-f]{10}$", "", layer["Ref"]) for layer in layers] == ["SharedX86", "SharedArm64"]
    relay = resources["RelayFunction"]["Properties"]
    assert (relay["Handler"], relay["Timeout"]) == ("relay.asgi.handler", 900)
    assert relay["Environment"]["Variables"]["AWS_LAMBDA_EXEC_WRAPPER"] == "/var/task/bootstrap-stream"


def test_tables_survive_mistakes() -> None:
    for name, properties in defined("AWS::DynamoDB::Table").items():
        assert properties["DeletionProtectionEnabled"] == {"Ref": "DeletionProtection"}, name
        assert properties["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}, name
        assert properties["SSESpecification"] == {"SSEEnabled": True}, name
    assert read_template(TEMPLATE)["Parameters"]["DeletionProtection"]["Default"] == "true"


def test_the_encryption_key_is_deleted_after_what_only_it_opens() -> None:
    resources = read_template(TEMPLATE)["Resources"]
    for sealed in ("ChannelsTable", "RedemptionsTable"):
        assert resources[sealed]["DependsOn"] == "EncryptionKey"


def test_no_secret_stands_in_the_template() -> None:
    text = TEMPLATE.read_text()
    template = read_template(TEMPLATE)
    for name in ("EncryptionKey", "SessionSecret", "EdgeSecret"):
        properties = template["Resources"][name]["Properties"]
        assert "SecretString" not in properties and properties["GenerateSecretString"]["PasswordLength"] >= 43
        assert f"{{{{resolve:secretsmanager:${{{name}}}}}}}" in text
        assert all(name not in json.dumps(output) for key, output in template["Outputs"].items() if key != f"{name}Arn")


def test_the_site_is_private_and_its_api_calls_are_not_cached() -> None:
    resources = read_template(TEMPLATE)["Resources"]
    assert all(resources["SiteBucket"]["Properties"]["PublicAccessBlockConfiguration"].values())
    distribution = resources["Site"]["Properties"]["DistributionConfig"]
    origins = {origin["Id"]: origin for origin in distribution["Origins"]}
    assert origins["site"]["OriginAccessControlId"] == {"Fn::GetAtt": "SiteAccess.Id"}
    (api,) = distribution["CacheBehaviors"]
    managed_caching_disabled, managed_all_but_host = (
        "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
        "b689b0a8-53d0-40ab-baf2-68738e2966ac",
    )
    assert (api["PathPattern"], api["TargetOriginId"]) == ("/api/*", "api")
    assert (api["CachePolicyId"], api["OriginRequestPolicyId"]) == (managed_caching_disabled, managed_all_but_host)
    for behaviour in (api, distribution["DefaultCacheBehavior"]):
        assert behaviour["ResponseHeadersPolicyId"] == {"Ref": "SiteHeaders"}


def test_every_schedule_names_a_job_that_exists() -> None:
    from cron.app import JOBS

    schedules = defined("AWS::Scheduler::Schedule").values()
    jobs = {json.loads(schedule["Target"]["Input"])["job"] for schedule in schedules}
    assert jobs >= {frequency.job for frequency in FREQUENCIES}
    assert jobs <= JOBS.keys()
    assert {"release_holds", "test_channels", "update_balances"} <= jobs


def test_every_metric_that_an_alarm_watches_is_written_by_the_code() -> None:
    source = "".join(path.read_text() for folder in ("functions", "shared") for path in (ROOT / folder).rglob("*.py"))
    written = set(re.findall(r'log\.metric\(\s*"(\w+)"', source))
    alarms = defined("AWS::CloudWatch::Alarm").values()
    own = {alarm["MetricName"] for alarm in alarms if alarm.get("Namespace") == {"Ref": "AWS::StackName"}}
    filters = defined("AWS::Logs::MetricFilter").values()
    assert own >= {"SweepFailures", "UsageQuarantined"}
    assert own <= written | {filter["MetricTransformations"][0]["MetricName"] for filter in filters}
    assert {alarm.get("MetricName") for alarm in alarms} >= {"Errors", "Throttles"}


def test_the_version_is_the_codes() -> None:
    assert read_template(TEMPLATE)["Parameters"]["GatewayVersion"]["Default"] == __version__
