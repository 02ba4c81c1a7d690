"""Options of other gateways by their names here. Where a name is the same, so is its meaning, or it has a row."""

from collections.abc import Callable, Mapping
from typing import Final

from gateway.domain import options
from gateway.domain.options import OPTIONS
from tools.migrate.sources.protocol import OldOptions

ONE_API_UNKNOWN: Final = "30"  # the ratio at which one-api sells what it has no price for

# of one-api, and of what came of it: why it means nothing here
_MEANS_NOTHING: Mapping[str, str] = {
    "LogConsumeEnabled": "consumption is always noted here: entries are the books",
}
_KINDS: Mapping[Callable[[str], str], Callable[[str], str]] = {
    options.flag: lambda value: "true" if value == "true" else "false",  # as it is read there
}


def one_api_options(stored: Mapping[str, str]) -> OldOptions:
    """What one-api's operator has set. Models without a price are sold as they were, at one-api's own ratio."""
    values, left = named(stored)
    return OldOptions(values={"UnknownModelPrice": ONE_API_UNKNOWN, **values}, left=left)


def named(stored: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Those that have the same name here, and why the others do not come along."""
    values: dict[str, str] = {}
    left: dict[str, str] = {}
    for name, value in stored.items():
        if name in _MEANS_NOTHING:
            left[name] = _MEANS_NOTHING[name]
        elif name not in OPTIONS:
            left[name or "(no name)"] = "there is no such option here"
        elif value or not OPTIONS[name].default:
            check = OPTIONS[name].check
            values[name] = _KINDS[check](value) if check in _KINDS else value
    return values, left
