"""The caller's tokens (API keys). A key is shown once, when it is made; after that only a hint of it.

With the option ``TokenKeys`` at ``owner`` its owner sees it always: every route here is about the caller's own.
"""

from ipaddress import ip_network
from typing import Annotated, Any

from fastapi import APIRouter

from admin.auth.limit_rules import LIMIT_LIST, LimitShown, limits_written, shown
from admin.openapi.examples import Keyword, StatusOnly, example
from admin.texts import messages
from admin.web.deps import Deps, DepsOf
from admin.web.envelope import Answer, Done, Refused, done, ok
from admin.web.fields import LARGEST, MOST_FOUND, Id, LooseId, Shown, Submitted, Whole, listed
from admin.web.gate import GatedRoute, needs
from admin.web.paging import Paging, paging
from admin.web.session import CallerOf
from gateway.domain.identity import NEVER, Role, TokenStatus
from gateway.store.accounts import tokens
from gateway.store.accounts.balances import Held, of_token
from gateway.store.schema.tokens import TokenRow

routes = APIRouter(prefix="/api/token", tags=["tokens"], route_class=GatedRoute)

TokenPaging = Annotated[Paging, paging("id", *tokens.SORTED_HERE)]

_LONGEST_NAME = 30  # characters
_LONGEST_LIST = 20_000  # bytes of a list of models or networks
_LATEST = 253_402_300_799  # the end of the calendar


class Token(
    Shown,
    json_schema_extra=example(
        id=2,
        user_id=2,
        key="Xk3v",
        status=1,
        name="app",
        created_time=1_767_225_600,
        expired_time=-1,
        unlimited_quota=True,
    ),
):
    """``key`` is whole in the answer that makes it, and a hint everywhere else; always whole where keys are kept.

    ``remain_quota`` includes ``held``, what requests under way may cost, and is never shown below 0: ``debt`` says so.
    """

    id: int
    user_id: int
    key: str
    status: int
    name: str
    created_time: int
    accessed_time: int
    expired_time: int
    remain_quota: int
    unlimited_quota: bool
    used_quota: int
    models: str
    subnet: str
    held: int = 0
    debt: int = 0
    limits: tuple[LimitShown, ...] = ()


class TokenForm(
    Submitted,
    json_schema_extra=example(name="app", expired_time=-1, unlimited_quota=True, models="gpt-4o,gpt-4o-mini"),
):
    """``expired_time`` in unix seconds, 0 and -1: never; ``models`` and ``subnet`` (CIDRs) are lists with commas, empty
    for all.
    """

    name: str = ""
    expired_time: Whole = 0
    remain_quota: Whole = 0
    unlimited_quota: bool = False
    models: str = ""
    subnet: str = ""
    limits: LIMIT_LIST | None = None


class EditedToken(Submitted, json_schema_extra=example(id=2, name="desk", remain_quota=500_000, unlimited_quota=False)):
    """What is absent stays as it is."""

    id: Whole = 0
    status: Whole = 0
    name: str | None = None
    expired_time: Whole | None = None
    remain_quota: Whole | None = None
    unlimited_quota: bool | None = None
    models: str | None = None
    subnet: str | None = None
    limits: LIMIT_LIST | None = None


@routes.get("", summary="The caller's tokens, newest first or by quota")
@needs(Role.COMMON)
def list_tokens(caller: CallerOf, deps: DepsOf, pages: TokenPaging) -> Answer[list[Token]]:
    found = tokens.page(deps.store, caller.user.id, pages.part)
    pages.goes_on(found.next)
    pages.total(lambda: tokens.count(deps.store, caller.user.id))
    return ok(_shown(deps, found.rows))


@routes.get("/search", summary="The caller's tokens whose names begin so")
@needs(Role.COMMON)
def search_tokens(caller: CallerOf, deps: DepsOf, keyword: Keyword = "") -> Answer[list[Token]]:
    rows = tokens.search(deps.store, caller.user.id, keyword[:255], limit=MOST_FOUND)
    return ok(_shown(deps, rows))


@routes.get("/{token_id}", summary="One of the caller's tokens")
@needs(Role.COMMON, refuses=(messages.IDS_EMPTY, messages.NOT_FOUND))
def get_token(token_id: Id, caller: CallerOf, deps: DepsOf) -> Answer[Token]:
    return ok(*_shown(deps, [existing(deps, caller.user.id, token_id)]))


@routes.post("", summary="Make a token; the answer holds its key, this once")
@needs(
    Role.COMMON,
    refuses=(
        messages.TOKEN_NAME_LONG,
        messages.TOKEN_SUBNET,
        messages.INVALID_PARAMETER,
        messages.TOKEN_QUOTA,
        messages.TOKEN_TIME,
        messages.LIMITS,
        messages.TOKENS_FULL,
    ),
)
def create_token(body: TokenForm, caller: CallerOf, deps: DepsOf) -> Answer[Token]:
    fields = checked(body.model_dump(exclude={"limits"})) | _limited(body.limits)
    if body.limits is None:
        fields["limits"] = tokens.first_limits(deps.store)
    try:
        row, key = tokens.create(deps.store, TokenRow(id=0, user_id=caller.user.id, **fields))
    except tokens.Full as full:
        raise Refused(messages.TOKENS_FULL.of(most=tokens.MOST_TOKENS)) from full
    return ok(shown_token(row, key))


@routes.put("", summary="Change a token, or with status_only just switch it on or off")
@needs(
    Role.COMMON,
    refuses=(
        messages.IDS_EMPTY,
        messages.NOT_FOUND,
        messages.TOKEN_STATUS,
        messages.TOKEN_EXPIRED,
        messages.TOKEN_EXHAUSTED,
        messages.TOKEN_NAME_LONG,
        messages.TOKEN_SUBNET,
        messages.INVALID_PARAMETER,
        messages.TOKEN_QUOTA,
        messages.QUOTA_HELD,
        messages.TOKEN_TIME,
        messages.LIMITS,
    ),
)
def update_token(body: EditedToken, caller: CallerOf, deps: DepsOf, status_only: StatusOnly = "") -> Answer[Token]:
    row = existing(deps, caller.user.id, body.id)
    changes: dict[str, Any] = status_change(row, body.status, deps) if status_only else _changed(body)
    if not status_only and body.status == TokenStatus.ENABLED:
        status_change(row, body.status, deps)  # one-api refuses, and changes nothing, when it cannot be on
    try:
        changed = tokens.change(deps.store, row, changes) if changes else row
    except Held as held:
        raise Refused(messages.QUOTA_HELD.of(held=held.amount).about("remain_quota")) from held
    if changed is None:
        raise Refused(messages.NOT_FOUND)
    return ok(*_shown(deps, [changed]))


@routes.delete("/{token_id}", summary="Delete a token; its key stops working")
@needs(Role.COMMON, refuses=(messages.IDS_EMPTY, messages.NOT_FOUND))
def delete_token(token_id: LooseId, caller: CallerOf, deps: DepsOf) -> Done:
    if not tokens.remove(deps.store, existing(deps, caller.user.id, token_id)):
        raise Refused(messages.NOT_FOUND)
    return done()


def _shown(deps: Deps, rows: list[TokenRow]) -> list[Token]:
    """The caller's own tokens, with their keys where the operator lets owners see them."""
    whole = any(row.sealed_key for row in rows) and tokens.kept(deps.store)
    return [shown_token(row, tokens.key_of(deps.store, row) if whole else "") for row in rows]


def shown_token(row: TokenRow, key: str = "") -> Token:
    """A token, with its key where that has just been made or was kept."""
    left = of_token(row)
    balance = {"remain_quota": left.quota, "held": left.held, "debt": left.debt}
    made = balance | {"key": key or row.key_hint, "limits": shown(row.limits)}
    own = {name: getattr(row, name) for name in Token.model_fields if name not in made}
    return Token.model_validate(own | made)


def _changed(body: EditedToken) -> dict[str, Any]:
    fields = body.model_dump(exclude={"id", "status", "limits"}, exclude_none=True)
    return checked(fields) | _limited(body.limits)


def _limited(given: LIMIT_LIST | None) -> dict[str, Any]:
    """The limits as they are stored, if they were sent."""
    return {} if given is None else {"limits": limits_written(given)}


def checked(fields: dict[str, Any]) -> dict[str, Any]:
    """The given fields of a token form as they are stored; ``Refused`` when one does not do."""
    if len(fields.get("name", "")) > _LONGEST_NAME:
        raise Refused(messages.TOKEN_NAME_LONG)
    for network in _parts(fields.get("subnet", "")):
        if not _is_network(network):
            raise Refused(messages.TOKEN_SUBNET.of(subnet=network[:60]))
    for name in ("models", "subnet"):
        if len(fields.get(name, "").encode()) > _LONGEST_LIST:
            raise Refused(messages.INVALID_PARAMETER.about(name))
    if not -1 <= fields.get("remain_quota", 0) <= LARGEST:  # -1 is what one-api's own unlimited tokens have
        raise Refused(messages.TOKEN_QUOTA.of(most=LARGEST))
    if not NEVER <= fields.get("expired_time", NEVER) <= _LATEST:
        raise Refused(messages.TOKEN_TIME)
    if "models" in fields:
        fields["models"] = listed(fields["models"])
    if "expired_time" in fields:
        fields["expired_time"] = fields["expired_time"] or NEVER
    return fields


def status_change(row: TokenRow, status: int, deps: Deps) -> dict[str, Any]:
    """What switching a token changes; ``Refused`` when it cannot be on."""
    if status not in (TokenStatus.ENABLED, TokenStatus.DISABLED):
        raise Refused(messages.TOKEN_STATUS)
    if status == TokenStatus.ENABLED and tokens.expired(row, deps.clock.now()):
        raise Refused(messages.TOKEN_EXPIRED)
    if status == TokenStatus.ENABLED and tokens.exhausted(row):
        raise Refused(messages.TOKEN_EXHAUSTED)
    return {"status": status}


def existing(deps: Deps, user_id: int, token_id: int) -> TokenRow:
    """One of a user's tokens; ``Refused`` if there is none."""
    if token_id == 0:
        raise Refused(messages.IDS_EMPTY)
    row = tokens.get(deps.store, user_id, token_id)
    if row is None:
        raise Refused(messages.NOT_FOUND)
    return row


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",")] if text.strip() else []


def _is_network(text: str) -> bool:
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    address, _, length = text.partition("/")
    return length.isdigit() and "%" not in address
