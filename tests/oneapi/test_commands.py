"""Commands at a gateway that is a function. ``tests/e2e/test_client.py`` has all of them at a real one."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import httpx
import pytest

from oneapi.commands import channels, logs, users
from oneapi.failures import Exit
from oneapi.gateway import Gateway
from oneapi.main import run
from oneapi.profiles import Profile

Answer = Callable[[httpx.Request], Any]


def answering(answer: Answer) -> Callable[[], Gateway]:
    def respond(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"success": True, "message": "", "data": answer(request)})

    return lambda: Gateway(Profile("http://gateway", "token"), httpx.MockTransport(respond))


def entry(number: int) -> dict[str, Any]:
    return {"request_id": f"{number:017d}", "created_at": number}


def test_following_the_log_begins_behind_what_is_there(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    there = [entry(number) for number in range(30)]
    coming = iter([entry(30), entry(31)])

    def listed(request: httpx.Request) -> Iterable[dict[str, Any]]:
        return there[: -int(request.url.params["page_size"]) - 1 : -1]

    def look(_: float) -> None:
        if (new := next(coming, None)) is None:
            raise KeyboardInterrupt
        there.append(new)

    monkeypatch.setattr(logs, "gateway", answering(listed))
    monkeypatch.setattr(logs.time, "sleep", look)
    run(["logs", "tail", "-f", "-n", "2", "--json"])
    told = [json.loads(line)["created_at"] for line in capsys.readouterr().out.splitlines()]
    assert told == [28, 29, 30, 31]


def test_accounts_that_are_searched_for_are_those_of_the_group(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = [{"id": 1, "username": "anna", "group": "vip"}, {"id": 2, "username": "anton", "group": "default"}]
    monkeypatch.setattr(users, "gateway", answering(lambda _: found))
    assert run(["users", "list", "an", "--group", "vip", "--json"]) == Exit.DONE
    assert [row["id"] for row in json.loads(capsys.readouterr().out)] == [1]


def test_a_channel_is_not_called_failing_where_nobody_is_signed_in(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    refused = {"success": False, "message": "sign in first", "code": "unauthenticated"}
    transport = httpx.MockTransport(lambda _: httpx.Response(401, json=refused))
    monkeypatch.setattr(channels, "gateway", lambda: Gateway(Profile("http://gateway", "old"), transport))
    assert run(["channels", "test", "1"]) == Exit.SIGNED_OUT
    assert capsys.readouterr().err == "oneapi: sign in first\n"


def test_a_file_of_profiles_is_not_looked_at_where_the_environment_says_it_all(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "profiles.json").write_text("no JSON")
    monkeypatch.setenv("ONEAPI_CONFIG", str(tmp_path / "profiles.json"))
    monkeypatch.setenv("ONEAPI_ADDRESS", "http://127.0.0.1:9")
    monkeypatch.setenv("ONEAPI_TOKEN", "token")
    assert run(["users", "list"]) == Exit.FAILED
    assert "http://127.0.0.1:9 cannot be reached" in capsys.readouterr().err
    monkeypatch.delenv("ONEAPI_TOKEN")
    assert run(["users", "list"]) == Exit.USAGE
    assert "delete it and sign in again" in capsys.readouterr().err


def test_a_file_that_cannot_be_read_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("ONEAPI_ADDRESS", "ONEAPI_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ONEAPI_CONFIG", str(tmp_path))
    assert run(["status"]) == Exit.USAGE
    said = capsys.readouterr().err
    assert said.startswith("oneapi: ")
    assert str(tmp_path) in said
    monkeypatch.setenv("ONEAPI_CONFIG", str(tmp_path / "profiles.json"))
    assert run(["--profile", "work", "status"]) == Exit.SIGNED_OUT
    assert capsys.readouterr().err == "oneapi: nobody is signed in: oneapi --profile work login ADDRESS\n"
