"""Receipts: what a request was charged for, computed again; and refunds, which reverse a charge once."""

from typing import Any

from fastapi import APIRouter

from admin.openapi.examples import RequestId, example
from admin.texts.messages import Text
from admin.web.deps import Deps, DepsOf
from admin.web.envelope import Answer, Refused, ok
from admin.web.fields import Shown, Submitted
from admin.web.gate import GatedRoute, needs
from admin.web.limits import limit_questions
from admin.web.session import CallerOf
from gateway.billing.receipts import NoReceipt, Receipt, receipt
from gateway.domain.amounts import amount_text
from gateway.domain.identity import Role
from gateway.domain.money import EntryType
from gateway.store.money import receipts
from gateway.store.money.receipts import Kept
from gateway.store.settings import options

routes = APIRouter(prefix="/api/log", tags=["logs"], route_class=GatedRoute)

_LONGEST = 255

NO_ENTRY = Text("没有找到该请求的记录", "no entry of this request was found", code="not_found")
NO_RECEIPT = Text("该记录没有账单明细", "this entry keeps no receipt: it is no consumption", code="conflict")
NOT_CONSUMED = Text("只能退还消费记录", "only consumption can be refunded", code="conflict")
NOTHING_TO_REFUND = Text("该记录没有扣费", "nothing was charged, so there is nothing to refund", code="conflict")


class TermShown(Shown, json_schema_extra=example(name="prompt", amount=200, price="5/2")):
    """So many of something at a price each, in quota as exact text. ``group_ratio`` multiplies the sum of the rest."""

    name: str
    amount: int
    price: str


class ReceiptShown(
    Shown,
    json_schema_extra=example(
        request_id="2026010112000000012345678901234",
        response_id="chatcmpl-7",
        user_id=2,
        username="alice",
        created_at=1_767_225_600,
        channel=1,
        model_name="gpt-4o",
        requested_model="gpt-4o",
        group="vip",
        result="complete",
        price_version="3f9a1c07",
        usage={"prompt": "1000"},
        quota=2800,
        computed=2800,
        agrees=True,
        refunded_by="",
    ),
):
    """``computed`` is what the terms come to today; ``quota`` what was charged; they differ by ``shortfall``, what no
    balance was left for. ``usage`` in tokens, pieces, characters or milliseconds, as texts. ``cost``, for
    administrators: what the request cost the operator; absent where nobody knows. ``refunded_by`` names the entry that
    gave the charge back; empty where none did."""

    request_id: str
    response_id: str
    user_id: int
    username: str = ""
    created_at: int
    channel: int
    model_name: str
    requested_model: str
    group: str
    result: str
    quarantined: str
    price_version: str
    usage: dict[str, str]
    terms: list[TermShown]
    quota: int
    computed: int
    shortfall: int
    agrees: bool
    refunded_by: str = ""
    cost: int | None = None


class RefundShown(
    Shown, json_schema_extra=example(request_id="2026010112000500012345678901234", quota=2800, repeated=False)
):
    """``request_id`` is the refund's own entry. ``repeated``: it was given before, and nothing changed now."""

    request_id: str
    quota: int
    repeated: bool


class WantedRefund(
    Submitted,
    json_schema_extra=example(request_id="2026010112000000012345678901234", remark="cut off by the provider"),
):
    request_id: str = ""
    remark: str = ""


@routes.get("/receipt/{request_id}", summary="What a request was charged for, by request id or recent response id")
@needs(Role.COMMON, refuses=(NO_ENTRY, NO_RECEIPT))
def get_receipt(request_id: RequestId, caller: CallerOf, deps: DepsOf) -> Answer[ReceiptShown]:
    """Users see receipts of their own requests, administrators everybody's."""
    limit_questions(deps, caller.user)
    owner = 0 if caller.user.role >= Role.ADMIN else caller.user.id
    kept = _existing(deps, request_id, owner)
    try:
        shown = shown_receipt(kept, receipt(kept.row.quota, kept.details))
    except NoReceipt as none:
        raise Refused(NO_RECEIPT) from none
    return ok(shown if owner else shown.model_copy(update={"cost": kept.row.cost}))


@routes.post("/refund", summary="Give back what a request was charged, once")
@needs(Role.ADMIN, refuses=(NO_ENTRY, NOT_CONSUMED, NOTHING_TO_REFUND))
def refund(body: WantedRefund, deps: DepsOf) -> Answer[RefundShown]:
    """Asking again changes nothing and answers the refund that was given, with `repeated`."""
    kept = _existing(deps, body.request_id, 0)
    if kept.row.type != EntryType.CONSUME:
        raise Refused(NOT_CONSUMED)
    if kept.row.quota <= 0:
        raise Refused(NOTHING_TO_REFUND)
    amount = amount_text(kept.row.quota, options.current(deps.store))
    remark = f"：{body.remark[:2000]}" if body.remark else ""
    given = receipts.refund(deps.store, kept, f"退还 {amount}，请求 {kept.row.request_id}{remark}")
    if given is None:
        raise Refused(NO_ENTRY)
    return ok(RefundShown(request_id=given.request_id, quota=given.quota, repeated=given.repeated))


def shown_receipt(kept: Kept, found: Receipt) -> ReceiptShown:
    """An entry with its terms."""
    row, details = kept.row, kept.details
    usage: dict[str, Any] = details.get("usage") or {}
    return ReceiptShown(
        request_id=row.request_id,
        response_id=details.get("response_id", ""),
        user_id=row.user_id,
        username=row.username,
        created_at=row.created_at,
        channel=row.channel_id,
        model_name=row.model_name,
        requested_model=details.get("requested_model", ""),
        group=details.get("group", ""),
        result=details.get("result", ""),
        quarantined=found.quarantined,
        price_version=found.price_version,
        usage={name: str(value) for name, value in usage.items()},
        terms=[TermShown(name=term.name, amount=term.amount, price=term.price) for term in found.terms],
        quota=found.charged,
        computed=found.computed,
        shortfall=found.shortfall,
        agrees=found.agrees,
        refunded_by=receipts.refunded_by(row),
    )


def _existing(deps: Deps, name: str, owner: int) -> Kept:
    kept = receipts.find(deps.store, name.strip(), user_id=owner) if 0 < len(name) <= _LONGEST else None
    if kept is None:
        raise Refused(NO_ENTRY)
    return kept
