"""``takes`` of a channel: what its server takes beside what its row says, or in spite of it does not.

Names, separated by commas: fields of requests, marks in messages, parts and tools, types of parts, beta features. A
name after a minus is never sent.
"""

from collections.abc import Mapping

from gateway.records import dataclass

SETTING = "takes"


@dataclass(frozen=True, slots=True)
class Takes:
    """``names`` go to the server, ``refused`` do not."""

    names: frozenset[str]
    refused: frozenset[str]


def takes(config: Mapping[str, str], known: frozenset[str]) -> Takes:
    """What a channel's server takes, its row taking ``known``."""
    given = [name.strip() for name in config.get(SETTING, "").split(",")]
    added = frozenset(name.removeprefix("+") for name in given if name and not name.startswith("-"))
    refused = frozenset(name[1:].strip() for name in given if name.startswith("-"))
    return Takes((known | added) - refused, refused)
