"""How channels and models are doing, as administrators and as everybody see it."""

from typing import Any

import pytest

from admin.web.deps import Deps
from gateway.store.client.expressions import Change, change
from gateway.store.money.health_keys import health_of
from tests.admin.api import Api
from tests.admin.test_reads import counted

AT = 1_767_229_200  # 2026-01-01 01:00
HOUR = 3600


@pytest.fixture(autouse=True)
def _in_the_second_hour(deps: Deps, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(deps.clock), "now", lambda _: AT + 600)


def happened(deps: Deps, entry: dict[str, Any]) -> None:
    for found in health_of(entry):
        what = Change(adds=found.adds, sets=found.sets)
        action = change(deps.store.tables.usage, {"owner": found.owner, "day_model": found.key}, what)
        deps.store.transactor.transact({"TransactItems": [action]})


def answered(deps: Deps, channel: int = 1, at: int = AT, model: str = "gpt-4o", **details: Any) -> None:
    fields = {"type": 2, "created_at": at, "channel_id": channel, "quota": 9, "prompt_tokens": 100}
    said = {"requested_model": model, "group": "vip", "ttft": 450, "usage": {"cached": "40"}, **details}
    happened(deps, fields | {"elapsed_time": 900, "details": said})


def failed(deps: Deps, at: int = AT, kind: str = "server", text: str = "on fire at acme", channel: int = 1) -> None:
    attempt = {"channel": channel, "kind": kind, "text": text}
    details = {"kind": kind, "group": "vip", "attempts": [attempt]}
    happened(deps, {"type": 8, "created_at": at, "model_name": "gpt-4o", "details": details})


def channel(api: Api, name: str) -> int:
    return api.root.post("/api/channel/", {"name": name, "key": "k", "models": "gpt-4o"})["data"]["ids"][0]


def test_a_channel_is_shown_by_model_and_hour(api: Api, deps: Deps) -> None:
    assert channel(api, "azure-eu") == 1
    answered(deps, at=AT - HOUR)
    answered(deps)
    failed(deps)
    answered(deps, model="o3")
    (shown,) = api.root.get("/api/channel/stats")["data"]
    assert (shown["channel"], shown["name"], shown["requests"], shown["failures"]) == (1, "azure-eu", 4, 1)
    assert (shown["success"], shown["ttft_p50"], shown["p95"], shown["cached"]) == (0.75, 500, 1000, 0.4)
    assert shown["faults"] == {"server": 1} and shown["quota"] == 27
    assert shown["last_failure"] == {"at": AT, "kind": "server", "text": "on fire at acme"}
    assert [(hour["hour"], hour["requests"]) for hour in shown["hours"]] == [(AT - HOUR, 1), (AT, 3)]
    by_model = {model["model"]: (model["requests"], model["failures"]) for model in shown["models"]}
    assert by_model == {"gpt-4o": (3, 1), "o3": (1, 0)}
    assert api.root.get("/api/channel/1/stats")["data"] == shown


def test_hours_are_counted_back_from_this_one_over_midnight(api: Api, deps: Deps) -> None:
    channel(api, "azure-eu")
    for ago in range(30):
        answered(deps, at=AT - ago * HOUR)
    for hours in (1, 2, 3, 24, 26):
        (shown,) = api.root.get(f"/api/channel/stats?hours={hours}")["data"]
        assert shown["requests"] == len(shown["hours"]) == hours
    assert api.root.get("/api/channel/1/stats?hours=720")["data"]["requests"] == 30
    assert not api.root.get("/api/channel/stats?hours=0")["success"]
    assert not api.root.get("/api/channel/stats?hours=169")["success"]


def test_one_channel_is_not_another_whose_number_begins_so(api: Api, deps: Deps) -> None:
    for number in (1, 10, 11):
        answered(deps, channel=number)
    channel(api, "first")
    assert api.root.get("/api/channel/1/stats")["data"]["requests"] == 1
    assert [row["channel"] for row in api.root.get("/api/channel/stats")["data"]] == [1, 10, 11]
    assert not api.root.get("/api/channel/99/stats")["success"]


def test_a_channel_without_a_request_has_no_share(api: Api) -> None:
    channel(api, "quiet")
    shown = api.root.get("/api/channel/1/stats")
    assert (shown["data"]["requests"], shown["data"]["success"], shown["data"]["last_failure"]) == (0, None, None)
    assert (shown["counted_until"], shown["complete"]) == (0, True)


def test_many_channels_are_read_in_a_few_reads(api: Api, deps: Deps) -> None:
    for number in range(1, 60):
        answered(deps, channel=number)
    with counted() as counts:
        assert len(api.root.get("/api/channel/stats")["data"]) == 59
    assert counts["Query"] <= 5 and "Scan" not in counts


def test_everybody_sees_shares_and_times_and_nothing_of_channels(api: Api, deps: Deps) -> None:
    api.root.put("/api/option/", {"key": "PublicStatus", "value": "all"})
    channel(api, "azure-eu")
    answered(deps, at=AT - HOUR)
    failed(deps)
    answer = api.raw("GET", "/api/health/public")
    (shown,) = answer.json()["data"]
    assert (shown["model"], shown["group"], shown["success"], shown["ttft_p50"]) == ("gpt-4o", "vip", 0.5, 500)
    strip = [(hour["hour"], hour["success"], hour["ttft_p50"]) for hour in shown["hours"]]
    assert strip == [(AT - HOUR, 1.0, 500), (AT, 0.0, 0)]
    assert "azure" not in answer.text and "acme" not in answer.text and "request" not in answer.text


def test_it_is_kept_for_a_while_and_asked_after_by_its_tag(api: Api, deps: Deps) -> None:
    api.root.put("/api/option/", {"key": "PublicStatus", "value": "all"})
    first = api.raw("GET", "/api/health/public")
    assert first.headers["cache-control"] == "public, max-age=60"
    again = api.raw("GET", "/api/health/public", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.text) == (304, "")
    answered(deps)
    assert api.raw("GET", "/api/health/public", headers={"if-none-match": first.headers["etag"]}).status_code == 200


def test_who_sees_it_is_the_operators_choice(api: Api) -> None:
    assert not api.raw("GET", "/api/health/public").json()["success"]  # as it comes: who is signed in
    own = api.root.raw("GET", "/api/health/public")
    assert own.json()["success"] and own.headers["cache-control"].startswith("private")
    api.root.put("/api/option/", {"key": "PublicStatus", "value": "off"})
    assert not api.root.get("/api/health/public")["success"]
