"""Groups exist by having a ratio."""

import json

from fastapi import APIRouter

from admin.web.deps import DepsOf
from admin.web.envelope import Answer, ok
from admin.web.gate import GatedRoute, needs
from gateway.domain.identity import Role
from gateway.store.settings import options

routes = APIRouter(prefix="/api/group", tags=["groups"], route_class=GatedRoute)


@routes.get("", summary="Names of all groups")
@needs(Role.ADMIN, answers=["default", "vip"])
def list_groups(deps: DepsOf) -> Answer[list[str]]:
    return ok(sorted(json.loads(options.current(deps.store)["GroupRatio"])))
