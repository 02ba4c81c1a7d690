"""What is used of limits now: the caller's own, and for administrators anybody's."""

from typing import Annotated

from fastapi import APIRouter, Query

from admin.auth.limit_rules import LimitShown, fields
from admin.openapi.examples import example
from admin.texts import messages
from admin.web.deps import Deps, DepsOf
from admin.web.envelope import Answer, Refused, ok
from admin.web.fields import Loose
from admin.web.gate import GatedRoute, needs
from admin.web.session import CallerOf
from gateway.domain import limits
from gateway.domain.identity import Role
from gateway.domain.limited import GeneralLimits, Subject, of_channel
from gateway.store.accounts import tokens, users
from gateway.store.channels import channels
from gateway.store.money import limit_uses
from gateway.store.settings import options

routes = APIRouter(prefix="/api/limits", tags=["limits"], route_class=GatedRoute)

_LONGEST = 255  # characters of a name

TokenId = Annotated[Loose, Query(description="The limits of this token of the account, too.")]
UserId = Annotated[Loose, Query(description="The limits of this account and its group.")]
ChannelId = Annotated[Loose, Query(description="The limits of this channel.")]
Group = Annotated[str, Query(description="The limits of this group.", examples=["vip"])]
Model = Annotated[str, Query(description="The limits of this model.", examples=["gpt-4o"])]


class LimitUsed(
    LimitShown,
    json_schema_extra=example(
        whose="token", subject="token#2", what="quota", window="day", most=500_000, used=120_000, left=380_000,
        resets_at=1_767_312_000,
    ),
):  # fmt: skip
    """A limit with what is ``used`` of it, held by requests under way included; ``most`` as it is now, raised or not.

    ``whose``: `token`, `user`, `group`, `model` or `channel`; ``each``: everybody there has all of it for himself.
    ``resets_at``: when the window turns, or the oldest use leaves a rolling one; 0 where no time says that.
    """

    whose: str
    subject: str
    used: int
    left: int
    resets_at: int
    each: bool = False


@routes.get("/self", summary="What is used of the caller's limits")
@needs(Role.COMMON, refuses=(messages.NOT_FOUND,))
def own_limits(caller: CallerOf, deps: DepsOf, token_id: TokenId = 0, model: Model = "") -> Answer[list[LimitUsed]]:
    """Those of the account and its group; with them a token's, or a model's."""
    found = _of_account(deps, caller.user.id, token_id)
    return ok(_used(deps, found + _general(deps).of_model(model[:_LONGEST], caller.user.id)))


@routes.get("", summary="What is used of anybody's limits")
@needs(Role.ADMIN, refuses=(messages.NOT_FOUND,))
def limits_of(
    deps: DepsOf,
    user_id: UserId = 0,
    token_id: TokenId = 0,
    channel_id: ChannelId = 0,
    group: Group = "",
    model: Model = "",
) -> Answer[list[LimitUsed]]:
    """Of everything that is named; what everybody has for himself of a group or model, with the account."""
    general, found = _general(deps), list[Subject]()
    if user_id:
        found += _of_account(deps, user_id, token_id)
    if channel_id:
        channel = channels.get(deps.store, channel_id)
        if channel is None:
            raise Refused(messages.NOT_FOUND)
        found.append(of_channel(channel_id, limits.read(channel.limits)))
    found += general.of_group(group[:_LONGEST], user_id) + general.of_model(model[:_LONGEST], user_id)
    return ok(_used(deps, list({subject.name: subject for subject in found}.values())))


def _of_account(deps: Deps, user_id: int, token_id: int) -> list[Subject]:
    user = users.get(deps.store, user_id)
    token = tokens.get(deps.store, user_id, token_id) if token_id else None
    if user is None or (token_id and token is None):
        raise Refused(messages.NOT_FOUND)
    general = _general(deps)
    found = [] if token is None else general.of_token(token.id, limits.read(token.limits))
    return found + general.of_user(user.id, limits.read(user.limits)) + general.of_group(user.group, user.id)


def _general(deps: Deps) -> GeneralLimits:
    return GeneralLimits.read(options.current(deps.store))


def _used(deps: Deps, found: list[Subject]) -> list[LimitUsed]:
    rows = limit_uses.of(deps.store, found)
    return [
        LimitUsed.model_validate(
            fields(use.rule)
            | {
                "whose": use.whose,
                "subject": subject.name,
                "most": use.most,
                "used": use.used,
                "left": use.left,
                "resets_at": use.resets or 0,
                "each": use.rule.each,
            }
        )
        for subject, use in rows
    ]
