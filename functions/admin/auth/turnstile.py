"""Cloudflare Turnstile: proof that a human asks, good for a few minutes and a few uses of one session.

https://developers.cloudflare.com/turnstile/get-started/server-side-validation/
"""

from collections.abc import Mapping
from dataclasses import replace

from fastapi import Request, Response

from admin.texts import messages
from admin.web.deps import Deps
from admin.web.envelope import Refused
from admin.web.limits import client_address
from admin.web.session import Session, current_session, fresh_session, sealed, set_cookie
from gateway.security.safe_fetch import FetchFailed, FetchRefused
from gateway.store.accounts import rate_limits

SECONDS, USES = 600, 10  # of one proof
VERIFY = "https://challenges.cloudflare.com/turnstile/v0/siteverify"


NOT_HUMAN = (messages.TURNSTILE_EMPTY, messages.TURNSTILE_FAILED)


def prove_human(request: Request, response: Response, deps: Deps, current: Mapping[str, str], token: str) -> None:
    """Pass when the check is off, was passed in this session lately, or is passed now; else ``Refused``."""
    session = current_session(request, deps)
    if current["TurnstileCheckEnabled"] != "true" or (session is not None and _proven(deps, session)):
        return
    if not token:
        raise Refused(messages.TURNSTILE_EMPTY)
    form = {"secret": current["TurnstileSecretKey"], "response": token, "remoteip": client_address(request)}
    try:
        passed = deps.fetcher.post_form(VERIFY, form).json().get("success") is True
    except (FetchFailed, FetchRefused, AttributeError) as error:
        raise Refused(messages.TURNSTILE_FAILED) from error
    if not passed:
        raise Refused(messages.TURNSTILE_FAILED)
    proven = replace(session or fresh_session(deps), human=deps.clock.now())
    set_cookie(response, request, sealed(proven, deps.session_secret))


def _proven(deps: Deps, session: Session) -> bool:
    """Whether a human was there a few minutes ago, and the proof has not been used too often; this counts as a use."""
    if not 0 <= deps.clock.now() - session.human < SECONDS:
        return False
    proof = f"{session.nonce} {session.human}"
    share = rate_limits.count(deps.store, "human", proof, limit=USES, window=SECONDS)
    return share is None or not share.exceeded
