"""Entries in parts, and failed requests among them: operators see attempts and words, everybody else one sentence."""

from dataclasses import replace
from typing import Any

import pytest

from admin.resources.log_parts import SENTENCES
from admin.web.deps import Deps
from gateway.billing.charging import Term, write_terms
from gateway.domain.failures import KINDS, FailedAttempt, Failure
from gateway.domain.money import Entry, EntryType
from gateway.store.money.failures import failure_item
from gateway.store.money.ledger_requests import put_entry
from tests.admin.api import Api
from tests.admin.resources.test_logs import FEBRUARY, JANUARY, begin_in_january, ids, seed
from tests.support.items import write_all

ATTEMPT = FailedAttempt(channel_id=1, key_index=1, kind="limited", status=429, code="", ms=210, text="slow down, acme")


def request_id(number: int) -> str:
    return f"20260201000000{number:017d}"


def failure(number: int, **fields: Any) -> Failure:
    """A failure of user 1, at the time of the ledger's February."""
    fields = {"user_id": 1, "username": "root", "kind": "server", "text": "on fire at acme", **fields}
    return Failure(
        request_id=request_id(number),
        id=number,
        created_at=FEBRUARY,
        token_id=1,
        token_name="app",
        group="vip",
        model_name="gpt-4o",
        status=500,
        code="fire",
        elapsed_time=300,
        is_stream=False,
        attempts=(ATTEMPT, replace(ATTEMPT, kind="server", status=500)),
        **fields,
    )


@pytest.fixture
def failed(deps: Deps, api: Api, monkeypatch: pytest.MonkeyPatch) -> Deps:
    """Entries 7 and 9 of user 1, and between them failure 8; failure 10 is somebody else's."""
    begin_in_january(deps)
    monkeypatch.setattr(type(deps.clock), "now", lambda _: FEBRUARY + 3600)
    api.root.post("/api/channel/", {"name": "azure-eu", "key": "k", "models": "gpt-4o"})
    seed(deps, FEBRUARY, 7, quota=5, channel_id=1)
    seed(deps, FEBRUARY, 9, quota=5)
    others = failure(10, user_id=2, username="alice", dropped=4)
    write_all(deps, deps.store.tables.logs, [failure_item(one, 14) for one in (failure(8), others)])
    return deps


@pytest.mark.parametrize("place", ["", "self"])
def test_failures_are_left_out_unless_asked_for(api: Api, failed: Deps, place: str) -> None:
    theirs = [] if place else [10]
    since = f"start_timestamp={FEBRUARY}"
    assert ids(api.root.get(f"/api/log/{place}?{since}&type=2")) == [9, 7]
    assert ids(api.root.get(f"/api/log/{place}?{since}&type=8")) == [*theirs, 8]
    assert ids(api.root.get(f"/api/log/{place}?end_timestamp={FEBRUARY}&type=0")) == [9, 7]
    both = api.root.get(f"/api/log/{place}?end_timestamp={FEBRUARY}&failures=true")
    assert ids(both) == [*theirs, 9, 8, 7]
    assert ids(api.root.get(f"/api/log/{place}?type=8&model_name=gpt-4o-mini")) == []


def test_operators_see_who_was_asked_and_what_they_said(api: Api, failed: Deps) -> None:
    newest, entry = api.root.get("/api/log/?type=8")["data"]
    assert (entry["content"], entry["channel"], entry["channel_name"]) == ("on fire at acme", 1, "azure-eu")
    assert (entry["quota"], entry["elapsed_time"], entry["token_name"]) == (0, 300, "app")
    shown = entry["detail"]
    assert (shown["kind"], shown["status"], shown["code"], shown["text"]) == ("server", 500, "fire", "on fire at acme")
    first = {"channel": 1, "channel_name": "azure-eu", "key_index": 1, "kind": "limited", "status": 429, "code": ""}
    assert shown["attempts"][0] == first | {"ms": 210, "text": "slow down, acme"}
    assert len(shown["attempts"]) == 2
    assert newest["detail"]["dropped"] == 4


def test_who_asked_reads_one_sentence_in_their_language_and_nothing_of_the_provider(api: Api, failed: Deps) -> None:
    answer = api.root.raw("GET", "/api/log/self?type=8", headers={"accept-language": "en"})
    (entry,) = answer.json()["data"]
    assert entry["content"] == "the provider could not answer this; try again later"
    assert (entry["channel"], entry["channel_name"], entry["detail"]["attempts"]) == (0, "", [])
    assert (entry["detail"]["kind"], entry["detail"]["status"]) == ("server", 500)
    assert "acme" not in answer.text and "azure" not in answer.text and "fire" not in answer.text
    (entry,) = api.root.get("/api/log/self?type=8")["data"]
    assert entry["content"] == SENTENCES["server"].zh


def test_every_kind_of_failure_has_its_sentence() -> None:
    assert set(SENTENCES) == set(KINDS)


def test_failures_are_no_part_of_sums_receipts_refunds_and_clearing_out(api: Api, failed: Deps) -> None:
    assert api.root.get("/api/log/stat?type=8")["data"]["quota"] == 10
    assert not api.root.get(f"/api/log/receipt/{request_id(8)}")["success"]
    assert not api.root.post("/api/log/refund", {"request_id": request_id(8)})["success"]
    assert api.root.delete(f"/api/log/?target_timestamp={FEBRUARY + 1}")["data"] == 0
    assert ids(api.root.get("/api/log/?type=8")) == [10, 8]


@pytest.mark.parametrize("query", ["type=8", "failures=true"])
def test_cursors_go_on_over_failures(api: Api, failed: Deps, query: str) -> None:
    whole = ids(api.root.get(f"/api/log/?{query}&end_timestamp={FEBRUARY}"))
    found: list[int] = []
    cursor = ""
    while True:
        answer = api.root.raw("GET", f"/api/log/?{query}&end_timestamp={FEBRUARY}&page_size=1&cursor={cursor}")
        found += ids(answer.json())
        cursor = answer.headers.get("X-Next-Cursor", "")
        if not cursor:
            break
    assert found == whole


@pytest.mark.parametrize("place", ["", "self"])
def test_a_list_goes_on_after_a_request(api: Api, failed: Deps, place: str) -> None:
    seed(failed, JANUARY, 1)
    asked = f"/api/log/{place}?order=asc&end_timestamp={FEBRUARY}"
    assert ids(api.root.get(f"{asked}&after={request_id(7)}")) == [9]
    assert ids(api.root.get(f"{asked}&after={request_id(7)}&failures=true"))[:2] == [8, 9]
    assert ids(api.root.get(f"{asked}&after={request_id(9)}")) == []
    assert ids(api.root.get(f"{asked}&after=20260101000000{0:017d}")) == [1, 7, 9]
    assert ids(api.root.get(f"/api/log/{place}?end_timestamp={FEBRUARY}&after={request_id(7)}")) == [9]
    assert ids(api.root.get(f"{asked}&after=nonsense")) == [1, 7, 9]


def test_an_entry_says_in_parts_what_it_says_in_words(api: Api, failed: Deps) -> None:
    details = {
        "usage": {"prompt": "200"},
        "terms": write_terms([Term("prompt", 200, "5/2"), Term("group_ratio", 1, "4/5")]),
        "group": "vip",
        "requested_model": "gpt-4o",
        "result": "partial",
        "price_version": "3f9a1c07",
        "ttft": 120,
        "attempts": [ATTEMPT.write()],
        "fault": "closed by acme",
        "kind": "broken",
    }
    common: dict[str, Any] = {"type": EntryType.CONSUME, "user_id": 1, "username": "root", "quota": 400}
    entry = Entry(
        request_id=request_id(11), id=11, created_at=FEBRUARY, channel_id=1, details=details, content="2.5", **common
    )
    failed.store.transactor.transact({"TransactItems": [put_entry(failed.store.tables, entry)]})
    (shown,) = api.root.get(f"/api/log/?end_timestamp={FEBRUARY}&page_size=1")["data"]
    assert (shown["content"], shown["ttft"], shown["channel_name"]) == ("2.5", 120, "azure-eu")
    part = shown["detail"]
    assert (part["group"], part["requested_model"], part["result"]) == ("vip", "gpt-4o", "partial")
    assert (part["prices"], part["group_ratio"], part["usage"]) == ({"prompt": "5/2"}, "4/5", {"prompt": "200"})
    assert part["reasons"] == ["failed_over", "partial"]
    assert (part["kind"], part["text"], part["price_version"]) == ("broken", "closed by acme", "3f9a1c07")
    assert [attempt["channel_name"] for attempt in part["attempts"]] == ["azure-eu"]
    (own,) = api.root.get(f"/api/log/self?end_timestamp={FEBRUARY}&page_size=1")["data"]
    assert (own["channel_name"], own["detail"]["text"], own["detail"]["attempts"]) == ("", "", [])
    assert own["detail"]["prices"] == {"prompt": "5/2"} and own["ttft"] == 120
