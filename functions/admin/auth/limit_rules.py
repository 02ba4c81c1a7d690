"""Limits as the API takes and shows them: a list beside the other fields of a token, an account or a channel."""

from collections.abc import Sequence
from typing import Any

from pydantic import Field

from admin.openapi.examples import example
from admin.texts import messages
from admin.texts.reasons import reason
from admin.web.envelope import Refused
from admin.web.fields import Shown, Submitted, Whole
from gateway.domain import limits
from gateway.domain.limits import LimitRule


class RaiseForm(Submitted, json_schema_extra=example(most=1_000_000, until=1_796_083_200)):
    """``most`` holds instead of the limit's own until a time in unix seconds."""

    most: Whole
    until: Whole


class LimitForm(Submitted, json_schema_extra=example(what="quota", window="day", most=500_000, zone="Europe/Berlin")):
    """``what``: `requests`, `tokens`, `quota`, or `concurrent`, which has no window; ``window``: `minute`, `5h`, `day`,
    `week` or `month`, by the calendar of ``zone`` unless ``rolling``. ``watched``: counted, and nobody is refused.
    """

    what: str
    most: Whole
    window: str = ""
    rolling: bool = False
    zone: str = "UTC"
    watched: bool = False
    raised: RaiseForm | None = Field(None, alias="raise")


class RaiseShown(Shown, json_schema_extra=example(most=1_000_000, until=1_796_083_200)):
    most: int
    until: int


class LimitShown(Shown, json_schema_extra=example(what="quota", window="day", most=500_000, zone="Europe/Berlin")):
    """A limit as it was set. ``window`` is empty for `concurrent`; ``raise`` is over when its time is."""

    what: str
    most: int
    window: str = ""
    rolling: bool = False
    zone: str = "UTC"
    watched: bool = False
    raised: RaiseShown | None = Field(None, alias="raise")


LIMIT_LIST = list[LimitForm]  # absent, it stays as it is: one-api's clients send rows without it


def limits_written(forms: Sequence[LimitForm]) -> str:
    """The text to store; ``Refused`` says what is wrong with one."""
    found: list[dict[str, Any]] = [form.model_dump(by_alias=True, exclude_none=True) for form in forms]
    found = [{name: value for name, value in one.items() if value != ""} for one in found]
    try:
        return limits.write(limits.rules_of(found))
    except ValueError as error:
        raise Refused(messages.LIMITS.of(reason=reason(error))) from None


def shown(text: str) -> list[LimitShown]:
    """What a row has stored."""
    return [LimitShown.model_validate(fields(rule)) for rule in limits.read(text)]


def fields(rule: LimitRule) -> dict[str, Any]:
    """Everything that is shown of a rule; what is sent back like that is the same rule."""
    own: dict[str, Any] = {name: getattr(rule, name) for name in ("what", "most", "rolling", "zone", "watched")}
    raised = None if rule.raised is None else {"most": rule.raised.most, "until": rule.raised.until}
    return own | {"window": rule.window or "", "raise": raised}
