"""Accounts: their names and passwords, their balance with an entry that opens it, and what they used before."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from gateway.domain.identity import Role, UserStatus
from gateway.domain.money import EntryType
from gateway.security.credentials import hash_key
from gateway.security.generated import alphanumeric
from gateway.store.accounts import names, users
from gateway.store.accounts.bootstrap import ROOT_ID
from gateway.store.accounts.identities import with_identity
from gateway.store.accounts.users import Correction, marker
from gateway.store.client.expressions import Json
from gateway.store.money.entries import Movement, entry_action
from gateway.store.schema.tables import user_key
from gateway.store.schema.users import UserRow
from tools.migrate.move import Move, Record, Writer, carry_actions, chunks
from tools.migrate.records import OldUser
from tools.migrate.sources import rows
from tools.migrate.steps.claims import Claims

_WORDS = {
    "email": "another account has this e-mail address: it comes without",
    "aff_code": "another account has this invitation code: it gets a new one",
    "access_hash": "another account has this access token: it comes without",
}
OPENING = "迁入的"  # how the texts of entries begin that open a balance
_LONGEST = 1_000  # bytes of a name
_CODE = 8  # characters of a new invitation code


def move_users(move: Move) -> None:
    """Bring all accounts that have not come along yet."""
    step = _Users(move, Claims(), dict(move.marks.moved["user"]), move.root)
    writer = Writer(move, "user")
    total, done = move.report.there.get("users", 0), 0
    for chunk in chunks(move.source.users()):
        waiting = [old for old in chunk if move.user(old.id) is None]
        move.report.before["user"] += len(chunk) - len(waiting)
        step.claims.look(key for old in waiting for key in _keys(old))
        for old in waiting:
            step.bring(old, writer)
        done += len(chunk)
        move.tell("accounts", done, total)
    writer.flush()
    step.note_inviters()
    if not move.root:
        move.root = step.root


@dataclass(slots=True)
class _Users:
    """The accounts of one move."""

    move: Move
    claims: Claims
    numbers: dict[int, int]  # of those that are here or will be, by what they are there
    root: int
    inviters: dict[int, tuple[str, int]] = field(default_factory=dict[int, tuple[str, int]])  # who are not here

    def bring(self, old: OldUser, writer: Writer) -> None:
        """Write an account, or make the root that is here already what the source's root was."""
        report = self.move.report
        for what in old.left:
            report.add("left out", "user", old.id, old.username, what)
        adopted = self._root_here(old)
        row = self._row(old, ROOT_ID if adopted else self.move.number("user", old.id), adopted)
        self._count(old)
        self.numbers[old.id] = row.id
        if adopted is not None:
            writer.flush()
            self._adopt(adopted, old, row)
        else:
            twin = self.claims.taken(names.marker(row.username))
            writer.add(self._record(old, row, twin=twin))
        self.claims.take(_claimed(row))
        if old.role >= Role.ROOT and not self.root:
            self.root = row.id

    def note_inviters(self) -> None:
        """Tell whose inviter is not here."""
        for number, (name, inviter) in self.inviters.items():
            words = f"account {inviter}, who invited it, did not come along"
            self.move.report.add("changed", "user", number, name, words)

    def _root_here(self, old: OldUser) -> UserRow | None:
        """The root that was made at the first start, for the first root of the source to take its place."""
        if old.role < Role.ROOT or self.root != ROOT_ID or ROOT_ID in self.move.marks.moved["user"].values():
            return None
        return users.get(self.move.store, ROOT_ID)

    def _row(self, old: OldUser, number: int, adopted: UserRow | None) -> UserRow:
        gone = old.status == UserStatus.DELETED
        row = UserRow(
            id=number,
            username=self._username(old, adopted),
            password=old.password,
            display_name=old.display_name or old.username,
            role=old.role,
            status=old.status if old.status in set(UserStatus) else int(UserStatus.DISABLED),
            email="" if gone else self._unique(old, adopted, "email", old.email),
            access_hash="" if gone else self._unique(old, adopted, "access_hash", _hashed(old.access_token)),
            access_created_time=self.move.store.clock.now() if old.access_token and not gone else 0,
            quota=old.quota + old.reward,
            used_quota=old.used_quota,
            request_count=old.request_count,
            group=old.group,
            aff_code=self._unique(old, adopted, "aff_code", old.aff_code),
            inviter_id=self._inviter(old),
            created_time=old.created_time or self.move.store.clock.now(),
            limits=old.limits,
            remind_threshold=old.remind_threshold,
            aff_count=old.aff_count,
            aff_quota=old.aff_quota,
            seen_time=old.seen_time,
            note=old.note,
        )
        for attribute, subject in ({} if gone else old.identities).items():
            if self._unique(old, adopted, attribute, subject):
                row = with_identity(row, attribute, subject)
        return row

    def _username(self, old: OldUser, adopted: UserRow | None) -> str:
        name = old.username or f"user-{old.id}"
        if not old.username:
            self.move.report.add("changed", "user", old.id, name, "it had no name, and is called by its number")
        elif len(name.encode()) > _LONGEST or self._others(adopted, "username", name):
            name = f"{name[:100]}-{old.id}"
            words = f"another account here has this name: it is called {name!r}"
            self.move.report.add("conflict", "user", old.id, old.username, words)
        elif self.claims.taken(names.marker(name)) and not _is(adopted, name):
            words = "its name reads like another's; both keep it, each as it is written"
            self.move.report.add("changed", "user", old.id, old.username, words)
        return name

    def _unique(self, old: OldUser, adopted: UserRow | None, attribute: str, value: str) -> str:
        """The value, or what an account has in its place where somebody has it already."""
        if not value:
            return ""
        if not self._others(adopted, attribute, value):
            return value
        words = _WORDS.get(attribute, f"another account has this identity ({attribute}): it comes without")
        self.move.report.add("conflict", "user", old.id, old.username, words)
        return alphanumeric(_CODE) if attribute == "aff_code" else ""

    def _others(self, adopted: UserRow | None, attribute: str, value: str) -> bool:
        """Whether another account has this value."""
        if adopted is not None and getattr(adopted, attribute, None) == value:
            return False
        return self.claims.taken(marker(attribute, value))

    def _inviter(self, old: OldUser) -> int:
        if not old.inviter_id:
            return 0
        found = self.numbers.get(old.inviter_id)
        if found is None:
            self.inviters[old.id] = (old.username, old.inviter_id)
        return found or 0

    def _count(self, old: OldUser) -> None:
        money = self.move.report.money
        money["accounts"] += 1
        money["balance"] += old.quota
        money["rewards"] += old.reward
        money["used"] += old.used_quota
        money["debt"] += max(0, -old.quota - old.reward)

    def _record(self, old: OldUser, row: UserRow, *, twin: bool) -> Record:
        store = self.move.store
        actions = users.create_actions(store.tables, row, twin=twin)
        actions += [entry_action(store.tables, store.clock, movement) for movement in self._opening(old, row)]
        return Record(old=old.id, new=row.id, name=old.username, actions=actions, carried=_used(row.id, old))

    def _opening(self, old: OldUser, row: UserRow) -> Iterator[Movement]:
        """What a balance begins with; that of a debtor, too."""
        kind = self.move.source.kind
        for amount, zh, en in (
            (old.quota, "余额", "balance"),
            (old.reward, "邀请奖励", "rewards for invitations"),
        ):
            if amount:
                content = f"{OPENING}{zh}（{kind}）/ {en} brought over from {kind}: {amount}"
                yield Movement(
                    user_id=row.id, username=row.username, delta=amount, type=EntryType.SYSTEM, content=content
                )

    def _adopt(self, root: UserRow, old: OldUser, row: UserRow) -> None:
        """The root that is here becomes the source's: name, password, tokens, balance; what it used here stays."""
        words = "takes the place of the root account that is here; that one's password and balance end"
        self.move.report.add("changed", "user", old.id, old.username, words)
        if not self.move.applying:
            self.move.marks.moved["user"][old.id] = ROOT_ID
            self.move.report.moved["user"] += 1
            return
        record = Record(old=old.id, new=ROOT_ID, name=old.username, actions=(), carried=_used(ROOT_ID, old))
        kind = self.move.source.kind
        beside: list[Json] = [self.move.marks.action("user", {old.id: ROOT_ID})]
        beside += carry_actions(self.move.store, [record])
        users.change(
            self.move.store,
            root,
            _adopting(root, row),
            correction=Correction(
                max(0, row.quota),
                lambda before, after: f"{OPENING}余额（{kind}）/ balance of {kind}: {before} > {after}",
            ),
            adds={"used_quota": old.used_quota, "request_count": old.request_count},
            beside=beside,
        )
        self.move.marks.moved["user"][old.id] = ROOT_ID
        self.move.report.moved["user"] += 1


_ADOPTED = rows.names(
    "username password display_name email access_hash access_created_time group aff_code wechat_id lark_id oidc_id "
    "identities remind_threshold aff_count aff_quota note"
)


def _adopting(root: UserRow, row: UserRow) -> dict[str, Any]:
    changes = {name: getattr(row, name) for name in _ADOPTED if getattr(row, name) != getattr(root, name)}
    return changes | {"session_version": root.session_version + 1}


def _used(number: int, old: OldUser) -> dict[int, dict[str, int]]:
    return {number: {"delta": 0, "used_quota": old.used_quota, "request_count": old.request_count}}


def _hashed(token: str) -> str:
    return hash_key(token) if token else ""


def _is(adopted: UserRow | None, name: str) -> bool:
    return adopted is not None and names.folded(adopted.username) == names.folded(name)


def _keys(old: OldUser) -> Iterator[str]:
    """The keys that an account may want."""
    row = UserRow(
        id=old.id,
        username=old.username,
        email=old.email,
        aff_code=old.aff_code,
        access_hash=_hashed(old.access_token),
    )
    for attribute, subject in old.identities.items():
        row = with_identity(row, attribute, subject)
    yield from _claimed(row)
    yield user_key(old.id)


def _claimed(row: UserRow) -> Iterator[str]:
    """The markers of an account."""
    for attribute in users.MARKERS:
        if value := users.value_of(row, attribute):
            yield marker(attribute, value)
    if row.username:
        yield names.marker(row.username)
