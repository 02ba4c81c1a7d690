"""Entries of days that are closed: nothing is put into them any more, since sums are past them.

How far they were taken along stands in ``options`` (scope ``meta``, ``exported``), so that a run goes on where another
stopped. Two at once write the same.
"""

import json
from collections.abc import AsyncGenerator
from dataclasses import asdict, field
from datetime import date, timedelta

from gateway.records import dataclass
from gateway.store.client.async_client import Dynamo
from gateway.store.client.attributes import to_item
from gateway.store.client.expressions import Change, Json, update
from gateway.store.money.usage import UsageSums
from gateway.store.schema.tables import LOG_SHARDS, Tables

_KEY = {"scope": "meta", "key": "exported"}
_PAGE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportPlace:
    """Where an export is: in a day and a shard of it, behind an entry; ``parts`` of the day with their sizes."""

    day: str
    shard: int = 0
    after: str = ""
    parts: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])

    def next_day(self) -> "ExportPlace":
        """The beginning of the day behind this one."""
        return ExportPlace(day=(date.fromisoformat(self.day) + timedelta(days=1)).isoformat())


@dataclass(frozen=True, slots=True)
class ClosedDays:
    """Reads the closed days of one stack."""

    dynamo: Dynamo
    tables: Tables

    async def place(self, first_month: str) -> ExportPlace:
        """Where the last run stopped, or the first day there can be entries of."""
        found = await self.dynamo.get(self.tables.options, to_item(_KEY))
        if found is None:
            return ExportPlace(day=f"{first_month[:4]}-{first_month[4:6]}-01")
        return ExportPlace(**json.loads(found["value"]))

    async def note(self, place: ExportPlace) -> None:
        """Remember where this run is."""
        value = json.dumps(asdict(place), separators=(",", ":"))
        await self.dynamo.update(update(self.tables.options, _KEY, Change(sets={"value": value})))

    async def open_since(self) -> str:
        """The first day that is not closed, as ``YYYY-MM-DD``; empty if nothing was added up yet."""
        reached = await UsageSums(self.dynamo, self.tables).cursors()
        if len(reached) < LOG_SHARDS:
            return ""
        stamp = min(reached.values())
        return f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:8]}"

    async def entries(self, place: ExportPlace) -> AsyncGenerator[list[Json]]:
        """Pages of a shard's entries of the day, in order of their requests, from the place on."""
        stamp = place.day.replace("-", "")
        request: Json = {
            "TableName": self.tables.logs,
            "IndexName": "by_time",
            "KeyConditionExpression": "#bucket = :bucket AND #sort BETWEEN :low AND :high",
            "ExpressionAttributeNames": {"#bucket": "bucket", "#sort": "sort"},
            "ExpressionAttributeValues": to_item(
                {
                    ":bucket": f"{stamp[:6]}#{place.shard}",
                    ":low": f"{place.after} " if place.after else stamp,
                    ":high": f"{stamp}~",
                }
            ),
            "Limit": _PAGE,
        }
        async for page in self.dynamo.pages(request):
            yield page
