"""The same done to many tokens or codes: one by one, and told of each that it could not be done to."""

from collections.abc import Callable
from typing import Literal

from fastapi import APIRouter, Request

from admin.openapi.examples import example
from admin.resources.redemptions import existing_code
from admin.resources.tokens import existing, status_change
from admin.texts import messages
from admin.texts.reasons import reason
from admin.web.deps import Deps, DepsOf
from admin.web.envelope import Answer, Refused, in_language, ok
from admin.web.fields import Shown, Submitted, Whole
from admin.web.gate import GatedRoute, needs
from admin.web.session import CallerOf
from gateway.domain.identity import Role, TokenStatus
from gateway.store.accounts import tokens
from gateway.store.money import redemptions

routes = APIRouter(prefix="/api", route_class=GatedRoute)

MOST_IDS = 100  # of one call: it has to be over within API Gateway's 29 seconds

Do = Callable[[int], None]


class ManyRows(Submitted, json_schema_extra=example(ids=[1], action="disable")):
    ids: list[Whole]
    action: Literal["enable", "disable", "delete"]


class NotDone(Shown):
    id: int
    message: str
    code: str


class DoneToMany(Shown, json_schema_extra=example(done=[1], failed=[])):
    """``done``: the numbers it was done to; ``failed``: the others, each with the reason."""

    done: list[int]
    failed: list[NotDone]


_WRONG = (messages.ID_EMPTY, messages.BAD_FORM)


@routes.post("/token/batch", summary="Enable, disable or delete many of the caller's tokens", tags=["tokens"])
@needs(
    Role.COMMON,
    refuses=(
        *_WRONG,
        messages.IDS_EMPTY,
        messages.NOT_FOUND,
        messages.TOKEN_STATUS,
        messages.TOKEN_EXPIRED,
        messages.TOKEN_EXHAUSTED,
    ),
)
def change_tokens(body: ManyRows, caller: CallerOf, request: Request, deps: DepsOf) -> Answer[DoneToMany]:
    """A hundred at once at most. What cannot be done to one keeps it from no other: the answer names both."""

    def do(number: int) -> None:
        _change_token(deps, caller.user.id, number, body.action)

    return ok(_each(request, body, do))


@routes.post("/redemption/batch", summary="Enable, disable or delete many codes", tags=["redemption codes"])
@needs(Role.ADMIN, refuses=(*_WRONG, messages.NOT_FOUND, messages.REDEMPTION_USED))
def change_codes(body: ManyRows, request: Request, deps: DepsOf) -> Answer[DoneToMany]:
    """A hundred at once at most. A used code can be deleted, and nothing else."""

    def do(number: int) -> None:
        _change_code(deps, number, body.action)

    return ok(_each(request, body, do))


def _each(request: Request, body: ManyRows, do: Do) -> DoneToMany:
    ids = list(dict.fromkeys(body.ids))
    if not ids:
        raise Refused(messages.ID_EMPTY)
    if len(ids) > MOST_IDS:
        raise Refused(messages.BAD_FORM.of(reason=reason(f"more than {MOST_IDS} ids")))
    failed: list[NotDone] = []
    for number in ids:
        try:
            do(number)
        except Refused as refused:
            failed.append(NotDone(id=number, message=in_language(request, refused.text), code=refused.text.code))
    not_done = {row.id for row in failed}
    return DoneToMany(done=[number for number in ids if number not in not_done], failed=failed)


def _change_token(deps: Deps, user_id: int, number: int, action: str) -> None:
    row = existing(deps, user_id, number)
    if action == "delete":
        found = tokens.remove(deps.store, row)
    else:
        status = TokenStatus.ENABLED if action == "enable" else TokenStatus.DISABLED
        found = tokens.change(deps.store, row, status_change(row, status, deps)) is not None
    if not found:
        raise Refused(messages.NOT_FOUND)


def _change_code(deps: Deps, number: int, action: str) -> None:
    row = existing_code(deps, number)
    if action == "delete":
        if not redemptions.remove(deps.store, row):
            raise Refused(messages.NOT_FOUND)
        return
    status = redemptions.UNUSED if action == "enable" else redemptions.DISABLED
    if row.status == redemptions.USED or redemptions.change(deps.store, row, {"status": status}) is None:
        raise Refused(messages.REDEMPTION_USED)
