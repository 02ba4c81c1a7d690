"""Groups exist by having a ratio."""

import json
from collections import Counter

from fastapi import APIRouter

from admin.openapi.examples import example
from admin.resources.shown_options import number
from admin.web.deps import DepsOf
from admin.web.envelope import Answer, ok
from admin.web.fields import Shown
from admin.web.gate import GatedRoute, needs
from gateway.domain.channel import ChannelStatus
from gateway.domain.identity import Role
from gateway.store.accounts import users
from gateway.store.channels import channels
from gateway.store.settings import options

routes = APIRouter(prefix="/api/group", tags=["groups"], route_class=GatedRoute)


class Group(Shown, json_schema_extra=example(name="vip", ratio=0.8, users=2, channels=1, enabled_channels=1)):
    """``ratio`` is null of a group that accounts or channels name and ``GroupRatio`` does not: it counts as 1. A
    fraction such as `2/3` is rounded.
    """

    name: str
    ratio: int | float | None
    users: int
    channels: int
    enabled_channels: int


class Groups(Shown):
    """``users_complete``: whether all accounts were counted; else it is the newest 1,000."""

    groups: list[Group]
    users_complete: bool


@routes.get("", summary="Names of all groups")
@needs(Role.ADMIN, answers=["default", "vip"])
def list_groups(deps: DepsOf) -> Answer[list[str]]:
    return ok(sorted(json.loads(options.current(deps.store)["GroupRatio"])))


@routes.get("/details", summary="Groups with their ratios, and how many accounts and channels each has")
@needs(Role.ADMIN)
def describe_groups(deps: DepsOf) -> Answer[Groups]:
    ratios = json.loads(options.current(deps.store)["GroupRatio"])
    people, complete = users.by_group(deps.store)
    every, enabled = Counter[str](), Counter[str]()
    for row in channels.every(deps.store):
        named = {name for name in row.group.split(",") if name}
        every.update(named)
        enabled.update(named if row.status == ChannelStatus.ENABLED else ())
    groups = [
        Group(
            name=name,
            ratio=number(ratios[name]) if name in ratios else None,
            users=people[name],
            channels=every[name],
            enabled_channels=enabled[name],
        )
        for name in sorted({*ratios, *people, *every})
    ]
    return ok(Groups(groups=groups, users_complete=complete))
