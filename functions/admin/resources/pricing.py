"""Which models there are, what they can do and what they cost: for everybody, or whom the operator lets see it.

What is told is what can be called now: models of channels in service that have a price. Every answer has a tag, so that
a page asks again for nothing that it has.
"""

import hashlib
from dataclasses import dataclass, field, replace

from fastapi import APIRouter, Request, Response

from admin.openapi.examples import example
from admin.resources.shown_prices import Offer, offer
from admin.texts import messages
from admin.texts.messages import Text
from admin.web.deps import Deps, DepsOf
from admin.web.envelope import Answer, Refused, ok
from admin.web.fields import Shown
from admin.web.gate import GatedRoute, needs
from admin.web.session import identify
from gateway.billing import rational
from gateway.billing.books import book_of
from gateway.billing.pricing import Price, PriceBook, UnknownPrice
from gateway.domain.channel import ChannelStatus
from gateway.domain.identity import Role
from gateway.providers.abilities import abilities_of, dialects_of
from gateway.providers.catalog import owner_of
from gateway.store.channels import channels
from gateway.store.schema.channels import ChannelRow
from gateway.store.schema.texts import comma_list, json_texts
from gateway.store.settings import options

routes = APIRouter(prefix="/api/pricing", tags=["models"], route_class=GatedRoute)

FRESH = 60  # seconds for which an answer may be shown again without asking

PRIVATE = Text("价格未公开，请登录后查看", "the prices are not public: sign in to see them", code="forbidden")


class Group(Shown, json_schema_extra=example(name="default", ratio="1")):
    """``ratio`` multiplies every price for who is in the group."""

    name: str
    ratio: str


class PricedModel(
    Shown,
    json_schema_extra=example(
        name="gpt-4o-mini",
        family="openai",
        abilities=["chat", "tools", "vision"],
        dialects=["openai", "responses", "anthropic", "gemini"],
        context=128_000,
        max_output=16_384,
        groups=["default"],
    ),
):
    """``offers`` has more than one where channels of different types sell it at different prices; the first is the one
    of the channel that is asked first. ``context`` and ``max_output`` in tokens, 0 where not known."""

    name: str
    family: str
    abilities: list[str]
    dialects: list[str]
    context: int
    max_output: int
    groups: list[str]
    offers: list[Offer]


class Pricing(Shown):
    """``groups`` begin with the caller's own, if there is one. ``models`` can be called now, by their groups."""

    groups: list[Group]
    models: list[PricedModel]


@routes.get("", summary="Models with their abilities and exact prices, and the factors of groups")
@needs(
    Role.GUEST,
    refuses=((PRIVATE, 403), (messages.CROSS_SITE, 403), messages.BAD_ACCESS_TOKEN, messages.BANNED),
)
def show_pricing(request: Request, response: Response, deps: DepsOf) -> Answer[Pricing]:
    """Option `PublicPricing` says for whom: `all`, `users` who are signed in, or `off`: administrators. With
    `If-None-Match` the answer is 304 where nothing changed.
    """
    current = options.current(deps.store)
    group = _admitted(request, deps, current["PublicPricing"])
    book = book_of(current)
    data = Pricing(groups=_groups(book, group), models=_models(deps, book, current["QuotaPerUnit"]))
    return _tagged(request, response, data, public=group is None)


def _admitted(request: Request, deps: Deps, public: str) -> str | None:
    """The caller's group, if somebody is signed in who may see this; ``None``: everybody may."""
    caller = identify(request, deps)
    if caller is None:
        if public != "all":
            raise Refused(PRIVATE, status=403)
        return None
    if public == "off" and caller.user.role < Role.ADMIN:
        raise Refused(PRIVATE, status=403)
    return caller.user.group


def _groups(book: PriceBook, own: str | None) -> list[Group]:
    names = [*([] if own is None else [own]), *sorted(book.groups)]
    return [Group(name=name, ratio=rational.text(book.group_ratio(name))) for name in dict.fromkeys(names)]


@dataclass(slots=True)
class _Sold:
    """One model: who may ask for it, and each price it is sold at, that of the channel asked first in front."""

    groups: set[str] = field(default_factory=set[str])
    prices: list[Price] = field(default_factory=list[Price])
    abilities: list[str] = field(default_factory=list[str])


def _models(deps: Deps, book: PriceBook, per_unit: str) -> list[PricedModel]:
    found: dict[str, _Sold] = {}
    for row in sorted(channels.every(deps.store), key=lambda row: (-row.priority, row.id)):
        if row.status == ChannelStatus.ENABLED:
            _add(found, row, book)
    return [_shown(name, sold, per_unit) for name, sold in sorted(found.items())]


def _add(found: dict[str, _Sold], row: ChannelRow, book: PriceBook) -> None:
    mapped = json_texts(row.model_mapping)
    for name in comma_list(row.models):
        sent = mapped.get(name) or name
        try:
            price = book.price(sent, row.type)
        except UnknownPrice:
            continue
        sold = found.setdefault(name, _Sold())
        sold.groups.update(comma_list(row.group) or ("default",))
        if not any(_alike(price, known) for known in sold.prices):
            sold.prices.append(price)
        sold.abilities = sold.abilities or abilities_of(sent, row.type)


def _alike(one: Price, other: Price) -> bool:
    return one is other or replace(one, model="", source="") == replace(other, model="", source="")


def _shown(name: str, sold: _Sold, per_unit: str) -> PricedModel:
    return PricedModel(
        name=name,
        family=owner_of(name),
        abilities=sold.abilities,
        dialects=dialects_of(sold.abilities),
        context=sold.prices[0].context,
        max_output=sold.prices[0].max_output,
        groups=sorted(sold.groups),
        offers=[offer(price, per_unit) for price in sold.prices],
    )


def _tagged(request: Request, response: Response, data: Pricing, *, public: bool) -> Answer[Pricing]:
    """The answer with its tag, or 304 where the caller has it."""
    tag = f'"{hashlib.sha256(data.model_dump_json().encode()).hexdigest()[:32]}"'
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = f"{'public' if public else 'private'}, max-age={FRESH}"
    response.headers["Vary"] = "Authorization, Cookie"
    if tag in request.headers.get("if-none-match", ""):
        response.status_code = 304
    return ok(data)
