"""Whether all history is there: counted on both sides, month by month here."""

from datetime import UTC, datetime

from gateway.store.money.logs import brought_months
from gateway.store.money.usage import months
from gateway.store.schema.items import LogItem
from gateway.store.schema.tables import LOG_SHARDS
from tools.migrate.move import Move
from tools.migrate.steps.logs import left_out
from tools.migrate.verifying.differences import tell

_END = 253_402_300_799  # of the calendar


def verify_logs(move: Move) -> None:
    """Count the entries of the period, but for those that were left out."""
    if move.period.empty:
        return
    there = sum(1 for old in move.source.logs(move.period) if not left_out(move, old))
    tell(move, "log", "all", "", {"how many came along": (_here(move), there)})


def _here(move: Move) -> int:
    first, last = brought_months(move.store)
    if not last:
        return 0
    ends = (move.period.start, move.period.end)
    low, high = (f"{datetime.fromtimestamp(max(0, min(at, _END)), UTC):%Y%m%d%H%M%S}" for at in ends)
    found = 0
    for month in months(max(first, low[:6]), min(last, high[:6])):
        for shard in range(LOG_SHARDS):
            among = LogItem.details["brought"] == move.report.name
            found += LogItem.by_time.count(f"past#{month}#{shard}", LogItem.sort.between(low, high), among)
    return found
