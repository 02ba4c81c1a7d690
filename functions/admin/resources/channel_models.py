"""The models that a channel's provider says it has."""

import asyncio

from fastapi import APIRouter

from admin.texts import messages
from admin.web.deps import Deps, DepsOf
from admin.web.envelope import Answer, Refused, ok
from admin.web.fields import Id
from admin.web.gate import GatedRoute, needs
from gateway.domain.identity import Role
from gateway.store.channels import channels
from gateway.store.schema.channels import ChannelRow
from gateway.upkeep.model_lists import ModelsUnknown, models_at
from gateway.upstream import Upstream
from gateway.upstream.protocol import Timeouts

routes = APIRouter(prefix="/api/channel/fetch_models", tags=["channels"], route_class=GatedRoute)

_TIMEOUTS = Timeouts(connect=5, first_byte=15, idle=15)


@routes.get("/{channel_id}", summary="Ask a channel's provider which models it has")
@needs(Role.ADMIN, refuses=(messages.NOT_FOUND, messages.AS_TOLD), answers=["gpt-4o-mini"])
def fetch_models(channel_id: Id, deps: DepsOf) -> Answer[list[str]]:
    """Nothing is stored: send what is wanted as `models` of the channel."""
    row = channels.get(deps.store, channel_id)
    if row is None:
        raise Refused(messages.NOT_FOUND)
    try:
        return ok(asyncio.run(_asked(deps, row)))
    except ModelsUnknown as unknown:
        raise Refused(messages.AS_TOLD.of(reason=unknown)) from unknown


async def _asked(deps: Deps, row: ChannelRow) -> list[str]:
    upstream = Upstream(timeouts=_TIMEOUTS, proxy=deps.settings.relay_proxy)
    try:
        return await models_at(deps.store, row, upstream)
    finally:
        await upstream.close()
