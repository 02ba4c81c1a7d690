"""A deployed stack, known by its outputs alone. AWS_ENDPOINT_URL, as every AWS tool reads it, means an emulator."""

import argparse
import os
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError


class StackMissing(Exception):
    """There is no such stack, or no way to it; the message is for the operator."""


@dataclass(frozen=True, slots=True)
class Stack:
    """A stack's name, region, outputs, and the emulator it lives in (empty: AWS)."""

    name: str
    region: str
    outputs: dict[str, str]
    emulator: str = ""
    parameters: dict[str, str] = field(default_factory=dict[str, str])

    def client(self, service: str) -> Any:
        """A client of an AWS service where the stack is."""
        return boto3.client(service, region_name=self.region)  # pyright: ignore[reportArgumentType, reportCallIssue]

    @property
    def api_url(self) -> str:
        """The API, with its stage; an emulator answers at an address of its own."""
        if self.emulator:
            return f"{self.emulator}/_aws/execute-api/{self.outputs['ApiId']}/prod"
        return self.outputs["ApiUrl"]

    @property
    def relay_base_url(self) -> str:
        """``base_url`` for OpenAI clients."""
        return f"{self.api_url}/v1" if self.emulator else self.outputs["RelayBaseUrl"]

    @property
    def management_url(self) -> str:
        """Below which /api/ lies: the site, or the API itself where no CloudFront answers."""
        return self.api_url if self.emulator else self.outputs.get("SiteUrl", self.api_url)


def parser_for(text: str | None) -> argparse.ArgumentParser:
    """The command line of a tool that this text describes, with the options that say which stack."""
    parser = argparse.ArgumentParser(description=text, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stack", required=True)
    parser.add_argument("--region", default="")
    parser.add_argument("--profile", default="", help="of AWS's configuration files")
    return parser


def chosen(options: argparse.Namespace) -> "Stack":
    """The stack that a command line means; raises ``StackMissing``."""
    if options.profile:
        os.environ["AWS_PROFILE"] = options.profile  # what every client here, and gateway's own, looks at
    return find(options.stack, options.region)


def find(name: str, region: str = "") -> Stack:
    """The stack of this name; raises ``StackMissing``."""
    region = region or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or ""
    emulator = (os.environ.get("AWS_ENDPOINT_URL") or "").rstrip("/")
    try:
        client: Any = boto3.client("cloudformation", region_name=region or None)  # pyright: ignore[reportUnknownMemberType]
        (found,) = client.describe_stacks(StackName=name)["Stacks"]
    except (BotoCoreError, ClientError, ValueError) as error:
        raise StackMissing(f"no stack {name!r} can be read in region {region or 'of your profile'}: {error}") from error
    outputs = {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}
    parameters = {given["ParameterKey"]: given.get("ParameterValue", "") for given in found.get("Parameters", [])}
    region = client.meta.region_name
    return Stack(name=name, region=region, outputs=outputs, emulator=emulator, parameters=parameters)
