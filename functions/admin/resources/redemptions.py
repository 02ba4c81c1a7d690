"""Redemption codes: made and managed by administrators, redeemed by users, each once."""

import csv
import io
from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import Field

from admin.openapi.examples import Keyword, StatusOnly, example, of_type
from admin.texts import messages
from admin.web.deps import Deps, DepsOf
from admin.web.envelope import Answer, Done, Refused, done, ok
from admin.web.exported import cell
from admin.web.fields import LARGEST, MOST_FOUND, Id, LooseId, Shown, Submitted, Whole
from admin.web.gate import GatedRoute, needs
from admin.web.paging import Paging, paging
from admin.web.session import CallerOf
from gateway.domain.amounts import amount_text
from gateway.domain.identity import Role
from gateway.store.accounts import balances
from gateway.store.context import Store
from gateway.store.money import redemptions
from gateway.store.money.redemptions import Interrupted
from gateway.store.schema.redemptions import RedemptionRow
from gateway.store.settings import options

routes = APIRouter(prefix="/api", tags=["redemption codes"], route_class=GatedRoute)

RedemptionPaging = Annotated[Paging, paging("id", "name", *redemptions.SORTED_HERE)]

_DEFAULT_QUOTA = 100  # one-api's, when none is given
_MOST_CODES = 100
_MOST_EXPORTED = 1_000
_EXPORTED = ("id", "name", "key", "status", "quota", "created_time", "redeemed_time")


class Redemption(
    Shown,
    json_schema_extra=example(
        id=1,
        user_id=1,
        key="2b7e151628aed2a6abf7158809cf4f3c",
        status=1,
        name="autumn",
        quota=100_000,
        created_time=1_767_225_600,
    ),
):
    """``status`` 1 unused, 2 switched off, 3 used; ``user_id`` is who made the code; ``count`` is always 0."""

    id: int
    user_id: int
    key: str
    status: int
    name: str
    quota: int
    created_time: int
    redeemed_time: int
    count: int


class NewRedemptions(Submitted, json_schema_extra=example(name="autumn", quota=100_000, count=2)):
    name: str = ""
    quota: Whole = 0
    count: Whole = 0


class MadeRedemptions(Answer[list[str]], json_schema_extra=example(data=["2b7e151628aed2a6abf7158809cf4f3c"], ids=[1])):
    """The codes, and in the same order their numbers."""

    ids: list[int] = Field(default_factory=list[int])


class EditedRedemption(Submitted, json_schema_extra=example(id=1, quota=200_000)):
    """What is absent stays as it is. Only a code that nobody has used can change."""

    id: Whole = 0
    name: str | None = None
    quota: Whole | None = None
    status: Whole = 0


class Redeeming(Submitted, json_schema_extra=example(key="2b7e151628aed2a6abf7158809cf4f3c")):
    key: str = ""


@routes.get("/redemption", summary="Codes, newest first")
@needs(Role.ADMIN)
def list_redemptions(deps: DepsOf, pages: RedemptionPaging) -> Answer[list[Redemption]]:
    found = redemptions.page(deps.store, pages.part)
    pages.goes_on(found.next)
    pages.total(lambda: redemptions.count(deps.store))
    return ok([shown_redemption(deps.store, row) for row in found.rows])


@routes.get("/redemption/search", summary="Codes by number, or by how the name begins")
@needs(Role.ADMIN)
def search_redemptions(deps: DepsOf, keyword: Keyword = "") -> Answer[list[Redemption]]:
    rows = redemptions.search(deps.store, keyword[:255], limit=MOST_FOUND)
    return ok([shown_redemption(deps.store, row) for row in rows])


@routes.get(
    "/redemption/export",
    summary="Codes as CSV: all, or those whose name begins so",
    response_class=Response,
    responses=of_type("text/csv; charset=utf-8", refuses=True),
)
@needs(Role.ADMIN)
def export_redemptions(deps: DepsOf, keyword: Keyword = "") -> Response:
    """A thousand at most. Times are unix seconds; `status` is 1 unused, 2 switched off, 3 used."""
    table = io.StringIO()
    write = csv.writer(table).writerow
    write(_EXPORTED)
    for row in redemptions.search(deps.store, keyword[:255], limit=_MOST_EXPORTED):
        shown = shown_redemption(deps.store, row)
        write([cell(getattr(shown, name)) for name in _EXPORTED])
    headers = {"Content-Disposition": 'attachment; filename="redemption-codes.csv"'}
    return Response(table.getvalue(), media_type="text/csv", headers=headers)


@routes.get("/redemption/{code_id}", summary="One code")
@needs(Role.ADMIN, refuses=(messages.ID_EMPTY, messages.NOT_FOUND))
def get_redemption(code_id: Id, deps: DepsOf) -> Answer[Redemption]:
    return ok(shown_redemption(deps.store, existing_code(deps, code_id)))


@routes.post("/redemption", summary="Make codes alike; the answer lists them")
@needs(
    Role.ADMIN,
    refuses=(
        messages.REDEMPTION_NAME,
        messages.REDEMPTION_QUOTA,
        messages.REDEMPTION_COUNT,
        messages.REDEMPTION_TOO_MANY,
        (messages.BUSY, 503),
    ),
)
def create_redemptions(body: NewRedemptions, caller: CallerOf, deps: DepsOf) -> MadeRedemptions:
    _check_name(body.name)
    if body.count <= 0:
        raise Refused(messages.REDEMPTION_COUNT)
    if body.count > _MOST_CODES:
        raise Refused(messages.REDEMPTION_TOO_MANY)
    quota = body.quota or _DEFAULT_QUOTA
    _check_quota(quota)
    wanted = RedemptionRow(id=0, user_id=caller.user.id, name=body.name, quota=quota)
    try:
        made = redemptions.create(deps.store, wanted, body.count)
    except Interrupted as interrupted:  # the codes that were made are worth money: they are told all the same
        raise Refused(messages.BUSY, status=503, more={"data": interrupted.keys}) from interrupted
    return MadeRedemptions(success=True, message="", data=list(made.values()), ids=list(made))


@routes.put("/redemption", summary="Change an unused code, or with status_only just switch it on or off")
@needs(
    Role.ADMIN,
    refuses=(
        messages.ID_EMPTY,
        messages.NOT_FOUND,
        messages.REDEMPTION_USED,
        messages.REDEMPTION_STATUS,
        messages.REDEMPTION_NAME,
        messages.REDEMPTION_QUOTA,
    ),
)
def update_redemption(body: EditedRedemption, deps: DepsOf, status_only: StatusOnly = "") -> Answer[Redemption]:
    row = existing_code(deps, body.id)
    if row.status == redemptions.USED:
        raise Refused(messages.REDEMPTION_USED)
    changed = redemptions.change(deps.store, row, _changes(body, status_only=bool(status_only)))
    if changed is None:
        raise Refused(messages.REDEMPTION_USED)
    return ok(shown_redemption(deps.store, changed))


@routes.delete("/redemption/{code_id}", summary="Delete a code")
@needs(Role.ADMIN, refuses=(messages.ID_EMPTY, messages.NOT_FOUND))
def delete_redemption(code_id: LooseId, deps: DepsOf) -> Done:
    if not redemptions.remove(deps.store, existing_code(deps, code_id)):
        raise Refused(messages.NOT_FOUND)
    return done()


@routes.post("/user/topup", summary="Redeem a code; the answer is the quota it was worth")
@needs(
    Role.COMMON,
    refuses=(
        messages.REDEMPTION_NO_KEY,
        messages.REDEMPTION_INVALID,
        messages.REDEMPTION_ALREADY,
        messages.QUOTA_RANGE,
    ),
    answers=100_000,
)
def redeem(body: Redeeming, caller: CallerOf, deps: DepsOf) -> Answer[int]:
    key = body.key.strip()
    if not key:
        raise Refused(messages.REDEMPTION_NO_KEY)
    row = redemptions.find(deps.store, key)
    if row is None:
        raise Refused(messages.REDEMPTION_INVALID)
    if balances.of_account(balances.whole(deps.store, caller.user)).quota + row.quota > LARGEST:
        raise Refused(messages.QUOTA_RANGE.of(most=LARGEST))
    content = f"通过兑换码充值 {amount_text(row.quota, options.current(deps.store))}"
    if row.status != redemptions.UNUSED or not redemptions.redeem(deps.store, row, caller.user, content):
        raise Refused(messages.REDEMPTION_ALREADY)
    return ok(row.quota)


def shown_redemption(store: Store, row: RedemptionRow) -> Redemption:
    """A code with what it is redeemed by: administrators hand it out from the list."""
    own = {name: getattr(row, name) for name in Redemption.model_fields if name not in ("key", "count")}
    return Redemption.model_validate(own | {"key": redemptions.opened(store, row), "count": 0})


def _changes(body: EditedRedemption, *, status_only: bool) -> dict[str, Any]:
    if status_only:
        if body.status not in (redemptions.UNUSED, redemptions.DISABLED):
            raise Refused(messages.REDEMPTION_STATUS)
        return {"status": body.status}
    changes = body.model_dump(include={"name", "quota"}, exclude_none=True)
    if "name" in changes:
        _check_name(changes["name"])
    if "quota" in changes:
        _check_quota(changes["quota"])
    return changes


def existing_code(deps: Deps, code_id: int) -> RedemptionRow:
    """A code; ``Refused`` if there is none."""
    if code_id == 0:
        raise Refused(messages.ID_EMPTY)
    row = redemptions.get(deps.store, code_id)
    if row is None:
        raise Refused(messages.NOT_FOUND)
    return row


def _check_name(name: str) -> None:
    if not 1 <= len(name) <= 20:
        raise Refused(messages.REDEMPTION_NAME)


def _check_quota(quota: int) -> None:
    if not 1 <= quota <= LARGEST:
        raise Refused(messages.REDEMPTION_QUOTA.of(most=LARGEST))
