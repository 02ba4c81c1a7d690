"""The fake provider answers one key, streams on Lambda without a layer of ours, and leaves nothing behind."""

import asyncio
import hashlib
import io
import subprocess
import sys
import time
import zipfile
from collections.abc import Generator
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
from botocore.stub import ANY, Stubber

from tests.emulators.runtime_api import RuntimeApi
from tools.certifying import beside, fake_provider
from tools.certifying.fake_provider import COMPLETION, FAIL, PROMPT, WORDS, listening

KEY = "k" * 32
CHAT = b'{"model": "m", "messages": []}'
STREAM = b'{"model": "m", "messages": [], "stream": true}'


@pytest.mark.parametrize(
    ("path", "body", "key", "status"),
    [
        ("/v1/chat/completions", CHAT, KEY, 200),
        ("/v1/embeddings", CHAT, KEY, 200),
        ("/v1/chat/completions", CHAT, "another", 401),
        ("/v1/chat/completions", CHAT, "", 401),
        ("/v1/chat/completions", FAIL.encode(), KEY, 500),
        ("/v1/files", CHAT, KEY, 404),
    ],
)
def test_one_key_opens_two_addresses(path: str, body: bytes, key: str, status: int) -> None:
    assert fake_provider.answer(path, body, f"Bearer {key}", KEY).status == status


def test_on_this_machine_words_come_one_after_the_other() -> None:
    with listening(KEY, pause=0.05) as port:
        address, headers = f"http://127.0.0.1:{port}/v1/chat/completions", {"authorization": f"Bearer {KEY}"}
        whole = httpx.post(address, content=CHAT, headers=headers, trust_env=False).json()
        begun = time.monotonic()
        streamed = httpx.post(address, content=STREAM, headers=headers, trust_env=False)
    assert whole["choices"][0]["message"]["content"] == "".join(WORDS)
    assert whole["usage"]["total_tokens"] == PROMPT + COMPLETION
    assert time.monotonic() - begun >= 0.05 * (len(WORDS) - 1)
    assert streamed.text.endswith("data: [DONE]\n\n")


async def test_on_lambda_it_streams_with_what_is_in_its_package_alone(tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(beside.package())) as packed:
        packed.extractall(tmp_path)
        assert all(entry.external_attr >> 16 == 0o755 for entry in packed.infolist())
    async with RuntimeApi() as api:
        environment = {"AWS_LAMBDA_RUNTIME_API": api.address, "CERTIFY_KEY": KEY, "CERTIFY_PAUSE": "0.05"}
        process = subprocess.Popen([sys.executable, "-I", tmp_path / "fake_provider.py"], env=environment, cwd=tmp_path)
        try:
            await _asked(api)
        finally:
            process.kill()
            await asyncio.to_thread(process.wait)


async def _asked(api: RuntimeApi) -> None:
    headers = {"authorization": f"Bearer {KEY}"}
    for body, pieces in ((STREAM, len(WORDS)), (CHAT, 1)):
        event = {"rawPath": "/v1/chat/completions", "headers": headers, "body": body.decode(), "isBase64Encoded": False}
        invocation = api.invoke(event)
        head = await invocation.head()
        assert (head.mode, head.status, list(head.headers or {})) == ("streaming", 200, ["content-type"])
        moments = [chunk.at async for chunk in invocation.chunks()]
        assert len(moments) >= pieces
        assert moments[-1] - moments[0] >= 0.04 * (pieces - 1)


class Account:
    """AWS, as far as it is asked; requests are held to the services' own models."""

    emulator, name = "", "mine"

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        self.clients: dict[str, Any] = {name: boto3.client(name, region_name="us-east-1") for name in ("iam", "lambda")}  # pyright: ignore
        self.stubs = {name: Stubber(client) for name, client in self.clients.items()}

    def client(self, service: str) -> Any:
        return self.clients[service]

    def answers(self, service: str, operation: str, answer: dict[str, Any], **asked: Any) -> None:
        self.stubs[service].add_response(operation, answer, asked or None)


NAME = f"mine-certify-{hashlib.sha256(KEY.encode()).hexdigest()[:8]}"
ADDRESS = f"https://{'x' * 32}.lambda-url.us-east-1.on.aws"
ARN = f"arn:aws:lambda:us-east-1:{'1' * 12}:function:{NAME}"


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Generator[Account]:
    """Its answers to a deployment up to the function; each is asked for once."""
    made = Account(monkeypatch)
    role = {
        "RoleName": NAME,
        "Path": "/",
        "RoleId": "R" * 16,
        "CreateDate": "2026-01-01",
        "Arn": "arn:aws:iam::1:role/x",
    }
    made.answers("iam", "create_role", {"Role": role}, RoleName=NAME, AssumeRolePolicyDocument=ANY)
    made.stubs["lambda"].add_client_error("create_function", "InvalidParameterValueException", "cannot be assumed")
    made.answers("lambda", "create_function", {})
    made.answers("lambda", "get_function", {"Configuration": {"State": "Active"}})
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    with made.stubs["iam"], made.stubs["lambda"]:
        yield made
    for stub in made.stubs.values():
        stub.assert_no_pending_responses()


def gone(account: Account) -> None:
    account.answers("lambda", "delete_function", {}, FunctionName=NAME)
    account.answers("iam", "delete_role", {}, RoleName=NAME)


def test_the_function_is_open_by_its_address_alone_and_removed_with_its_role(account: Account) -> None:
    url = {"FunctionUrl": f"{ADDRESS}/", "FunctionArn": ARN, "AuthType": "NONE", "CreationTime": "now"}
    asked = {"FunctionName": NAME, "AuthType": "NONE", "InvokeMode": "RESPONSE_STREAM"}
    account.answers("lambda", "create_function_url_config", url, **asked)
    account.answers("lambda", "add_permission", {})
    account.answers("lambda", "add_permission", {})
    gone(account)
    with beside.provider(account, KEY, pause=0.1) as made:  # pyright: ignore
        assert made.url == ADDRESS


def test_a_deployment_that_fails_half_way_leaves_nothing(account: Account) -> None:
    account.stubs["lambda"].add_client_error("create_function_url_config", "ServiceException")
    gone(account)
    with pytest.raises(Exception, match="ServiceException"), beside.provider(account, KEY, pause=0.1):  # pyright: ignore
        raise AssertionError("nothing to use")
