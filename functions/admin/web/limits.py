"""Limits on callers: who has had enough is refused with 429 and told when to come back.

Answers say in ``X-RateLimit-*`` what is left of the limit that has the least left.
"""

from fastapi import Request
from starlette.requests import HTTPConnection

from admin.texts import messages
from admin.web.deps import Deps
from admin.web.envelope import Refused
from gateway.security.addresses import counted_as
from gateway.security.credentials import hash_key
from gateway.store.accounts import codes, rate_limits
from gateway.store.accounts.names import folded
from gateway.store.accounts.rate_limits import Share
from gateway.store.schema.users import UserRow

PASSWORDS, PASSWORD_WINDOW = 10, 900  # failed sign-ins to one account, in so many seconds
TOKENS, TOKEN_WINDOW = 30, 900  # unknown access tokens from one address

QUESTIONS, QUESTION_WINDOW = 60, 180  # to an account's ledger: each may read sixty megabytes
HOSTS = 16  # as many times a host's share has the network around it (IPv6)

_KNOWN_PLACE, _KNOWN_FOR = "known-place", 30 * 86_400


class TooMany(Refused):
    """A share that is used up; the answer says when the next one begins."""

    def __init__(self, share: Share) -> None:
        super().__init__(messages.TOO_MANY.of(seconds=share.reset), status=429, retry_after=share.reset)
        self.share = share


def client_address(request: HTTPConnection) -> str:
    """Where the request comes from, as the gateway in front saw it; headers that callers write are not asked."""
    return request.client.host if request.client else ""


def limit(request: Request, deps: Deps, bucket: str, most: int, window: int) -> None:
    """Count this address in a bucket; ``TooMany`` when it has had its share, or the network around it many of them."""
    narrow, wide = counted_as(client_address(request))
    counted = [(narrow, most), *([(wide, most * HOSTS)] if wide else [])]
    for who, share_of in counted:
        share = limit_of(deps, bucket, who, share_of, window)
        if share is not None:
            note(request, share)


def limit_of(deps: Deps, bucket: str, who: str, most: int, window: int) -> Share | None:
    """Count somebody in a bucket; ``TooMany`` when they have had their share."""
    share = rate_limits.count(deps.store, bucket, who, limit=most, window=window)
    if share is not None and share.exceeded:
        raise TooMany(share)
    return share


def note(request: Request, share: Share) -> None:
    """Remember a share for the answer's headers, unless another one has less left."""
    tightest: Share | None = getattr(request.state, "share", None)
    if tightest is None or share.remaining <= tightest.remaining:
        request.state.share = share


def limit_questions(deps: Deps, user: UserRow) -> None:
    """Count a question that may read much of an account's ledger; ``TooMany`` after too many."""
    limit_of(deps, "ledger", str(user.id), QUESTIONS, QUESTION_WINDOW)


def person(typed: str, user: UserRow | None) -> str:
    """Whom tries at a password are counted for: the account, by whatever name it is called; else what was typed."""
    return f"user {user.id}" if user is not None else hash_key(folded(typed))


def before_password(request: Request, deps: Deps, who: str) -> None:
    """Count one try at somebody's password (``person``), before it is made; ``TooMany`` after too many.

    Whether there is such an account makes no difference. Guessers cannot lock its owner out: where the owner has signed
    in from lately, tries are counted apart
    (https://owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies), other ways in stay open,
    and so do sessions.
    """
    place = _place(request, who)
    try:
        limit_of(deps, "password", who, PASSWORDS, PASSWORD_WINDOW)
    except TooMany:
        if not codes.marked(deps.store, _KNOWN_PLACE, place):
            raise
        limit_of(deps, "password", hash_key(place), PASSWORDS, PASSWORD_WINDOW)


def after_password(request: Request, deps: Deps, who: str) -> None:
    """The password was right: tries are forgotten, and this address is known for a while."""
    place = _place(request, who)
    forget_failures(deps, who)
    rate_limits.forget(deps.store, "password", hash_key(place), window=PASSWORD_WINDOW)
    codes.mark(deps.store, _KNOWN_PLACE, place, seconds=_KNOWN_FOR)


def forget_failures(deps: Deps, who: str) -> None:
    """Forget the tries at somebody's password."""
    rate_limits.forget(deps.store, "password", who, window=PASSWORD_WINDOW)


def _place(request: Request, who: str) -> str:
    return f"{who} {counted_as(client_address(request))[0]}"
