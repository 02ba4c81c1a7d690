"""Where the caller is signed in: a list of browsers, and ending what one does not know."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from admin.openapi.examples import example
from admin.texts import messages
from admin.web.deps import DepsOf
from admin.web.envelope import Answer, Done, Refused, done, ok
from admin.web.fields import Shown
from admin.web.gate import GatedRoute, needs
from admin.web.session import CallerOf, continue_session, end_listed, id_of
from gateway.domain.identity import Role
from gateway.store.accounts import sessions, users

routes = APIRouter(prefix="/api/user/session", tags=["account"], route_class=GatedRoute)

SessionId = Annotated[str, Path(description="Id of the session.", examples=["9f86d081884c7d659a2feaa0c55ad015"])]


class ShownSession(
    Shown,
    json_schema_extra=example(
        id="9f86d081884c7d659a2feaa0c55ad015",
        created_time=1_767_225_600,
        last_used_time=1_767_229_200,
        expires_time=1_769_817_600,
        browser="Firefox",
        system="Windows",
        network="203.0.113.0/24",
        own=True,
    ),
):
    """Times in unix seconds; ``last_used_time`` and ``network`` are noted once an hour. ``own``: the one that asks."""

    id: str
    created_time: int
    last_used_time: int
    expires_time: int
    browser: str
    system: str
    network: str
    own: bool


@routes.get("", summary="Browsers that are signed in to the caller's account, newest first")
@needs(Role.COMMON)
def own_sessions(caller: CallerOf, deps: DepsOf) -> Answer[list[ShownSession]]:
    """The 20 that were used last. Only what is needed to know a browser again is kept, not its address."""
    user, listed = sessions.with_account(deps.store, caller.user.id)
    version = user.session_version if user is not None else caller.user.session_version
    own = caller.session.nonce if caller.session is not None else ""
    good = listed.good(version, deps.clock.now())
    return ok([_shown(one, own=one.nonce == own) for one in good])


@routes.delete("/{session_id}", summary="End one of the caller's sessions")
@needs(Role.COMMON, refuses=(messages.NOT_FOUND, (messages.BUSY, 503)))
def end_one(session_id: SessionId, caller: CallerOf, deps: DepsOf) -> Done:
    """Its next request is refused as one of somebody who has not signed in."""
    _, listed = sessions.with_account(deps.store, caller.user.id)
    good = listed.good(caller.user.session_version, deps.clock.now())
    found = next((one for one in good if id_of(one.nonce) == session_id), None)
    if found is None:
        raise Refused(messages.NOT_FOUND)
    if not end_listed(deps, caller.user.id, found.nonce, found.until):
        raise Refused(messages.BUSY, status=503, retry_after=1)
    return done()


@routes.delete("", summary="End every session of the caller's but the one that asks")
@needs(Role.COMMON)
def end_others(caller: CallerOf, request: Request, response: Response, deps: DepsOf) -> Done:
    """Also those that no list shows. The one that asks goes on, with the cookie of the answer; access tokens stay."""
    version = caller.user.session_version + 1
    users.change(deps.store, caller.user, {"session_version": version})
    if caller.session is not None:
        continue_session(response, request, deps, replace(caller.session, version=version))
    return done()


def _shown(one: sessions.KnownSession, *, own: bool) -> ShownSession:
    return ShownSession(
        id=id_of(one.nonce),
        created_time=one.created_time,
        last_used_time=one.used_time,
        expires_time=one.until,
        browser=one.browser,
        system=one.system,
        network=one.network,
        own=own,
    )
