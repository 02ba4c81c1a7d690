"""Keys for a while, which a page makes for itself, and new keys for tokens whose old one may be known to somebody."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from admin.openapi.examples import example
from admin.resources.tokens import Token, existing, shown_token
from admin.texts import messages
from admin.web.deps import DepsOf
from admin.web.envelope import Answer, Refused, ok
from admin.web.fields import LARGEST, Id, Submitted
from admin.web.gate import GatedRoute, needs
from admin.web.session import CallerOf
from gateway.domain.identity import Role
from gateway.store.accounts import token_keys, tokens
from gateway.store.schema.tokens import TokenRow

routes = APIRouter(prefix="/api/token", tags=["tokens"], route_class=GatedRoute)

MOST_MINUTES = 60
MOST_GRACE = 7 * 24 * 60  # minutes


class Temporary(Submitted, json_schema_extra=example(minutes=10, quota=50_000)):
    minutes: Annotated[int, Field(ge=1, le=MOST_MINUTES)]
    quota: Annotated[int, Field(ge=1, le=LARGEST)]


class Rotation(Submitted, json_schema_extra=example(minutes=60)):
    """``minutes``: how long the old key stays good, a week at most; 0 or absent: not at all."""

    minutes: Annotated[int, Field(ge=0, le=MOST_GRACE)] = 0


@routes.post("/temporary", summary="Make a key for an hour at most, that no list shows")
@needs(Role.COMMON, refuses=(messages.TEMPORARY_FULL,))
def create_temporary(body: Temporary, caller: CallerOf, deps: DepsOf) -> Answer[Token]:
    """For a page that lets its reader try a model. Twenty may be good at a time; `DELETE /api/token/{id}` ends one."""
    ends = deps.clock.now() + body.minutes * 60
    wanted = TokenRow(id=0, user_id=caller.user.id, name="temporary", expired_time=ends, remain_quota=body.quota)
    try:
        row, key = token_keys.create_temporary(deps.store, wanted)
    except tokens.Full as full:
        raise Refused(messages.TEMPORARY_FULL.of(most=tokens.MOST_TEMPORARY)) from full
    return ok(shown_token(row, key))


@routes.post("/{token_id}/rotate", summary="Give a token a new key; the answer holds it, this once")
@needs(Role.COMMON, refuses=(messages.IDS_EMPTY, messages.NOT_FOUND, messages.TOKEN_ROTATED))
def rotate(token_id: Id, body: Rotation, caller: CallerOf, deps: DepsOf) -> Answer[Token]:
    """All else of the token stays. At most one old key is good beside the new one."""
    row = existing(deps, caller.user.id, token_id)
    rotated = token_keys.rotate(deps.store, row, grace=body.minutes * 60)
    if rotated is None:
        raise Refused(messages.TOKEN_ROTATED)
    return ok(shown_token(*rotated))
