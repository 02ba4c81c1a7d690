"""What kind of value an option takes, for whoever draws a form of it: read from its check."""

from collections.abc import Mapping
from typing import Literal

from gateway.domain import options
from gateway.domain.options import Check, Number, OneOf, Option, Whole
from gateway.records import dataclass

Kind = Literal["switch", "whole", "number", "choice", "line", "text", "address", "picture", "domains", "json"]

_KINDS: Mapping[Check, Kind] = {
    options.flag: "switch",
    options.line: "line",
    options.text: "text",
    options.address: "address",
    options.picture: "picture",
    options.domains: "domains",
    options.json_object: "json",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """``least`` and ``most`` of numbers, ``choices`` of words."""

    kind: Kind
    least: float | None = None
    most: float | None = None
    choices: tuple[str, ...] = ()


def form_of(option: Option) -> Form:
    """The form of one option. A check of its own kind is JSON where the default is, else a line."""
    check = option.check
    if isinstance(check, Whole):
        return Form(kind="whole", least=check.least, most=check.most)
    if isinstance(check, Number):
        return Form(kind="number", least=check.least, most=check.most)
    if isinstance(check, OneOf):
        return Form(kind="choice", choices=check.choices)
    return Form(kind=_KINDS.get(check) or ("json" if option.default[:1] in ("{", "[") else "line"))
