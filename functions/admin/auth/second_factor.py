"""Signing in, in one step or two: an account with a second factor gets no session before it has given a code.

Between the steps the caller holds a ticket: who it is, signed for this alone so that it is no session, good
for a few minutes and for one session.
"""

from fastapi import Request, Response

from admin.auth.shown_user import User, login_user
from admin.openapi.examples import example
from admin.texts import mails, messages
from admin.web.deps import Deps
from admin.web.envelope import Answer, Refused, ok
from admin.web.fields import Shown
from admin.web.limits import TooMany, client_address, limit_of
from admin.web.session import Session, opened, sealed, start_session
from gateway import log
from gateway.domain.identity import UserStatus
from gateway.mail.message import MailFailed
from gateway.security.addresses import counted_as
from gateway.security.credentials import hash_key
from gateway.store.accounts import codes, rate_limits, second_factors, users
from gateway.store.accounts.second_factors import Factor
from gateway.store.schema.users import UserRow
from gateway.store.settings import options

# Codes for one account in so many seconds. Right ones are given back to the longer windows, which make guessing
# hopeless however patient somebody is: 60 of a million codes a month.
ATTEMPTS, WINDOW = 5, 300
LONGER = ((20, 86_400), (60, 30 * 86_400))
TICKET = 300  # seconds
LONGEST_CODE = 40  # characters that are looked at

_BUCKET = "2fa {}"  # of each window: two may begin at the same time
_KNOWN_PLACE, _KNOWN_FOR = "second-place", 30 * 86_400
_TOLD, _TOLD_EVERY = "second-factor-told", 86_400
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
        demand(deps, factor, code, _place(request, user))
        codes.mark(deps.store, _KNOWN_PLACE, _place(request, user), seconds=_KNOWN_FOR)
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


def demand(deps: Deps, factor: Factor, code: str, place: str = "") -> None:
    """``Refused`` unless the code is right; guesses are counted for the account, wherever they come from.

    Who knows the password cannot keep the owner out by guessing: from a ``place`` where a code was right lately,
    guesses are counted apart.
    """
    who = throttle(deps, factor.user_id, place)
    if not second_factors.prove(deps.store, factor, code[:LONGEST_CODE]):
        raise Refused(messages.SECOND_CODE_WRONG)
    for _, window in LONGER:
        rate_limits.give_back(deps.store, _BUCKET.format(window), who, window=window)


def throttle(deps: Deps, user_id: int, place: str = "") -> str:
    """Count a guess, and answer whose it counts as; ``TooMany`` after too many, which the owner is told of."""
    who = str(user_id)
    try:
        _count(deps, who)
    except TooMany:
        _tell_owner(deps, user_id)
        if not place or not codes.marked(deps.store, _KNOWN_PLACE, place):
            raise
        who = hash_key(place)
        _count(deps, who)
    return who


def forget_guesses(deps: Deps, user_id: int) -> None:
    """The password is new: who guessed cannot go on."""
    for _, window in ((ATTEMPTS, WINDOW), *LONGER):
        rate_limits.forget(deps.store, _BUCKET.format(window), str(user_id), window=window)


def _count(deps: Deps, who: str) -> None:
    for most, window in ((ATTEMPTS, WINDOW), *LONGER):
        limit_of(deps, _BUCKET.format(window), who, most, window)


def _place(request: Request, user: UserRow) -> str:
    return f"{user.id} {counted_as(client_address(request))[0]}"


def _tell_owner(deps: Deps, user_id: int) -> None:
    """Once a day, by mail if there is an address: whoever guesses codes knows the password, or holds a session."""
    log.warning("codes of a second factor are being guessed", user_id=user_id)
    user = users.get(deps.store, user_id)
    if user is None or not user.email or not codes.mark(deps.store, _TOLD, str(user_id), seconds=_TOLD_EVERY):
        return
    current = options.current(deps.store)
    mail = mails.codes_guessed(current["SystemName"])
    subject = f"{current['SystemName']} {mail.subject.zh} / {mail.subject.en} / {mail.subject.ja}"
    try:
        deps.outbox.send(current, user.email, subject, mail.body.zh + mail.body.en + mail.body.ja, now=deps.clock.now())
    except MailFailed as failed:
        log.error("the owner was not told of guesses", user_id=user_id, reason=failed.detail)
