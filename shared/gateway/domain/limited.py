"""Whose limits a request keeps to: its token's, its account's, its group's, its model's, and a channel's.

A token's and an account's own limits stand on their rows, those of a group and of a model in an option, and what the
four options say of a minute holds for everybody: an account's own rule about the same takes its place, a token's own,
which its owner may set, does not.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field

from gateway.domain.channel import Channel
from gateway.domain.limits import LimitRule, Rules, What, read_named
from gateway.records import dataclass


@dataclass(frozen=True, slots=True)
class Subject:
    """Who is limited: under which name that is counted, in which word it is told, and how."""

    name: str
    whose: str
    rules: Rules


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneralLimits:
    """What the options limit: every account, every token, a group, a model."""

    users: Rules = ()
    tokens: Rules = ()
    groups: Mapping[str, Rules] = field(default_factory=dict[str, Rules])
    models: Mapping[str, Rules] = field(default_factory=dict[str, Rules])

    @classmethod
    def read(cls, text: Mapping[str, str]) -> "GeneralLimits":
        """Of the options' texts."""
        return cls(
            users=tuple(_per_minute("User", text)),
            tokens=tuple(_per_minute("Token", text)),
            groups=read_named(text["GroupLimits"]),
            models=read_named(text["ModelLimits"]),
        )

    def of_token(self, token_id: int, own: Rules) -> list[Subject]:
        """A token as one who is limited, if it is."""
        rules = own + self.tokens
        return [Subject(f"token#{token_id}", "token", rules)] if rules else []

    def of_user(self, user_id: int, own: Rules) -> list[Subject]:
        """An account."""
        about = {(rule.what, rule.window) for rule in own if not rule.watched}
        rules = own + tuple(rule for rule in self.users if (rule.what, rule.window) not in about)
        return [Subject(f"user#{user_id}", "user", rules)] if rules else []

    def of_group(self, group: str, user_id: int) -> list[Subject]:
        """A group, and an account in it."""
        return _of_many("group", group, user_id, self.groups.get(group, ()))

    def of_model(self, model: str, user_id: int) -> list[Subject]:
        """A model, and an account that asks for it."""
        return _of_many("model", model, user_id, self.models.get(model, ()))


def of_channel(channel_id: int, rules: Rules) -> Subject:
    """A channel as one who is limited."""
    return Subject(f"channel#{channel_id}", "channel", rules)


def names(found: Iterable[Subject], channels: Iterable[Channel]) -> tuple[str, ...]:
    """All the subjects that a request may take something of."""
    limited = tuple(of_channel(channel.id, channel.limits).name for channel in channels if channel.limits)
    return tuple(subject.name for subject in found) + limited


def _per_minute(owner: str, text: Mapping[str, str]) -> Iterator[LimitRule]:
    whats: tuple[What, ...] = ("requests", "tokens")
    for what in whats:
        if most := int(text[f"{owner}{what.capitalize()}PerMinute"]):
            yield LimitRule(what=what, window="minute", most=most, general=True)


def _of_many(whose: str, name: str, user_id: int, rules: Rules) -> list[Subject]:
    shared = tuple(rule for rule in rules if not rule.each)
    each = tuple(rule for rule in rules if rule.each)
    found = [Subject(f"{whose}#{name}", whose, shared)] if shared else []
    return found + ([Subject(f"each#{user_id}#{whose}#{name}", whose, each)] if each and user_id else [])
