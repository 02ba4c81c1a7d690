"""Whose limits a request keeps to, and what it has of them. Pure.

A token's and an account's own limits stand on their rows, those of a group and of a model in an option, and what the
four options say of a minute holds for everybody: an account's own rule about the same takes its place, a token's own,
which its owner may set, does not.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from gateway.domain.channel import Channel
from gateway.domain.identity import Caller
from gateway.domain.limits import LimitRule, Rules
from gateway.store.money.window_items import Draw
from gateway.store.money.windows import LimitShare
from relay.options import GeneralLimits


@dataclass(frozen=True, slots=True)
class Subject:
    """Who is limited: under which name that is counted, in which word it is told, and how."""

    name: str
    whose: str
    rules: Rules


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
    found: list[Subject] = []
    if rules := token.limits + general.tokens:
        found.append(Subject(f"token#{token.id}", "token", rules))
    if rules := _over(user.limits, general.users):
        found.append(Subject(f"user#{user.id}", "user", rules))
    if rules := general.groups.get(user.group):
        found += _of_many("group", user.group, user.id, rules)
    if rules := general.models.get(model):
        found += _of_many("model", model, user.id, rules)
    return tuple(found)


def of_channel(channel: Channel) -> Subject:
    """The channel as one who is limited."""
    return Subject(f"channel#{channel.id}", "channel", channel.limits)


def names(found: Iterable[Subject], channels: Iterable[Channel]) -> tuple[str, ...]:
    """All the subjects that a request may take something of."""
    limited = tuple(of_channel(channel).name for channel in channels if channel.limits)
    return tuple(subject.name for subject in found) + limited


def draws(rules: Rules, worst: Worst) -> tuple[Draw, ...]:
    """What a request takes of some rules."""
    return tuple(_draw(rule, worst) for rule in rules)


def _draw(rule: LimitRule, worst: Worst) -> Draw:
    if rule.what == "quota":
        return Draw(rule=rule, amount=worst.quota, spare=worst.spare_quota)
    if rule.what == "tokens" and not rule.general:  # those of the options are counted when they were used
        return Draw(rule=rule, amount=worst.tokens, spare=worst.spare_tokens)
    return Draw(rule=rule, amount=1)


def _over(own: Rules, general: Rules) -> Rules:
    about = {(rule.what, rule.window) for rule in own if not rule.watched}
    return own + tuple(rule for rule in general if (rule.what, rule.window) not in about)


def _of_many(whose: str, name: str, user_id: int, rules: Rules) -> list[Subject]:
    shared = tuple(rule for rule in rules if not rule.each)
    each = tuple(rule for rule in rules if rule.each)
    found = [Subject(f"{whose}#{name}", whose, shared)] if shared else []
    return found + ([Subject(f"each#{user_id}#{whose}#{name}", whose, each)] if each else [])
