"""The second factor of the caller's account: codes of an authenticator app, and backup codes."""

from fastapi import APIRouter, Request, Response

from admin.auth.accounts import somebody_below
from admin.auth.presence import PresenceOf, demand_presence
from admin.auth.second_factor import LONGEST_CODE, demand, finish, throttle
from admin.auth.shown_user import User
from admin.openapi.examples import BASE32, example
from admin.texts import messages
from admin.web.deps import DepsOf
from admin.web.envelope import Answer, Done, Refused, done, ok
from admin.web.fields import Id, Shown, Submitted
from admin.web.gate import GatedRoute, needs
from admin.web.session import CallerOf, start_session
from gateway.domain.identity import Role
from gateway.security import totp
from gateway.store.accounts import second_factors, users
from gateway.store.accounts.second_factors import Factor
from gateway.store.settings import options

routes = APIRouter(prefix="/api/user", tags=["account"], route_class=GatedRoute)


class Code(Submitted, json_schema_extra=example(code="492039")):
    """Six digits of the app; where a factor is on already, a backup code does as well."""

    code: str = ""


class SecondLogin(Submitted, json_schema_extra=example(ticket="eyJub25jZSI6Ii4uLiJ9.c2lnbmF0dXJl", code="492039")):
    ticket: str = ""
    code: str = ""


class State(Shown, json_schema_extra=example(enabled=True, backup_codes_remaining=10)):
    enabled: bool
    backup_codes_remaining: int


class Enrolment(Shown, json_schema_extra=example(secret=BASE32, uri="otpauth://totp/One%20API:alice?secret=JBSW...")):
    """For the app: the secret in base32, and the same as the address a QR code holds."""

    secret: str
    uri: str


@routes.post("/login/2fa", summary="Sign in, second step: the ticket of the first and a code")
@needs(
    Role.GUEST,
    critical=True,
    unreadable=messages.INVALID_PARAMETER,
    refuses=(messages.TICKET_WRONG, messages.SECOND_CODE_WRONG, (messages.TOO_MANY, 429)),
)
def second_login(body: SecondLogin, request: Request, response: Response, deps: DepsOf) -> Answer[User]:
    return finish(response, request, deps, body.ticket[:2_000], body.code)


@routes.get("/2fa/status", summary="Whether signing in asks the caller for a code")
@needs(Role.COMMON)
def state(caller: CallerOf, deps: DepsOf) -> Answer[State]:
    factor = second_factors.get(deps.store, caller.user.id)
    on = factor is not None and factor.confirmed
    return ok(State(enabled=on, backup_codes_remaining=len(factor.backup) if factor is not None and on else 0))


@routes.post("/2fa/setup", summary="Begin: a secret for the app, which a first code must confirm")
@needs(Role.COMMON, critical=True, refuses=(messages.CONFIRM_FIRST, messages.SECOND_FACTOR_ON))
def set_up(caller: CallerOf, presence: PresenceOf, deps: DepsOf) -> Answer[Enrolment]:
    """The secret counts only once `/api/user/2fa/enable` got a code made with it."""
    demand_presence(presence)
    secret = second_factors.enrol(deps.store, caller.user.id)
    if secret is None:
        raise Refused(messages.SECOND_FACTOR_ON)
    issuer = options.current(deps.store)["SystemName"]
    return ok(Enrolment(secret=secret, uri=totp.uri(secret, issuer=issuer, account=caller.user.username)))


@routes.post("/2fa/enable", summary="Confirm with a first code; answers the backup codes, this once")
@needs(
    Role.COMMON,
    critical=True,
    unreadable=messages.INVALID_PARAMETER,
    refuses=(
        messages.CONFIRM_FIRST,
        messages.SECOND_FACTOR_OFF,
        messages.SECOND_FACTOR_ON,
        messages.SECOND_CODE_WRONG,
        (messages.TOO_MANY, 429),
    ),
    answers=["k3vt9-qabcd"],
)
def enable(
    body: Code, caller: CallerOf, presence: PresenceOf, request: Request, response: Response, deps: DepsOf
) -> Answer[list[str]]:
    """Every other session of the account and its access token end: they were made without a code."""
    demand_presence(presence)
    factor = second_factors.get(deps.store, caller.user.id)
    if factor is None:
        raise Refused(messages.SECOND_FACTOR_OFF)
    if factor.confirmed:
        raise Refused(messages.SECOND_FACTOR_ON)
    throttle(deps, caller.user.id)
    backup = second_factors.confirm(deps.store, factor, body.code[:LONGEST_CODE])
    if backup is None:
        raise Refused(messages.SECOND_CODE_WRONG)
    user = users.change(deps.store, caller.user, users.all_out(caller.user))
    if caller.session is not None:
        start_session(response, request, deps, user)
    return ok(backup)


@routes.post("/2fa/backup_codes", summary="New backup codes; the old ones are void")
@needs(
    Role.COMMON,
    critical=True,
    unreadable=messages.INVALID_PARAMETER,
    refuses=(messages.SECOND_FACTOR_OFF, messages.SECOND_CODE_WRONG, (messages.TOO_MANY, 429)),
    answers=["k3vt9-qabcd"],
)
def renew_backup_codes(body: Code, caller: CallerOf, deps: DepsOf) -> Answer[list[str]]:
    factor = _proved(body, caller, deps)
    return ok(second_factors.renew_backup(deps.store, factor))


@routes.post("/2fa/disable", summary="Switch the second factor off")
@needs(
    Role.COMMON,
    critical=True,
    unreadable=messages.INVALID_PARAMETER,
    refuses=(messages.SECOND_FACTOR_OFF, messages.SECOND_CODE_WRONG, (messages.TOO_MANY, 429)),
)
def disable(body: Code, caller: CallerOf, deps: DepsOf) -> Done:
    second_factors.remove(deps.store, _proved(body, caller, deps).user_id)
    return done()


@routes.delete("/{user_id}/2fa", summary="Take the second factor off the account of somebody who lost it")
@needs(Role.ADMIN, refuses=(messages.NO_SUCH_USER, messages.CANNOT_CHANGE_EQUAL))
def take_off(user_id: Id, caller: CallerOf, deps: DepsOf) -> Done:
    second_factors.remove(deps.store, somebody_below(deps.store, user_id, caller.user).id)
    return done()


def _proved(body: Code, caller: CallerOf, deps: DepsOf) -> Factor:
    factor = second_factors.get(deps.store, caller.user.id)
    if factor is None or not factor.confirmed:
        raise Refused(messages.SECOND_FACTOR_OFF)
    demand(deps, factor, body.code)
    return factor
