"""Balances of channels, asked for now."""

from fastapi import APIRouter

from admin.openapi.examples import example
from admin.texts import messages
from admin.web.deps import DepsOf
from admin.web.envelope import Done, Refused, done
from admin.web.fields import Id
from admin.web.gate import GatedRoute, needs
from gateway.domain.channel import ChannelStatus
from gateway.domain.identity import Role
from gateway.store.channels import channels
from gateway.upkeep.balances import has_balance, refresh

routes = APIRouter(prefix="/api/channel/update_balance", tags=["channels"], route_class=GatedRoute)


class Balance(Done, json_schema_extra=example(balance=12.5)):
    """``balance`` in the provider's unit, beside the envelope as one-api has it."""

    balance: int | float = 0  # absent from a refusal


@routes.get("", summary="Ask for the balances of all enabled channels whose provider tells them")
@needs(Role.ADMIN)
def update_all(deps: DepsOf) -> Done:
    enabled = [row for row in channels.every(deps.store) if row.status == ChannelStatus.ENABLED]
    wanted = [row for row in enabled if has_balance(row)]
    refresh(deps.store, wanted, proxy=deps.settings.relay_proxy)
    return done()


@routes.get("/{channel_id}", summary="Ask for a channel's balance")
@needs(Role.ADMIN, refuses=(messages.NOT_FOUND, messages.AS_TOLD))
def update_one(channel_id: Id, deps: DepsOf) -> Balance:
    row = channels.get(deps.store, channel_id)
    if row is None:
        raise Refused(messages.NOT_FOUND)
    (heard,) = refresh(deps.store, [row], proxy=deps.settings.relay_proxy)
    if heard.balance is None:
        raise Refused(messages.AS_TOLD.of(reason=heard.problem))
    whole = heard.balance == heard.balance.to_integral_value()
    return Balance(success=True, message="", balance=int(heard.balance) if whole else float(heard.balance))
