"""History: what was noted there, beside the ledger here and no part of the books. Lists show it, nothing adds it up.

Its ids are made of the time and of the number it has there, so that it lies where it belongs in time and is the same
item however often it is written. Many are written at once; how far it is, is noted now and then.
"""

import zlib
from collections import Counter, deque
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from gateway.store.client.expressions import Change, update
from gateway.store.money.logs import BROUGHT, brought_months
from gateway.store.schema.tables import past_bucket, past_owner
from tools.migrate.move import Move, chunks
from tools.migrate.records import OldLog

_BATCH = 25  # items of one write
_WRITERS = 4
_WAITING = 4 * _WRITERS  # batches that are under way or wait for it
_NOTED_EVERY = 200  # batches
_LONGEST = 4_000  # characters of a text
_KNOWN = frozenset({1, 2, 3, 4, 5, 6})  # types of entries that mean the same here
_NUMBERS = ("quota", "prompt_tokens", "completion_tokens", "elapsed_time")
_TEXTS = ("username", "token_name", "model_name")


def move_logs(move: Move) -> None:
    """Bring the entries of the period that are behind those that came along before."""
    if move.period.empty:
        return
    history = _History(move)
    if not move.applying:
        move.report.moved["log"] = move.report.there["logs"]
        return
    with ThreadPoolExecutor(_WRITERS) as writers:
        history.bring(writers)
    for words, number in history.left.items():
        move.report.add("left out", "log", f"{number} entries", "", words)


class _History:
    """The entries of one move."""

    def __init__(self, move: Move) -> None:
        self.move = move
        self.left: Counter[str] = Counter()
        self._months = brought_months(move.store)
        self._noted = f"logs#{move.period.start}-{move.period.end}"
        self._under_way: deque[Future[None]] = deque()

    def bring(self, writers: ThreadPoolExecutor) -> None:
        move, total = self.move, self.move.report.there["logs"]
        after = int(move.marks.notes.get(self._noted, 0))
        last, done = after, 0
        for number, batch in enumerate(chunks(move.source.logs(move.period, after), _BATCH), start=1):
            items = [item for old in batch if (item := self._item(old)) is not None]
            self._send(writers, items)
            last, done = batch[-1].id, done + len(batch)
            move.report.moved["log"] += len(items)
            if number % _NOTED_EVERY == 0:
                self._wait(0)
                move.marks.note(self._noted, last)
            move.tell("log entries", done, total)
        self._wait(0)
        if last != after:
            move.marks.note(self._noted, last)

    def _send(self, writers: ThreadPoolExecutor, items: list[dict[str, Any]]) -> None:
        if not items:
            return
        self._note_months(items)
        self._wait(_WAITING - 1)
        put = self.move.store.transactor.put_all
        self._under_way.append(writers.submit(put, self.move.store.tables.logs, items))

    def _wait(self, most: int) -> None:
        """Until no more than so many are under way; what went wrong with one is raised here."""
        while len(self._under_way) > most:
            self._under_way.popleft().result()

    def _note_months(self, items: list[dict[str, Any]]) -> None:
        """Lists look in these months from now on; noted before anything lies in them."""
        months = [item["request_id"][:6] for item in items]
        first, last = self._months
        wanted = (min([*months, first or months[0]]), max([*months, last]))
        if wanted != self._months:
            self._months = wanted
            what = Change(sets={"value": "-".join(wanted)})
            self.move.store.transactor.update(update(self.move.store.tables.options, BROUGHT, what))

    def _item(self, old: OldLog) -> dict[str, Any] | None:
        if why := left_out(self.move, old):
            self.left[why] += 1
            return None
        user = self.move.user(old.user_id) or 0
        request_id = past_id(self.move.report.name, old)
        return {
            "owner": past_owner(user),
            "request_id": request_id,
            "bucket": past_bucket(request_id),
            "sort": request_id,
            "id": old.id,
            "created_at": old.created_at,
            "type": old.type,
            "user_id": user,
            "token_id": self.move.marks.moved["token"].get(old.token_id, 0),
            "channel_id": self.move.marks.moved["channel"].get(old.channel_id, 0),
            "is_stream": old.is_stream,
            **{name: getattr(old, name) for name in _NUMBERS},
            **{name: value for name in _TEXTS if (value := getattr(old, name))},
            **({"content": old.content[:_LONGEST]} if old.content else {}),
            "details": {"brought": self.move.report.name, **({"group": old.group} if old.group else {})},
        }


def left_out(move: Move, old: OldLog) -> str:
    """Why an entry does not come along; empty if it does."""
    if old.user_id and move.user(old.user_id) is None:
        return "of accounts that are not there"
    return "" if old.type in _KNOWN else f"of type {old.type}, which is none here"


def past_id(name: str, old: OldLog) -> str:
    """The id of an entry: as long as a request's, in order of time, and the same for the same entry of a source."""
    stamp = datetime.fromtimestamp(max(0, old.created_at), UTC).strftime("%Y%m%d%H%M%S")
    return f"{stamp}{zlib.crc32(name.encode()) % 1000:03d}{old.id % 10**14:014d}"
