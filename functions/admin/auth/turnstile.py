"""Cloudflare Turnstile: proof that a human asks, once per session.

https://developers.cloudflare.com/turnstile/get-started/server-side-validation/
"""

from collections.abc import Mapping
from dataclasses import replace

from fastapi import Request, Response

from admin.texts import messages
from admin.web.deps import Deps
from admin.web.envelope import Refused
from admin.web.limits import client_address
from admin.web.session import current_session, fresh_session, sealed, set_cookie
from gateway.security.safe_fetch import FetchFailed, FetchRefused

VERIFY = "https://challenges.cloudflare.com/turnstile/v0/siteverify"


NOT_HUMAN = (messages.TURNSTILE_EMPTY, messages.TURNSTILE_FAILED)


def prove_human(request: Request, response: Response, deps: Deps, current: Mapping[str, str], token: str) -> None:
    """Pass when the check is off, was passed in this session, or is passed now; else ``Refused``."""
    session = current_session(request, deps)
    if current["TurnstileCheckEnabled"] != "true" or (session is not None and session.human):
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
    proven = replace(session or fresh_session(deps), human=True)
    set_cookie(response, request, sealed(proven, deps.session_secret))
