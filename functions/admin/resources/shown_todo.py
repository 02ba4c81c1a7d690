"""What waits for an administrator: a list of what is missing or broken, each with what it is about."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from admin.openapi.examples import example
from admin.web.deps import Deps
from admin.web.fields import Shown
from gateway.billing.books import book_of
from gateway.billing.pricing import PriceBook, UnknownPrice
from gateway.domain.channel import ChannelStatus
from gateway.domain.identity import Role
from gateway.store.accounts import passkeys, second_factors, users
from gateway.store.schema.channels import ChannelRow
from gateway.store.schema.texts import comma_list, json_texts

MOST_NAMED = 20  # channels and models that are told by name

Kind = Literal[
    "channel_out_of_service",
    "model_without_price",
    "server_address_unset",
    "mail_unset",
    "root_without_second_factor",
    "registration_without_turnstile",
]


class ToDo(
    Shown,
    json_schema_extra=example(kind="channel_out_of_service", count=1, channel_id=1, name="azure-eu", reason="401"),
):
    """``count`` things of a kind, one row each for the first of them; ``name`` is the channel's or the model's."""

    kind: Kind
    count: int
    channel_id: int
    name: str
    reason: str


def to_do(deps: Deps, rows: Sequence[ChannelRow], current: Mapping[str, str]) -> list[ToDo]:
    """Everything there is to do, of these channels and these options."""
    return [*_channels(rows), *_models(rows, book_of(current)), *_settings(deps, current)]


def _channels(rows: Sequence[ChannelRow]) -> Iterator[ToDo]:
    out = [row for row in rows if row.status == ChannelStatus.AUTO_DISABLED]
    for row in out[:MOST_NAMED]:
        yield _item("channel_out_of_service", len(out), row, row.name, row.status_reason)


def _models(rows: Sequence[ChannelRow], book: PriceBook) -> Iterator[ToDo]:
    """Models that channels in service offer and that every request for is refused there."""
    found = {
        model: row
        for row in rows
        if row.status == ChannelStatus.ENABLED
        for model in comma_list(row.models)
        if not _priced(book, json_texts(row.model_mapping).get(model) or model, row.type)
    }
    for model, row in sorted(found.items())[:MOST_NAMED]:
        yield _item("model_without_price", len(found), row, model)


def _settings(deps: Deps, current: Mapping[str, str]) -> Iterator[ToDo]:
    open_to_all = all(current[name] == "true" for name in ("RegisterEnabled", "PasswordRegisterEnabled"))
    missing: dict[Kind, bool] = {
        "server_address_unset": not current["ServerAddress"],
        "mail_unset": not deps.outbox.is_set_up(current),
        "root_without_second_factor": _root_is_bare(deps),
        "registration_without_turnstile": open_to_all and current["TurnstileCheckEnabled"] != "true",
    }
    yield from (_item(kind, 1) for kind, is_missing in missing.items() if is_missing)


def _root_is_bare(deps: Deps) -> bool:
    """Whether root, the first account there is, signs in with a password and nothing else."""
    root = users.get(deps.store, 1)
    if root is None or root.role < Role.ROOT:
        return False
    factor, ring = second_factors.get(deps.store, root.id), passkeys.get(deps.store, root.id)
    return not (factor and factor.confirmed) and not (ring and ring.keys)


def _priced(book: PriceBook, model: str, channel_type: int) -> bool:
    try:
        book.price(model, channel_type)
    except UnknownPrice:
        return False
    return True


def _item(kind: Kind, count: int, row: ChannelRow | None = None, name: str = "", reason: str = "") -> ToDo:
    return ToDo(kind=kind, count=count, channel_id=row.id if row else 0, name=name, reason=reason)
