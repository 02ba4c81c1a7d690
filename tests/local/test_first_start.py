"""The account of the first start, with the gateway itself."""

import json
import os
import re
import urllib.error
import urllib.request
from collections.abc import Callable
from http.client import HTTPResponse
from pathlib import Path
from typing import Any, cast

import pytest

from tests.support.gateway_process import GatewayProcess

pytestmark = pytest.mark.e2e


def ask(url: str, body: dict[str, str] | None = None, **headers: str) -> tuple[int, Any]:
    data = json.dumps(body).encode() if body else None
    request = urllib.request.Request(url, data, {"content-type": "application/json", **headers})
    try:
        with cast("HTTPResponse", urllib.request.urlopen(request, timeout=20)) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


def sign_in(gateway: GatewayProcess, password: str) -> Any:
    return ask(f"{gateway.url}/api/user/login", {"username": "root", "password": password})[1]


def printed_passwords(text: str) -> list[str]:
    return re.findall(r"^\|  password   (\S+)", text, re.MULTILINE)


def test_the_printed_password_signs_root_in_and_goes_on_doing_so(
    start_gateway: Callable[..., GatewayProcess],
) -> None:
    gateway = start_gateway(known_root=False)
    (password,) = printed_passwords(gateway.output())
    assert len(password) >= 20
    root = sign_in(gateway, password)
    assert root["success"] is True
    assert (root["data"]["id"], root["data"]["username"], root["data"]["role"]) == (1, "root", 100)

    gateway.restart()

    assert printed_passwords(gateway.output()) == [password]
    assert sign_in(gateway, password)["success"] is True
    assert not any(password in log.read_text() for log in (gateway.folder / "logs").iterdir())


def test_a_second_start_takes_a_second_or_two_of_computing(start_gateway: Callable[..., GatewayProcess]) -> None:
    gateway = start_gateway().restart()
    user, system = Path(f"/proc/{gateway.pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    assert (int(user) + int(system)) / os.sysconf(
        "SC_CLK_TCK"
    ) < 2  # the clock on the wall depends on the machine's load


@pytest.mark.parametrize("guess", ["123456", "root", "password", "admin"])
def test_no_well_known_password_opens_a_new_gateway(gateway_process: GatewayProcess, guess: str) -> None:
    assert sign_in(gateway_process, guess)["success"] is False


def test_the_secrets_an_operator_sets_are_the_ones_that_work(gateway_process: GatewayProcess) -> None:
    assert sign_in(gateway_process, gateway_process.root_password)["success"] is True

    status, models = ask(f"{gateway_process.url}/v1/models", authorization=f"Bearer {gateway_process.root_key}")
    assert (status, models["object"]) == (200, "list")

    status, root = ask(f"{gateway_process.url}/api/user/self", authorization=gateway_process.root_access_token)
    assert (status, root["data"]["username"]) == (200, "root")


def test_an_unusable_setting_stops_the_first_start_with_its_name(
    start_gateway: Callable[..., GatewayProcess],
) -> None:
    with pytest.raises(RuntimeError, match="one-api: INITIAL_ROOT_PASSWORD must have at least"):
        start_gateway(environment={"INITIAL_ROOT_PASSWORD": "short"})


def test_unknown_paths_are_refused_by_the_function_they_belong_to(gateway_process: GatewayProcess) -> None:
    for path in ("/v1/nothing", "/api/nothing"):
        status, answer = ask(gateway_process.url + path)
        assert status == 404
        assert f"Invalid URL (GET {path})" in answer["error"]["message"]
