"""What happened to an account since it came along, by its entries: so its balance is held to the last unit anyhow."""

from dataclasses import dataclass
from itertools import islice

from gateway.domain.money import EntryType
from gateway.store.schema.items import LogItem
from gateway.store.schema.tables import log_owner
from tools.migrate.steps.users import OPENING

_MOST = 20_000  # entries that are added up


@dataclass(frozen=True, slots=True)
class Since:
    """Quota that came and went, what was used, and in how many requests."""

    entries: int = 0
    delta: int = 0
    used: int = 0
    requests: int = 0


def since(user_id: int) -> Since | None:
    """The sum of all entries behind those that opened the balance; ``None`` if there are too many, or some are gone."""
    found = Since()
    entries = LogItem.query(log_owner(user_id), LogItem.request_id.between("0", "~"), consistent_read=True)
    for number, entry in enumerate(islice(entries, _MOST + 1)):
        if number == _MOST or (entry.request_id == "0" and entry.delta):
            return None
        if entry.type == EntryType.RELEASED or entry.request_id == "0":
            continue
        if (entry.content or "").startswith(OPENING):
            found = Since()
            continue
        charged = entry.type == EntryType.CONSUME
        found = Since(
            found.entries + 1,
            found.delta + int(entry.delta or 0),
            found.used + (int(entry.quota or 0) if charged else 0),
            found.requests + charged,
        )
    return found
