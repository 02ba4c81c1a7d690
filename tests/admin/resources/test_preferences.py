"""What a site keeps for an account, and what came of an invitation."""

from typing import Any

import pytest

from tests.admin.api import PASSWORD, Api


@pytest.fixture
def alice(api: Api) -> Api:
    api.new_user("alice")
    return api.signed_in("alice")


def test_preferences_are_kept_whole_and_for_oneself(alice: Api, api: Api) -> None:
    assert alice.get("/api/user/self/preferences")["data"] == {}
    kept = {"language": "ja", "columns": ["a", "b"], "deep": {"x": None, "y": 1.5}}
    assert alice.put("/api/user/self/preferences", {"preferences": kept})["success"]
    assert alice.get("/api/user/self/preferences")["data"] == kept
    assert api.root.get("/api/user/self/preferences")["data"] == {}
    assert alice.put("/api/user/self/preferences", {"preferences": {}})["success"]
    assert alice.get("/api/user/self/preferences")["data"] == {}


@pytest.mark.parametrize("preferences", [{"a": "x" * 16_384}, [], "x"])
def test_what_is_too_much_or_no_object_is_refused(alice: Api, preferences: Any) -> None:
    assert not alice.put("/api/user/self/preferences", {"preferences": preferences})["success"]
    assert alice.get("/api/user/self/preferences")["data"] == {}


def test_who_came_by_an_invitation_is_counted_with_what_it_brought(alice: Api, api: Api) -> None:
    first = alice.get("/api/user/aff/summary")["data"]
    assert (first["came"], first["earned"], first["code"]) == (0, 0, alice.get("/api/user/aff")["data"])
    assert first["link"] == f"http://testserver/register?aff={first['code']}"
    for name, reward in (("bob", "0"), ("carol", "700")):
        api.root.put("/api/option/", {"key": "QuotaForInviter", "value": reward})
        form = {"username": name, "password": PASSWORD, "aff_code": first["code"]}
        assert api.post("/api/user/register", form)["success"]
    api.root.put("/api/option/", {"key": "ServerAddress", "value": "https://gateway.example"})
    then = alice.get("/api/user/aff/summary")["data"]
    assert (then["came"], then["earned"]) == (2, 700)
    assert then["link"].startswith("https://gateway.example/register?aff=")
