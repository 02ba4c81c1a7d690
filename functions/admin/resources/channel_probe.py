"""Trying a channel that is not saved: which models it has, which of them have a price, and whether one answers.

Nothing is stored, and the credential lives as long as the request does. It goes where a saved channel's would go, under
the same rules.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from typing import Any, Literal

from fastapi import APIRouter, Request

from admin.openapi.examples import example
from admin.resources.channels import ChannelForm, checked, key_lines
from admin.resources.shown_prices import Offer, offer
from admin.texts import messages
from admin.texts.hints import HINTS
from admin.web.deps import Deps, DepsOf
from admin.web.envelope import Answer, Refused, in_language, ok
from admin.web.fields import Shown, Submitted, Whole
from admin.web.gate import GatedRoute, needs
from gateway.billing.books import book_of
from gateway.billing.pricing import Price, PriceBook, UnknownPrice
from gateway.config import RelaySettings
from gateway.domain.identity import Role
from gateway.providers.abilities import abilities_of
from gateway.providers.catalog import PROVIDERS, models_of
from gateway.store.schema.channels import ChannelRow, channel_context
from gateway.store.settings import options
from gateway.upkeep.channel_tests import Outcome, Tester, Trouble
from gateway.upkeep.model_lists import ModelsUnknown, models_at
from gateway.upkeep.probes import operation_of
from gateway.upstream import Upstream
from gateway.upstream.protocol import Timeouts

routes = APIRouter(prefix="/api/channel", tags=["channels"], route_class=GatedRoute)

_TIMEOUTS = Timeouts(connect=5)
_LIST, _TEST = 8.0, 17.0  # seconds for each; whoever asked gives up at 29, as API Gateway does
_MOST_KEYS = 10


class ProbeForm(Submitted, json_schema_extra=example(type=1, key="sk-...")):
    """What a channel of this type needs, as it would be saved. ``model`` is what to ask; absent, the cheapest chat."""

    type: Whole = 0
    key: str = ""
    base_url: str | None = None
    config: str = ""
    other: str | None = None
    model: str = ""


class Fault(Shown, json_schema_extra=example(kind="key", message="http status code: 401", hint="The key was refused.")):
    """``kind`` is empty where nothing is wrong; ``message`` is the provider's, ``hint`` says what to do."""

    kind: Trouble | Literal[""] = ""
    message: str = ""
    hint: str = ""


class ProbedPrice(Offer, json_schema_extra=example(name="gpt-4o-mini", abilities=["chat"])):
    """What a model can do, as far as it is known, and what it would be sold at, before a group's factor."""

    name: str
    abilities: list[str]


class Probed(
    Shown,
    json_schema_extra=example(
        models=["gpt-4o-mini"], listed=True, priced=["gpt-4o-mini"], model="gpt-4o-mini", answer="gpt-4o-mini", ms=813
    ),
):
    """``models`` are those that the provider lists, or, where it lists none (``listed`` false), those of the catalogue.
    ``priced`` are those of them that have a price, which stands in ``prices``. ``answer`` is what ``model`` said, after
    ``ms`` milliseconds.
    """

    models: list[str]
    listed: bool
    priced: list[str]
    prices: list[ProbedPrice]
    model: str
    answer: str
    ms: int
    fault: Fault


@routes.post("/probe", summary="Try a channel that is not saved: its models, their prices, one short question")
@needs(Role.ADMIN, critical=True, refuses=(messages.CHANNEL_NO_KEY, messages.CHANNEL_FIELD, messages.LIMITS))
def probe_channel(body: ProbeForm, request: Request, deps: DepsOf) -> Answer[Probed]:
    """Nothing is stored. A channel that does not answer is no refusal: `fault` says what is wrong."""
    keys = key_lines(body.key)[:_MOST_KEYS]
    if not keys:
        raise Refused(messages.CHANNEL_NO_KEY)
    form = ChannelForm.model_validate(body.model_dump(exclude={"model"}))
    sealed = deps.store.vault.seal("\n".join(keys), channel_context(0))
    fields: dict[str, Any] = {**checked(form), "type": body.type, "sealed_key": sealed}
    return ok(asyncio.run(_probed(deps, request, ChannelRow(id=0, **fields), body.model.strip()[:200])))


async def _probed(deps: Deps, request: Request, row: ChannelRow, asked: str) -> Probed:
    upstream = Upstream(timeouts=_TIMEOUTS, proxy=deps.settings.relay_proxy)
    try:
        told = await _listed(deps, row, upstream)
        models = told or list(models_of(row.type)) if row.type in PROVIDERS else told
        current = options.current(deps.store)
        prices = _prices(book_of(current), row.type, models)
        model = asked or _cheapest(row.type, prices) or next(iter(models), "")
        tester = Tester(deps.store, RelaySettings.read(), upstream, patience=_TEST)
        outcome = await tester.test(replace(row, models=""), model)
    finally:
        await upstream.close()
    return Probed(
        models=models,
        listed=bool(told),
        priced=list(prices),
        prices=[_shown(name, row.type, price, current["QuotaPerUnit"]) for name, price in prices.items()],
        model=model or outcome.model,
        answer=outcome.message if outcome.passed else "",
        ms=outcome.milliseconds,
        fault=_fault(request, row.type, outcome),
    )


async def _listed(deps: Deps, row: ChannelRow, upstream: Upstream) -> list[str]:
    """What the provider lists; nothing where it lists none, or not in time."""
    try:
        async with asyncio.timeout(_LIST):
            return await models_at(deps.store, row, upstream)
    except (ModelsUnknown, TimeoutError):
        return []


def _prices(book: PriceBook, kind: int, models: Sequence[str]) -> dict[str, Price]:
    """What each costs; those without a price are left out."""
    found: dict[str, Price] = {}
    for model in models:
        with suppress(UnknownPrice):
            found[model] = book.price(model, kind)
    return found


def _shown(name: str, kind: int, price: Price, per_unit: str) -> ProbedPrice:
    return ProbedPrice(name=name, abilities=abilities_of(name, kind), **dict(offer(price, per_unit)))


def _cheapest(kind: int, prices: dict[str, Price]) -> str:
    """The chat of which a token read and a token written cost least."""

    def both(model: str) -> tuple[Fraction, str]:
        return prices[model].model_ratio * (1 + prices[model].completion_ratio), model

    return min((model for model in prices if operation_of(model, kind) == "chat"), key=both, default="")


def _fault(request: Request, kind: int, outcome: Outcome) -> Fault:
    if outcome.passed:
        return Fault(kind="", message="", hint="")
    trouble = outcome.trouble or "setup"
    row = PROVIDERS.get(kind)
    docs, key_format = (row.docs, row.key_format or "API key") if row else ("", "API key")
    hint = HINTS[trouble].of(key_format=key_format, docs=docs)
    return Fault(kind=trouble, message=outcome.message, hint=in_language(request, hint).strip())
