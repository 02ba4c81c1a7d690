"""Signing in, in one step or two: an account with a second factor gets no session before it has given a code.

Between the steps the caller holds a ticket: who it is, signed for this alone so that it is no session, good
for a few minutes and for one session.
"""

from fastapi import Request, Response

from admin.auth.shown_user import User, login_user
from admin.openapi.examples import example
from admin.texts import messages
from admin.web.deps import Deps
from admin.web.envelope import Answer, Refused, ok
from admin.web.fields import Shown
from admin.web.limits import limit_of
from admin.web.session import Session, opened, sealed, start_session
from gateway.domain.identity import UserStatus
from gateway.store.accounts import codes, second_factors, users
from gateway.store.accounts.second_factors import Factor
from gateway.store.schema.users import UserRow

ATTEMPTS, WINDOW = 5, 300  # wrong codes for one account in so many seconds
TICKET = 300  # seconds
LONGEST_CODE = 40  # characters that are looked at

_USED = "used-ticket"
_TICKETS = "second factor"


class SecondStep(Shown, json_schema_extra=example(require_2fa=True, ticket="eyJub25jZSI6Ii4uLiJ9.c2lnbmF0dXJl")):
    """What signing in answers instead of an account: a code is wanted, together with this ticket."""

    require_2fa: bool
    ticket: str


SignedIn = User | SecondStep


def sign_in(response: Response, request: Request, deps: Deps, user: UserRow) -> Answer[SignedIn]:
    """A session, or a ticket if the account has a second factor."""
    factor = second_factors.get(deps.store, user.id)
    if factor is None or not factor.confirmed:
        start_session(response, request, deps, user)
        return Answer[SignedIn](success=True, message="", data=login_user(user))
    ticket = Session(deps.clock.token(), deps.clock.now() + TICKET, user.id, user.session_version)
    step = SecondStep(require_2fa=True, ticket=sealed(ticket, deps.session_secret, _TICKETS))
    return Answer[SignedIn](success=True, message="", data=step)


def finish(response: Response, request: Request, deps: Deps, ticket: str, code: str) -> Answer[User]:
    """The session, for a ticket and a code."""
    held = opened(ticket, deps.session_secret, _TICKETS)
    user = users.get(deps.store, held.user_id) if held is not None and held.until > deps.clock.now() else None
    if held is None or user is None or user.session_version != held.version or user.status != UserStatus.ENABLED:
        raise Refused(messages.TICKET_WRONG)
    factor = second_factors.get(deps.store, user.id)
    if factor is not None:
        demand(deps, factor, code)
    if not codes.mark(deps.store, _USED, held.nonce, seconds=TICKET):
        raise Refused(messages.TICKET_WRONG)
    start_session(response, request, deps, user)
    return ok(login_user(user))


def demand_code(deps: Deps, user: UserRow, code: str) -> None:
    """``Refused`` unless this is a code of the account's second factor."""
    factor = second_factors.get(deps.store, user.id)
    if factor is None or not factor.confirmed:
        raise Refused(messages.SECOND_FACTOR_OFF)
    demand(deps, factor, code)


def demand(deps: Deps, factor: Factor, code: str) -> None:
    """``Refused`` unless the code is right; guesses are counted for the account, wherever they come from."""
    throttle(deps, factor.user_id)
    if not second_factors.prove(deps.store, factor, code[:LONGEST_CODE]):
        raise Refused(messages.SECOND_CODE_WRONG)


def throttle(deps: Deps, user_id: int) -> None:
    """Count a guess; ``TooMany`` after too many."""
    limit_of(deps, "2fa", str(user_id), ATTEMPTS, WINDOW)
