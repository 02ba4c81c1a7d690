"""What a site keeps for an account on the server, so that it is the same in another browser."""

import json
from typing import Any

from fastapi import APIRouter
from pydantic import Field

from admin.openapi.examples import example
from admin.texts import messages
from admin.web.deps import DepsOf
from admin.web.envelope import Answer, Done, Refused, done, ok
from admin.web.fields import Submitted
from admin.web.gate import GatedRoute, needs
from admin.web.session import CallerOf
from gateway.domain.identity import Role
from gateway.store.settings import preferences

routes = APIRouter(prefix="/api/user/self/preferences", tags=["account"], route_class=GatedRoute)

MOST = 16_384  # bytes


class Preferences(Submitted, json_schema_extra=example(preferences={"language": "ja", "density": "compact"})):
    """Any JSON object of 16 kB at most; it takes the place of the one before."""

    preferences: dict[str, Any] = Field(default_factory=dict[str, Any])


@routes.get("", summary="What the site keeps for the caller")
@needs(Role.COMMON, answers={"language": "ja"})
def show_preferences(caller: CallerOf, deps: DepsOf) -> Answer[dict[str, Any]]:
    return ok(preferences.read(deps.store, caller.user.id))


@routes.put("", summary="Keep this for the caller")
@needs(Role.COMMON, refuses=(messages.PREFERENCES_LONG,))
def keep_preferences(body: Preferences, caller: CallerOf, deps: DepsOf) -> Done:
    try:
        kept = json.dumps(body.preferences, ensure_ascii=False, separators=(",", ":")).encode()
    except (UnicodeEncodeError, RecursionError):  # half a character, or deeper than anybody needs
        raise Refused(messages.PREFERENCES_LONG.of(most=MOST)) from None
    if len(kept) > MOST:
        raise Refused(messages.PREFERENCES_LONG.of(most=MOST))
    preferences.put(deps.store, caller.user.id, body.preferences)
    return done()
