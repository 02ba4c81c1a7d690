"""What a request takes of limits, and what it has of them. Pure."""

from dataclasses import field

from gateway.domain.identity import Caller
from gateway.domain.limited import GeneralLimits, Subject
from gateway.domain.limits import LimitRule, Rules
from gateway.records import dataclass
from gateway.store.money.window_items import Draw
from gateway.store.money.windows import LimitShare


@dataclass(slots=True)
class LimitsTaken:
    """What a request has of limits, by subject; channels come and go with attempts."""

    of: dict[str, LimitShare] = field(default_factory=dict[str, LimitShare])
    headers: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True, kw_only=True)
class Worst:
    """What a request can come to; the spare ones must stay free beside it."""

    tokens: int
    quota: int
    spare_tokens: int = 0
    spare_quota: int = 0


def subjects(caller: Caller, model: str, general: GeneralLimits) -> tuple[Subject, ...]:
    """Whose limits a caller's request for a model keeps to, before a channel is chosen."""
    user, token = caller.user, caller.token
    return (
        *general.of_token(token.id, token.limits),
        *general.of_user(user.id, user.limits),
        *general.of_group(user.group, user.id),
        *general.of_model(model, user.id),
    )


def draws(rules: Rules, worst: Worst) -> tuple[Draw, ...]:
    """What a request takes of some rules."""
    return tuple(_draw(rule, worst) for rule in rules)


def _draw(rule: LimitRule, worst: Worst) -> Draw:
    if rule.what == "quota":
        return Draw(rule=rule, amount=worst.quota, spare=worst.spare_quota)
    if rule.what == "tokens" and not rule.general:  # those of the options are counted when they were used
        return Draw(rule=rule, amount=worst.tokens, spare=worst.spare_tokens)
    return Draw(rule=rule, amount=1)
