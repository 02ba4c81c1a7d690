"""Wallets: what is free of a balance and the open holds against it, together in one item. Pure.

Three kinds of item are wallets: an account (``quota`` is what is free), a part of an account that many requests meet at
(``wallet#<account>#<part>``), and a token with a limit (``remain_quota``). Each holds its own holds::

    {"pk": "user#7", "quota": 880, "holds": {"20261130...": [120, 1795999999, 70]}, "sweep_shard": 3, "sweep_at": ...}

A hold is ``[amount, until]``, behind it the token that was held too (0: none), once part of an answer is out, what is
``due`` for it, and whose limits the request has taken something of (``windows.py``), if there are any. A free balance
below zero is a debt: nothing can be reserved until it is paid.

Every change is one UpdateItem whose condition is that the hold is there, or is not there yet. So each may be repeated
by anybody and changes nothing the second time, and several may be one write (``wallet_writer.py``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any, Protocol

from gateway.domain.money import Due, Hold
from gateway.records import dataclass, short_record
from gateway.store.client.attributes import to_item, to_value
from gateway.store.schema.tables import Tables, token_owner, user_key, wallet_key

Json = dict[str, Any]
Item = Mapping[str, Any]

SWEEP_SHARDS = 4
HOLDS = "holds"
PARTS, SPREAD = "parts", "spread"  # of an account: how many parts it has, and whether new holds go to them
CLOSED = "closed"  # of a token: the latest end of a hold that was given up; none that ends by then may come any more
_TOKEN, _DUE, _LIMITS = 2, 3, 4  # places in a hold


@short_record
class Wallet:
    """Where a wallet lies. ``free`` is the attribute of its free balance; a token notes when it was used (``stamps``).

    ``user_id`` and ``part`` say which part of whose account it is, and are not set for a token; part 0 is the account's
    own item, which tells over how many others the account is. The sweep finds accounts' by itself, and tokens' holds
    through them. Only the key is hashed, which tells nearly all apart: every step looks its wallet up some times.
    """

    table: str = field(hash=False)
    key: tuple[tuple[str, str | int], ...]
    free: str = field(hash=False)
    stamps: bool = field(default=False, hash=False)
    user_id: int = field(default=0, hash=False)
    part: int = field(default=0, hash=False)

    @property
    def swept(self) -> bool:
        """Whether the sweep finds it by itself."""
        return self.user_id != 0

    @property
    def item_key(self) -> Json:
        """Its primary key as attribute values."""
        return to_item(dict(self.key))


def of_account(tables: Tables, user_id: int, part: int = 0) -> Wallet:
    """An account's wallet, or a part of it."""
    key = wallet_key(user_id, part) if part else user_key(user_id)
    return Wallet(tables.users, (("pk", key),), "quota", user_id=user_id, part=part)


def of_token(tables: Tables, user_id: int, token_id: int) -> Wallet:
    """The wallet of a token with a limit."""
    return Wallet(tables.tokens, (("pk", token_owner(user_id)), ("id", token_id)), "remain_quota", stamps=True)


@dataclass(frozen=True, slots=True)
class OpenHold:
    """A hold as a wallet has it. Times in unix seconds."""

    request_id: str
    amount: int
    until: int
    token_id: int = 0
    due: Due | None = None
    limits: tuple[str, ...] = ()


def open_holds(item: Item) -> list[OpenHold]:
    """The open holds of a wallet, oldest request first."""
    return [_open_hold(request_id, found) for request_id, found in sorted(_holds(item).items())]


def _holds(item: Item) -> Mapping[str, Sequence[Any]]:
    return item.get(HOLDS) or {}


def _open_hold(request_id: str, found: Sequence[Any]) -> OpenHold:
    token_id = found[_TOKEN] if len(found) > _TOKEN else 0
    due = Due.read(found[_DUE]) if len(found) > _DUE and found[_DUE] is not None else None
    limits = tuple(found[_LIMITS]) if len(found) > _LIMITS else ()
    return OpenHold(request_id, found[0], found[1], token_id, due, limits)


def _written(hold: Hold, wallet: Wallet, due: Due | None = None) -> list[Any]:
    """A hold as it lies in its wallet, no longer than it must be: the sweep asks what only an account's has."""
    value: list[Any] = [hold.amount, hold.expires_at, 0, due and due.write(), []]
    if wallet.swept:
        value[_TOKEN] = hold.token_id if hold.limited else 0
        value[_LIMITS] = list(hold.limits)
    while not value[-1]:
        value.pop()
    return value


class Step(Protocol):
    """One change of one wallet."""

    @property
    def request_id(self) -> str: ...

    def draft(self, draft: "WalletUpdate", wallet: Wallet) -> None:
        """Put the change and its condition into an update."""
        ...


@short_record
class Reserve:
    """Take a hold out of what is free, if that suffices and the hold is not in there."""

    hold: Hold
    most_open: int = 0  # holds a wallet may have; 0: any number
    spare: int = 0  # what must be free on top, so that one request does not take everything

    @property
    def request_id(self) -> str:
        return self.hold.request_id

    def draft(self, draft: "WalletUpdate", wallet: Wallet) -> None:
        hold = self.hold
        place = draft.hold(hold.request_id)
        draft.sets.append(f"{place} = {draft.value(_written(hold, wallet))}")
        draft.terms += [f"attribute_exists({draft.name(HOLDS)})", f"attribute_not_exists({place})"]
        draft.moves -= hold.amount
        draft.needs = (draft.needs or 0) + hold.amount
        draft.spare = max(draft.spare, self.spare)
        draft.comes += 1
        if self.most_open:
            draft.most_open = min(self.most_open, draft.most_open or self.most_open)
        if wallet.swept:
            draft.default("sweep_at", hold.expires_at)
            draft.default("sweep_shard", sum(hold.request_id.encode()) % SWEEP_SHARDS)
            draft.tells = not wallet.part
        else:
            closed = draft.name(CLOSED)
            draft.terms.append(f"(attribute_not_exists({closed}) OR {closed} < {draft.value(hold.expires_at)})")


@short_record
class Finish:
    """Take a hold out and put back what was not charged, if the hold is in there; sums ride along."""

    request_id: str
    amount: int
    quota: int = 0
    charged: bool = False
    at: int = 0

    def draft(self, draft: "WalletUpdate", wallet: Wallet) -> None:
        place = draft.hold(self.request_id)
        draft.removes.append(place)
        draft.terms.append(f"attribute_exists({place})")
        draft.moves += self.amount - self.quota
        draft.owes += max(0, self.quota - self.amount)
        if self.charged:
            draft.add("used_quota", self.quota)
            if wallet.stamps:
                draft.stamp("accessed_time", self.at)
            else:
                draft.add("request_count", 1)


@dataclass(frozen=True, slots=True)
class Renew:
    """Move the end of a hold on, and note what is due by now."""

    hold: Hold
    due: Due | None = None

    @property
    def request_id(self) -> str:
        return self.hold.request_id

    def draft(self, draft: "WalletUpdate", wallet: Wallet) -> None:
        place = draft.hold(self.hold.request_id)
        draft.sets.append(f"{place} = {draft.value(_written(self.hold, wallet, self.due))}")
        draft.terms.append(f"attribute_exists({place})")


@dataclass(slots=True)
class WalletUpdate:
    """An UpdateItem under way. ``needs``: what must be free (``None``: nothing asked).

    ``owes`` is on top of it, and the largest ``spare`` of the steps: what is enough for all is enough for each in turn.
    ``comes``: how many holds come in, of the ``most_open`` there may be.
    """

    sets: list[str] = field(default_factory=list[str])
    removes: list[str] = field(default_factory=list[str])
    terms: list[str] = field(default_factory=list[str])
    moves: int = 0
    needs: int | None = None
    owes: int = 0
    tells: bool = False
    spare: int = 0
    comes: int = 0
    most_open: int = 0
    _sums: dict[str, int] = field(default_factory=dict[str, int])
    _stamps: dict[str, int] = field(default_factory=dict[str, int])
    _defaults: dict[str, int] = field(default_factory=dict[str, int])
    _names: dict[str, str] = field(default_factory=dict[str, str])
    _values: dict[str, Any] = field(default_factory=dict[str, Any])

    def name(self, attribute: str) -> str:
        """A placeholder for an attribute."""
        return self._names.setdefault(attribute, f"#{len(self._names)}")

    def value(self, value: Any) -> str:
        """A placeholder for a value."""
        placeholder = f":{len(self._values)}"
        self._values[placeholder] = to_value(value)
        return placeholder

    def hold(self, request_id: str) -> str:
        """The path of a request's hold."""
        return f"{self.name(HOLDS)}.{self.name(request_id)}"

    def add(self, attribute: str, amount: int) -> None:
        """Add to a sum that nobody decides by."""
        self._sums[attribute] = self._sums.get(attribute, 0) + amount

    def stamp(self, attribute: str, at: int) -> None:
        """Set a time; of several the latest."""
        self._stamps[attribute] = max(at, self._stamps.get(attribute, 0))

    def default(self, attribute: str, value: int) -> None:
        """Set an attribute that is not there yet; of several values the least."""
        self._defaults[attribute] = min(value, self._defaults.get(attribute, value))

    def request(self, wallet: Wallet) -> Json:
        """The finished UpdateItem."""
        if self.moves:
            free = self.name(wallet.free)
            self.sets.append(f"{free} = {free} + {self.value(self.moves)}")
        if self.tells:  # named, so that they are answered: every process learns of a split with its next hold
            self._defaults |= {PARTS: 0, SPREAD: False}
        for attribute, value in self._defaults.items():
            name = self.name(attribute)
            self.sets.append(f"{name} = if_not_exists({name}, {self.value(value)})")
        self.sets += [f"{self.name(attribute)} = {self.value(at)}" for attribute, at in self._stamps.items()]
        if self.most_open:
            self.terms.append(f"size({self.name(HOLDS)}) <= {self.value(self.most_open - self.comes)}")
        if self.needs is not None:
            self.terms.append(f"{self.name(wallet.free)} >= {self.value(self.needs + self.owes + self.spare)}")
        parts = (
            ("SET", self.sets),
            ("REMOVE", self.removes),
            ("ADD", [f"{self.name(name)} {self.value(amount)}" for name, amount in self._sums.items()]),
        )
        return {
            "TableName": wallet.table,
            "Key": wallet.item_key,
            "UpdateExpression": " ".join(f"{verb} {', '.join(terms)}" for verb, terms in parts if terms),
            "ConditionExpression": " AND ".join(dict.fromkeys(self.terms)),
            "ExpressionAttributeNames": {placeholder: name for name, placeholder in self._names.items()},
            **({"ExpressionAttributeValues": self._values} if self._values else {}),  # none may not be named
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            "ReturnConsumedCapacity": "TOTAL",
            **({"ReturnValues": "UPDATED_NEW"} if self.tells else {}),
        }


def update(wallet: Wallet, steps: Sequence[Step]) -> Json:
    """One UpdateItem that does all of these steps, or none: no two of them may be about the same hold."""
    draft = WalletUpdate()
    for step in steps:
        step.draft(draft, wallet)
    return draft.request(wallet)


def begin(wallet: Wallet) -> Json:
    """The update that gives an item from before its place for holds; changes nothing where there is one."""
    return {
        "TableName": wallet.table,
        "Key": wallet.item_key,
        "UpdateExpression": "SET #holds = if_not_exists(#holds, :none)",
        "ConditionExpression": f"attribute_exists({wallet.key[0][0]})",
        "ExpressionAttributeNames": {"#holds": HOLDS},
        "ExpressionAttributeValues": to_item({":none": {}}),
    }


def close(wallet: Wallet, until: int) -> Json:
    """The update that keeps holds which end by then out of a token that only its account is swept for."""
    return {
        "TableName": wallet.table,
        "Key": wallet.item_key,
        "UpdateExpression": "SET #closed = :until",
        "ConditionExpression": "attribute_exists(#holds) AND (attribute_not_exists(#closed) OR #closed < :until)",
        "ExpressionAttributeNames": {"#holds": HOLDS, "#closed": CLOSED},
        "ExpressionAttributeValues": to_item({":until": until}),
    }
