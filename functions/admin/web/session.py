"""Who is calling: a signed session cookie, or a system access token in ``Authorization``.

The cookie says only which account and which of its session versions; role and status are read from the account on
every request, so a demotion, a ban or a changed password takes effect at once.
"""

from dataclasses import asdict, dataclass, replace
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Depends, Request, Response
from starlette.requests import HTTPConnection

from admin.texts import messages
from admin.web import signed
from admin.web.browsers import browser_of
from admin.web.deps import Deps
from admin.web.envelope import Refused
from gateway.domain.identity import UserStatus
from gateway.security.credentials import hash_key
from gateway.store.accounts import codes, sessions, users
from gateway.store.accounts.sessions import KnownSession, SessionList
from gateway.store.schema.users import UserRow

COOKIE = "session"
LIFETIME = 30 * 86_400  # seconds, as one-api has it

_ENDED = "ended-session"


@dataclass(frozen=True, slots=True)
class Session:
    """What the cookie carries. ``nonce`` tells sessions of one account apart and binds OAuth states."""

    nonce: str
    until: int
    user_id: int = 0  # 0: nobody has signed in yet
    version: int = 0
    human: int = 0  # when Turnstile was passed
    shown: int = 0  # when its owner last showed who it is: by signing in, or again


class UnknownToken(Refused):
    """An access token that nobody has."""

    def __init__(self) -> None:
        super().__init__(messages.BAD_ACCESS_TOKEN)


@dataclass(frozen=True, slots=True)
class Caller:
    """An account that may use the API now, and the session it came with, if it came with one."""

    user: UserRow
    session: Session | None = None


def identify(request: HTTPConnection, deps: Deps) -> Caller | None:
    """The caller, or ``None`` when nothing was presented. ``Refused`` when what was presented does not do."""
    session = current_session(request, deps)
    if session is not None and (known := _account(deps, session)) is not None:
        user, listed = known
        refuse_cross_site(request)
        users.note_seen(deps.store, _allowed(user))
        sessions.note_use(deps.store, listed, user.session_version, _listed(request, deps, session))
        return Caller(user, session)
    token = request.headers.get("authorization", "").replace("Bearer ", "", 1).strip()
    if not token:
        return None
    user = users.by_access_token(deps.store, token)
    if user is None:
        raise UnknownToken
    caller = Caller(_allowed(user))
    users.note_access(deps.store, user)
    users.note_seen(deps.store, user)
    return caller


def refuse_cross_site(request: HTTPConnection) -> None:
    """Refuse what another site made the browser send."""
    if _cross_site(request):
        raise Refused(messages.CROSS_SITE, status=403)


def start_session(response: Response, request: Request, deps: Deps, user: UserRow) -> None:
    """Sign an account in."""
    session = replace(fresh_session(deps, user.id, user.session_version), shown=deps.clock.now())
    continue_session(response, request, deps, session)


def continue_session(response: Response, request: Request, deps: Deps, session: Session) -> None:
    """The session goes on as it is now: in the cookie, and in the list that its owner sees."""
    sessions.add(deps.store, session.user_id, session.version, _listed(request, deps, session))
    set_cookie(response, request, sealed(session, deps.session_secret))


def end_session(response: Response, request: Request, deps: Deps) -> None:
    """Sign out: the cookie is cleared, and a copy of it is worthless."""
    session = current_session(request, deps)
    if session is not None and session.user_id:
        end_listed(deps, session.user_id, session.nonce, session.until)
    set_cookie(response, request, "", lifetime=0)


def end_listed(deps: Deps, user_id: int, nonce: str, until: int) -> bool:
    """End a session at its next request; ``False`` if the list still shows it."""
    codes.mark(deps.store, _ENDED, nonce, seconds=until - deps.clock.now())
    return sessions.remove(deps.store, user_id, nonce)


def id_of(nonce: str) -> str:
    """What a session is called where it is shown. The nonce itself binds what a browser began elsewhere."""
    return hash_key(nonce)[:32]


def fresh_session(deps: Deps, user_id: int = 0, version: int = 0) -> Session:
    """A session that nobody had before: signing in never continues an older one."""
    return Session(deps.clock.token(), deps.clock.now() + LIFETIME, user_id, version)


def current_session(request: HTTPConnection, deps: Deps) -> Session | None:
    """The session of the request's cookie, if the cookie is ours and still good."""
    session = opened(request.cookies.get(COOKIE, ""), deps.session_secret)
    return session if session is not None and session.until > deps.clock.now() else None


def browser_session(request: Request, response: Response, deps: Deps) -> Session:
    """The session of this browser, whoever is signed in; a fresh one of nobody's if it has none."""
    session = current_session(request, deps)
    if session is None:
        session = fresh_session(deps)
        set_cookie(response, request, sealed(session, deps.session_secret))
    return session


def set_cookie(response: Response, request: Request, value: str, lifetime: int = LIFETIME) -> None:
    """The cookie with its protections: no other site sends it, not by a link either; ``Secure`` wherever the caller
    came by https.
    """
    secure = request.url.scheme == "https"
    response.set_cookie(COOKIE, value, max_age=lifetime, path="/", httponly=True, samesite="strict", secure=secure)


def sealed(session: Session, secret: bytes, salt: str = COOKIE) -> str:
    """The signed text of a session."""
    return signed.sealed(asdict(session), secret, salt)


def opened(text: str, secret: bytes, salt: str = COOKIE) -> Session | None:
    """The session of a text we signed; ``None`` for anything else."""
    fields: Any = signed.opened(text, secret, salt)
    return None if fields is None else Session(**fields)


def caller_of(request: Request) -> Caller:
    """The caller that the gate let through."""
    caller = request.state.caller
    assert isinstance(caller, Caller)
    return caller


CallerOf = Annotated[Caller, Depends(caller_of)]


def _account(deps: Deps, session: Session) -> tuple[UserRow, SessionList] | None:
    if not session.user_id or codes.marked(deps.store, _ENDED, session.nonce):
        return None
    user, listed = sessions.with_account(deps.store, session.user_id)
    return (user, listed) if user is not None and user.session_version == session.version else None


def _listed(request: HTTPConnection, deps: Deps, session: Session) -> KnownSession:
    """A session as the list has it, used now."""
    browser = browser_of(request)
    return KnownSession(
        nonce=session.nonce,
        created_time=session.until - LIFETIME,
        used_time=deps.clock.now(),
        until=session.until,
        browser=browser.family,
        system=browser.system,
        network=browser.network,
    )


def _allowed(user: UserRow) -> UserRow:
    if user.status != UserStatus.ENABLED:
        raise Refused(messages.BANNED)
    return user


def _cross_site(request: HTTPConnection) -> bool:
    """Whether another site made the browser send this: what SameSite leaves open."""
    told = request.headers.get("sec-fetch-site")
    if told is not None:
        return told in ("cross-site", "same-site")  # a neighbouring host is another site to us
    origin = request.headers.get("origin")
    return bool(origin) and urlsplit(origin).netloc != request.headers.get("host", "")
