"""Refusals as programs read them: what kind it is, and which field is at fault."""

from typing import Any

import pytest

from tests.admin.api import Api, refused

Call = tuple[str, str, dict[str, Any]]
CHANNEL = {"name": "c", "key": "k", "models": "m"}
CALLS: list[tuple[Call, str, str | None]] = [
    (("POST", "/api/channel", CHANNEL | {"type": 999}), "invalid", "type"),
    (("POST", "/api/channel", CHANNEL | {"weight": -1}), "invalid", "weight"),
    (("POST", "/api/channel", CHANNEL | {"key": ""}), "invalid", "key"),
    (("POST", "/api/channel", CHANNEL | {"models": "m" * 201}), "invalid", "models"),
    (("POST", "/api/channel", CHANNEL | {"type": "one"}), "invalid", "type"),
    (("POST", "/api/channel/batch", {"ids": list(range(201)), "action": "enable"}), "invalid", "ids"),
    (("GET", "/api/channel/7", {}), "not_found", None),
    (("GET", "/api/channel/seven", {}), "invalid", "channel_id"),
    (("GET", "/api/channel?sort=colour", {}), "invalid", "sort"),
    (("POST", "/api/user", {"username": "alice", "password": "short"}), "invalid", "password"),
    (("POST", "/api/user", {"username": "root", "password": "a good one"}), "conflict", "username"),
    (("POST", "/api/user", {"username": "a", "password": "a good one", "role": 100}), "forbidden", "role"),
    (("POST", "/api/token", {"name": "x" * 31}), "invalid", "name"),
    (("POST", "/api/token", {"subnet": "here"}), "invalid", "subnet"),
    (("POST", "/api/redemption", {"name": "r", "count": 101}), "invalid", "count"),
    (("PUT", "/api/option", {"key": "RetryTimes", "value": "often"}), "invalid", "RetryTimes"),
    (("PUT", "/api/option", {"key": "ModelPrice", "value": '{"m": -1}'}), "invalid", "ModelPrice"),
    (("PUT", "/api/option", {"key": "Colour", "value": "red"}), "not_found", "key"),
    (("PUT", "/api/option", {"key": "TurnstileCheckEnabled", "value": "true"}), "conflict", "TurnstileSiteKey"),
    (("POST", "/api/user/login", {"username": "root"}), "invalid", "password"),
    (("POST", "/api/job/nonsense", {}), "not_found", "name"),
    (("GET", "/api/oauth/state?provider=nobody", {}), "invalid", "provider"),
]


@pytest.mark.parametrize(("call", "code", "field"), CALLS, ids=lambda part: str(part)[:70])
def test_a_refusal_says_what_kind_it_is_and_which_field_is_at_fault(
    api: Api, call: Call, code: str, field: str | None
) -> None:
    method, path, body = call
    answer = api.root.raw(method, path, json=body).json()
    assert (answer["success"], answer["code"], answer.get("field")) == (False, code, field), answer
    english = api.root.raw(method, path, json=body, headers={"accept-language": "en"}).json()
    assert (english["code"], english.get("field")) == (code, field)


def test_success_has_neither_code_nor_field(api: Api) -> None:
    assert api.root.put("/api/option", {"key": "RetryTimes", "value": "2"}) == {"success": True, "message": ""}
    assert api.get("/api/notice").keys() == {"success", "message", "data"}


def test_a_refusal_is_no_other_one() -> None:
    """What tests compare answers with."""
    assert refused("m") == {"success": False, "message": "m", "code": "invalid", "field": "f"}
    assert refused("m", data=[]) == {"success": False, "message": "m", "code": "conflict", "data": []}
    for other in ({}, {"code": "odd"}, {"code": "invalid", "field": ""}, {"code": "invalid", "more": 1}):
        assert {"success": False, "message": "m", **other} != refused("m")
    assert refused("m", code="conflict") != {"success": False, "message": "m", "code": "invalid"}
