"""Lists as files: joined from parts, exact, safe in a spreadsheet, and of nobody else."""

import csv
import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from admin.resources.exports import MOST_ENTRIES
from admin.web.deps import Deps
from gateway.clock import new_request_id
from gateway.domain.money import Entry, EntryType
from gateway.store.money.ledger_requests import entry_item
from gateway.store.schema.items import UsageItem
from gateway.store.settings import options
from tests.admin.api import Api
from tests.support.items import write_all

NEXT = "X-Next-Cursor"
EVIL = '=HYPERLINK("http://x","y")'


def entries(deps: Deps, count: int, **changes: Any) -> None:
    items: list[dict[str, Any]] = []
    for number in range(count):
        wanted: dict[str, Any] = {
            "request_id": new_request_id(deps.clock)[:-8] + f"{number:08d}",
            "created_at": deps.clock.now(),
            "user_id": 1,
            "username": "root",
            "quota": number,
            "token_name": "app",
            "model_name": f"m{number % 2}",
            "channel_id": 4,
        }
        items.append(entry_item(Entry(id=number, type=EntryType.CONSUME, **(wanted | changes))))
    write_all(deps, deps.store.tables.logs, items)


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def whole(api: Api, path: str, **query: str) -> tuple[str, int]:
    """Every part of a file, joined, and how many there were."""
    text, parts, cursor = "", 0, {}
    while True:
        answer = api.raw("GET", path, params=query | cursor)
        assert answer.status_code == 200, answer.text
        text, parts = text + answer.text, parts + 1
        if NEXT not in answer.headers:
            return text, parts
        cursor = {"cursor": answer.headers[NEXT]}


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_parts_join_to_every_entry_once(api: Api, deps: Deps, kind: str) -> None:
    entries(deps, MOST_ENTRIES + 500)
    text, parts = whole(api.root, "/api/log/export", format=kind, type="2")
    rows = table(text) if kind == "csv" else [json.loads(line) for line in text.splitlines()]
    assert parts >= 2
    assert sorted(int(row["quota"]) for row in rows) == list(range(MOST_ENTRIES + 500))
    assert text.count("request_id,time") == (kind == "csv")


def test_the_filters_of_the_list_narrow_the_file(api: Api, deps: Deps) -> None:
    entries(deps, 40)
    entries(deps, 3, user_id=9, username="else", model_name="m1")
    text, _ = whole(api.root, "/api/log/export", model_name="m1", username="root", page_size="7")
    assert {row["model_name"] for row in table(text)} == {"m1"}
    assert len(table(text)) == 20
    text, _ = whole(api.root, "/api/log/export", start_timestamp=str(deps.clock.now() + 900))
    assert table(text) == []


def test_amounts_are_whole_quota_and_dollars_to_the_last_digit(api: Api, deps: Deps) -> None:
    entries(deps, 1, quota=1, cost=3, created_at=1_767_225_600, content="一次请求", is_stream=True)
    (row,) = table(api.root.raw("GET", "/api/log/export?type=2").text)
    assert (row["quota"], row["dollars"], row["cost"], row["cost_dollars"]) == ("1", "0.000002", "3", "0.000006")
    assert (row["time"], row["content"], row["is_stream"]) == ("2026-01-01T00:00:00Z", "一次请求", "true")
    options.put(deps.store, "QuotaPerUnit", "300000")
    line = json.loads(api.root.raw("GET", "/api/log/export?format=jsonl&type=2").text)
    assert (line["quota"], line["dollars"], line["is_stream"]) == (1, "1/300000", True)


def test_a_cost_that_nobody_knows_is_blank_or_null(api: Api, deps: Deps) -> None:
    entries(deps, 1)
    assert table(api.root.raw("GET", "/api/log/export?type=2").text)[0]["cost"] == ""
    assert json.loads(api.root.raw("GET", "/api/log/export?format=jsonl&type=2").text)["cost"] is None


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r", "＝"])
def test_no_cell_is_a_formula(api: Api, deps: Deps, begin: str) -> None:
    entries(deps, 1, token_name=begin + "cmd|' /C calc'!A0", content=EVIL)
    (row,) = table(api.root.raw("GET", "/api/log/export?type=2").text)
    assert row["token_name"].startswith("'" + begin[0]) and row["content"] == "'" + EVIL
    assert json.loads(api.root.raw("GET", "/api/log/export?format=jsonl&type=2").text)["content"] == EVIL


def test_people_export_their_own_entries_without_what_they_cost(api: Api, deps: Deps) -> None:
    number = api.new_user("alice")
    entries(deps, 3, user_id=number, username="alice", cost=1)
    entries(deps, 4, cost=1)
    answer = api.signed_in("alice").raw("GET", "/api/log/self/export?type=2&username=root&user_id=1")
    assert len(table(answer.text)) == 3
    assert "cost" not in answer.text and "channel" not in answer.text
    assert answer.headers["content-disposition"] == 'attachment; filename="entries.csv"'


def test_sums_are_exported_with_their_margin(api: Api, deps: Deps) -> None:
    day = datetime.now(UTC).date().isoformat()
    counted = {"request_count": 1, "quota": 100, "cost": 130, "costed_quota": 100, "costed_count": 1}
    UsageItem(owner="all/group", day_model=f"{day}#vip", **counted).save()
    UsageItem(owner="user#7", day_model=f"{day}#m", request_count=1, quota=5).save()
    (row,) = table(api.root.raw("GET", "/api/usage/export?by=group").text)
    assert (row["day"], row["key"], row["margin"], row["margin_dollars"]) == (day, "vip", "-30", "-0.00006")
    (row,) = table(api.root.raw("GET", "/api/usage/export?user_id=7").text)
    assert (row["key"], row["cost"], row["without_cost"]) == ("m", "", "1")
    assert not api.root.get("/api/usage/export?by=group&user_id=7")["success"]
    assert not api.root.get("/api/usage/export?format=xml")["success"]


def test_accounts_are_exported_without_anything_secret(api: Api) -> None:
    api.new_user("alice", quota=1_000_000, display_name="=A1")
    text, parts = whole(api.root, "/api/user/export", order="asc", sort="id", page_size="1")
    rows = table(text)
    assert (parts, [row["username"] for row in rows]) == (2, ["root", "alice"])
    assert (rows[1]["quota"], rows[1]["dollars"], rows[1]["display_name"]) == ("1000000", "2", "'=A1")
    assert not {"password", "access_token", "verification_code"} & rows[1].keys()


@pytest.mark.parametrize("path", ["log/export", "log/self/export", "usage/export", "user/export"])
def test_columns_stay_where_they_are(api: Api, path: str) -> None:
    (first, *_) = api.root.raw("GET", f"/api/{path}").text.splitlines()
    assert first == COLUMNS[path]


OWN = "request_id,time,type,token_id,token_name,model_name,prompt_tokens,completion_tokens,elapsed_ms,is_stream,quota,"
COLUMNS = {
    "log/export": OWN + "dollars,content,user_id,username,channel_id,channel_name,cost,cost_dollars",
    "log/self/export": OWN + "dollars,content",
    "usage/export": "day,key,name,user_id,request_count,prompt_tokens,completion_tokens,quota,dollars,cost,"
    "cost_dollars,margin,margin_dollars,without_cost",
    "user/export": "id,username,display_name,email,role,status,group,inviter_id,request_count,quota,dollars,held,"
    "debt,used_quota,used_dollars",
}
