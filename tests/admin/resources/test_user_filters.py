"""Accounts by group, role, state and when they were seen; notes; entries by account."""

from typing import Any

import pytest

from admin.web.deps import Deps
from tests.admin.api import Api


@pytest.fixture
def crowd(api: Api) -> dict[str, int]:
    return {
        "anna": api.new_user("anna", group="vip"),
        "bert": api.new_user("bert", role=10),
        "carl": api.new_user("carl", status=2, group="vip"),
    }


def names(api: Api, query: str) -> list[str]:
    answer = api.root.get(f"/api/user/?{query}")
    assert answer["success"], answer
    return [row["username"] for row in answer["data"]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("group=vip", ["carl", "anna"]),
        ("group=vip&status=1", ["anna"]),
        ("role=10", ["bert"]),
        ("role=1&sort=username&order=asc", ["anna", "carl"]),
        ("status=2&sort=quota", ["carl"]),
        ("group=none", []),
    ],
)
@pytest.mark.usefixtures("crowd")
def test_filters_narrow_the_list(api: Api, query: str, found: list[str]) -> None:
    assert names(api, query) == found


@pytest.mark.usefixtures("crowd")
def test_a_filtered_list_has_pages_and_a_total(api: Api) -> None:
    answer = api.root.raw("GET", "/api/user/?group=vip&page_size=1&total=true")
    assert answer.headers["x-total-count"] == "2"
    rest = api.root.get("/api/user/", params={"group": "vip", "cursor": answer.headers["x-next-cursor"]})["data"]
    assert [row["username"] for row in rest] == ["anna"]


def test_who_was_signed_in_is_found_by_when(api: Api, deps: Deps, crowd: dict[str, int]) -> None:
    now = deps.clock.now()
    assert api.signed_in("anna").get("/api/user/self")["success"]
    assert "anna" in names(api, f"seen_after={now - 60}") and "bert" not in names(api, f"seen_after={now - 60}")
    assert names(api, "seen_before=1") == ["carl", "bert"]
    assert api.root.get(f"/api/user/{crowd['anna']}")["data"]["last_seen"] >= now


def test_a_note_is_for_administrators_only(api: Api, crowd: dict[str, int]) -> None:
    number = crowd["anna"]
    assert api.root.put("/api/user/", {"id": number, "note": "pays late"})["success"]
    assert api.root.put("/api/user/", {"id": number, "group": "default"})["success"]
    assert api.root.get(f"/api/user/{number}")["data"]["note"] == "pays late"
    assert "pays late" in api.root.raw("GET", "/api/user/search?keyword=anna").text
    assert "pays late" not in api.signed_in("anna").raw("GET", "/api/user/self").text
    assert not api.root.put("/api/user/", {"id": number, "note": "x" * 1001})["success"]
    assert api.root.put("/api/user/", {"id": number, "note": ""})["success"]
    assert api.root.get(f"/api/user/{number}")["data"]["note"] == ""


def test_entries_are_found_by_account(api: Api, crowd: dict[str, int]) -> None:
    for name in ("anna", "bert"):
        api.root.post("/api/topup", {"user_id": crowd[name], "quota": 5, "remark": name})
    found: list[dict[str, Any]] = api.root.get(f"/api/log/?user_id={crowd['bert']}")["data"]
    assert [row["content"] for row in found] == ["bert"]
