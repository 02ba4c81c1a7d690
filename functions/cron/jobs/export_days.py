"""Take the entries of closed days along, as files that a query engine reads: JSON Lines, packed, by day.

    dt=2026-01-01/entries-0-000.jsonl.gz   one shard of the day, in parts
    dt=2026-01-01/_manifest.json           when all of it is there

A day is written once sums are past it, so nothing can come into it. A run that ends in the middle is gone on with; what
it wrote is written again with the same bytes.
"""

import asyncio
import gzip
import json
from dataclasses import replace
from typing import Any

from cron.deps import Deps
from gateway.config import ExportSettings
from gateway.store.client.archive import Archive, archive
from gateway.store.client.expressions import Json
from gateway.store.money import logs
from gateway.store.money.closed_days import ClosedDays, ExportPlace
from gateway.store.schema.tables import LOG_SHARDS

MOST_ROWS = 20_000  # of a part: some 2 MB packed
LONGEST = 600  # seconds of a run; the next goes on

PLAIN = (
    "request_id", "created_at", "type", "user_id", "username", "token_id", "token_name", "model_name", "channel_id",
    "prompt_tokens", "completion_tokens", "elapsed_time", "is_stream", "quota", "delta", "cost", "content",
)  # fmt: skip
DETAILS = ("group", "requested_model", "result", "response_id")
COLUMNS = PLAIN + DETAILS


async def run(deps: Deps, *, into: Archive | None = None) -> dict[str, Any]:
    """Answers how many days and entries were written; none where no archive is named."""
    target = into or archive(ExportSettings.read())
    figures = {"days": 0, "entries": 0}
    if target is None:
        return figures
    days, until = ClosedDays(deps.dynamo, deps.ledger.tables), deps.clock.monotonic() + LONGEST
    end = await days.open_since()
    place = await days.place(await asyncio.to_thread(logs.first_month, deps.store))
    while place.day < end and deps.clock.monotonic() < until:
        if place.shard == LOG_SHARDS:
            await _finish(target, place)
            place = place.next_day()
            figures["days"] += 1
        else:
            place, rows = await _shard(days, target, place)
            figures["entries"] += rows
        await days.note(place)
    return figures


async def _shard(days: ClosedDays, target: Archive, place: ExportPlace) -> tuple[ExportPlace, int]:
    """Write the next part of a shard; the place behind it, and how many entries it has."""
    rows: list[Json] = []
    async for page in days.entries(place):
        rows += page
        if len(rows) >= MOST_ROWS:
            break
    rows, whole = rows[:MOST_ROWS], len(rows) < MOST_ROWS
    parts = list(place.parts)
    if rows:
        number = sum(name.startswith(f"entries-{place.shard}-") for name, _ in parts)
        parts.append((f"entries-{place.shard}-{number:03d}.jsonl.gz", len(rows)))
        await asyncio.to_thread(target.put, f"dt={place.day}/{parts[-1][0]}", packed(rows))
    if whole:
        return replace(place, shard=place.shard + 1, after="", parts=parts), len(rows)
    return replace(place, after=rows[-1]["request_id"], parts=parts), len(rows)


async def _finish(target: Archive, place: ExportPlace) -> None:
    parts = [{"name": name, "entries": entries} for name, entries in place.parts]
    manifest = {
        "day": place.day,
        "entries": sum(entries for _, entries in place.parts),
        "columns": COLUMNS,
        "parts": parts,
    }
    await asyncio.to_thread(target.put, f"dt={place.day}/_manifest.json", json.dumps(manifest, indent=1).encode())


def packed(rows: list[Json]) -> bytes:
    """Entries as JSON Lines, packed; the same entries make the same bytes."""
    lines = "".join(json.dumps(_shown(row), ensure_ascii=False) + "\n" for row in rows)
    return gzip.compress(lines.encode(), mtime=0)


def _shown(row: Json) -> Json:
    details: Json = row.get("details") or {}
    return {name: row.get(name) for name in PLAIN} | {name: details.get(name) for name in DETAILS}
