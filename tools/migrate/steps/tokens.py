"""API keys: the very same keys, by their hash. What a key used before stands in its owner's books."""

from collections.abc import Iterator
from dataclasses import replace

from gateway.domain.identity import TokenStatus
from gateway.security.credentials import hash_key
from gateway.security.generated import key_hint
from gateway.store.accounts import tokens
from gateway.store.accounts.tokens import MOST_TOKENS
from gateway.store.schema.items import TokenItem
from gateway.store.schema.tables import token_marker
from gateway.store.schema.tokens import TokenRow
from tools.migrate.move import Move, Record, Writer, chunks
from tools.migrate.records import OldToken


def move_tokens(move: Move) -> None:
    """Bring all keys that have not come along yet."""
    step, writer = _Tokens(move), Writer(move, "token")
    total, done = move.report.there.get("tokens", 0), 0
    for chunk in chunks(move.source.tokens()):
        waiting = [old for old in chunk if old.id not in move.marks.moved["token"]]
        move.report.before["token"] += len(chunk) - len(waiting)
        there = keys_here([old.key for old in waiting])
        for old in waiting:
            step.bring(old, writer, there)
        done += len(chunk)
        move.tell("keys", done, total)
    writer.flush()
    step.note_owners()


class _Tokens:
    """The keys of one move."""

    def __init__(self, move: Move) -> None:
        self.move = move
        self.keep = tokens.kept(move.store)
        self.each: dict[int, int] = {}  # owner here -> keys

    def bring(self, old: OldToken, writer: Writer, there: set[str]) -> None:
        """Write a key, or say why not."""
        report = self.move.report
        owner = self.move.user(old.user_id)
        if not old.key and self.move.handed is not None and owner is not None:
            old = replace(old, key=self.move.handed.key_of(old, str(owner)))
            report.money["keys made anew"] += 1
        reason = unusable(old.key) or ("" if owner is not None else f"its owner, account {old.user_id}, is not there")
        if owner is None or reason:
            report.add("left out", "token", old.id, old.name, reason)
            return
        if hash_key(old.key) in there:
            report.add("conflict", "token", old.id, old.name, "the key is one of this gateway already")
            return
        for what in old.left:
            report.add("changed", "token", old.id, old.name, what)
        row = self._row(old, owner)
        self.each[owner] = self.each.get(owner, 0) + 1
        report.money["left of limited keys"] += 0 if old.unlimited_quota else old.remain_quota
        carried = {owner: {"delta": 0, f"token#{row.id}": old.used_quota}} if old.used_quota else {}
        actions = tokens.create_actions(self.move.store.tables, row)
        writer.add(Record(old=old.id, new=row.id, name=old.name, actions=actions, carried=carried))

    def note_owners(self) -> None:
        """Tell who has more keys than one may make here: they stay, and no further one can be made."""
        for owner, number in self.each.items():
            if number > MOST_TOKENS:
                words = f"has {number} keys: lists that are not sorted by number show {MOST_TOKENS} of them"
                self.move.report.add("changed", "user", owner, "", words)

    def _row(self, old: OldToken, owner: int) -> TokenRow:
        row = TokenRow(
            id=self.move.number("token", old.id),
            user_id=owner,
            status=old.status if old.status in set(TokenStatus) else int(TokenStatus.DISABLED),
            name=old.name,
            created_time=old.created_time,
            accessed_time=old.accessed_time,
            expired_time=old.expired_time,
            remain_quota=old.remain_quota,
            unlimited_quota=old.unlimited_quota,
            used_quota=old.used_quota,
            models=old.models,
            subnet=old.subnet,
            limits=old.limits,
        )
        return tokens.with_key(self.move.store, row, old.key, keep=self.keep)


def unusable(key: str) -> str:
    """Why a key could never be used, there or here; empty if it could."""
    if not key:
        return "it has no key"
    if "-" in key:
        return f"{key_hint(key)}: a key with a hyphen in it is read as far as that only, and was no key there either"
    return ""


def keys_here(keys: list[str]) -> set[str]:
    """The hashes of those of these keys that there are."""
    return {pk.partition("#")[2] for pk in _markers(keys)}


def _markers(keys: list[str]) -> Iterator[str]:
    wanted = [(token_marker(hash_key(key)), 0) for key in dict.fromkeys(keys) if key]
    if wanted:
        yield from (item.pk for item in TokenItem.batch_get(wanted, consistent_read=True))
