"""Closed days as files: each entry once, the same bytes again, and a run goes on where another stopped."""

import asyncio
import gzip
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cron.deps import Deps
from cron.jobs import export_days
from gateway.config import ExportSettings
from gateway.domain.money import EntryType
from gateway.store.client.archive import BucketArchive, FolderArchive, archive
from gateway.store.money.closed_days import ClosedDays, ExportPlace
from local.places import ROOT
from tests.cron.jobs.test_roll_up import deps, entry, run, write

__all__ = ["deps"]
TWO_DAYS = 2 * 86_400


def day(ago: int) -> str:
    return (datetime.now(UTC) - timedelta(days=ago)).date().isoformat()


def export(deps: Deps, folder: Path, *, since: str = "") -> dict[str, Any]:
    async def exported() -> dict[str, Any]:
        try:
            if since:
                await ClosedDays(deps.dynamo, deps.store.tables).note(ExportPlace(day=since))
            return await export_days.run(deps, into=FolderArchive(folder))
        finally:
            await deps.dynamo.close()

    return asyncio.run(exported())


def lines(folder: Path, of: str) -> list[dict[str, Any]]:
    packed = sorted((folder / f"dt={of}").glob("*.gz"))
    return [json.loads(line) for path in packed for line in gzip.decompress(path.read_bytes()).splitlines()]


def test_closed_days_are_written_whole_and_today_is_not(deps: Deps, tmp_path: Path) -> None:
    write(deps, [entry(ago=TWO_DAYS, quota=number, cost=number, content="一") for number in range(60)])
    write(deps, [entry(ago=TWO_DAYS, type=EntryType.TOPUP, details={"group": "vip"}), entry(ago=0)])
    run(deps)
    assert export(deps, tmp_path, since=day(3)) == {"days": 3, "entries": 61}
    rows = lines(tmp_path, day(2))
    assert sorted(row["quota"] for row in rows if row["type"] == 2) == list(range(60))
    assert {row["group"] for row in rows if row["type"] == 1} == {"vip"}
    assert rows[0].keys() == set(export_days.COLUMNS)
    manifest = json.loads((tmp_path / f"dt={day(2)}" / "_manifest.json").read_text())
    assert (manifest["entries"], sum(part["entries"] for part in manifest["parts"])) == (61, 61)
    assert json.loads((tmp_path / f"dt={day(3)}" / "_manifest.json").read_text())["entries"] == 0
    assert not (tmp_path / f"dt={day(0)}").exists()
    assert export(deps, tmp_path) == {"days": 0, "entries": 0}


def test_a_run_goes_on_where_another_stopped_and_writes_the_same(
    deps: Deps, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_days, "MOST_ROWS", 7)
    write(deps, [entry(ago=TWO_DAYS, quota=number) for number in range(100)])
    run(deps)
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    assert export(deps, whole, since=day(2))["entries"] == 100

    class Failing(FolderArchive):
        left = 5

        def put(self, name: str, content: bytes) -> None:
            type(self).left -= 1
            if type(self).left == 0:
                raise OSError("the disk is full")
            super().put(name, content)

    async def once() -> None:
        try:
            await ClosedDays(deps.dynamo, deps.store.tables).note(ExportPlace(day=day(2)))
            await export_days.run(deps, into=Failing(broken))
        finally:
            await deps.dynamo.close()

    with pytest.raises(OSError, match="full"):
        asyncio.run(once())
    assert export(deps, broken)["entries"] < 100
    files = {path.relative_to(whole): path.read_bytes() for path in whole.rglob("*") if path.is_file()}
    assert {path.relative_to(broken): path.read_bytes() for path in broken.rglob("*") if path.is_file()} == files
    assert sorted(row["quota"] for row in lines(broken, day(2))) == list(range(100))


def test_nothing_is_exported_before_anything_was_added_up_or_without_a_place(deps: Deps, tmp_path: Path) -> None:
    write(deps, [entry(ago=TWO_DAYS)])
    assert export(deps, tmp_path, since=day(3)) == {"days": 0, "entries": 0}
    assert archive(ExportSettings.read({})) is None
    assert archive(ExportSettings.read({"EXPORT_FOLDER": "/data"})) == FolderArchive(Path("/data"))


def test_a_bucket_is_asked_for_nothing_but_putting() -> None:
    put: list[dict[str, Any]] = []

    class Client:
        def put_object(self, **asked: Any) -> None:
            put.append(asked)

    BucketArchive("mine", Client()).put("dt=2026-01-01/x", b"1")
    assert put == [{"Bucket": "mine", "Key": "dt=2026-01-01/x", "Body": b"1"}]


def test_the_documented_table_has_the_columns_that_are_written() -> None:
    text = (ROOT / "docs/operations.md").read_text("utf-8")
    columns = text.partition("CREATE EXTERNAL TABLE entries (")[2].partition(")\nPARTITIONED")[0]
    assert tuple(re.findall(r"`?(\w+)`? (?:string|bigint|int|boolean)", columns)) == export_days.COLUMNS
