"""Whether it is the owner who asks: wanted before anything that changes how one signs in, or ends the account.

A session shows it for ten minutes after signing in. Later, and for access tokens, ``/api/user/confirm`` with the
password or a code of the second factor begins ten minutes anew.
"""

from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import Depends, Request, Response

from admin.texts import messages
from admin.web.deps import Deps, DepsOf
from admin.web.envelope import Refused
from admin.web.session import Caller, CallerOf, sealed, set_cookie
from gateway.store.accounts import codes

SECONDS = 600

_SHOWN = "shown-presence"  # by an access token


@dataclass(frozen=True, slots=True)
class Presence:
    """What is known of the caller's being there."""

    caller: Caller
    deps: Deps

    def recent(self) -> bool:
        """Whether the caller has shown lately who it is."""
        session = self.caller.session
        if session is not None:
            return self.deps.clock.now() - session.shown < SECONDS
        return codes.marked(self.deps.store, _SHOWN, self.subject())

    def subject(self) -> str:
        """What is noted where there is no session."""
        return f"{self.caller.user.id} {self.caller.user.access_hash}"


def presence_of(caller: CallerOf, deps: DepsOf) -> Presence:
    """Of the caller that the gate let through."""
    return Presence(caller, deps)


PresenceOf = Annotated[Presence, Depends(presence_of)]


def demand_presence(presence: Presence) -> None:
    """``Refused``, saying what to do, unless the caller has shown lately who it is."""
    if not presence.recent():
        raise Refused(messages.CONFIRM_FIRST)


def begin_presence(presence: Presence, request: Request, response: Response) -> None:
    """The caller has just shown it."""
    deps, session = presence.deps, presence.caller.session
    if session is not None:
        shown = replace(session, shown=deps.clock.now())
        set_cookie(response, request, sealed(shown, deps.session_secret))
        return
    codes.clear(deps.store, _SHOWN, presence.subject())
    codes.mark(deps.store, _SHOWN, presence.subject(), seconds=SECONDS)
