"""What of a channel had better be left alone for a while: a key, a model at a key, or a model at every key. Pure."""

from collections.abc import Mapping
from typing import Any

from gateway.records import dataclass

EVERY_KEY = -1
FORGOTTEN = 3600  # seconds after its end in which nobody tried: then it is as if it had never been
LONGEST_TEXT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """``model`` is empty where the whole key rests. From ``until`` on (unix seconds) one request at a time may try;
    ``probe``: until when one does. ``since`` is when it was noted, ``seconds`` how long it is, ``kind`` why.
    """

    key_index: int
    model: str
    since: int
    until: int
    seconds: int
    kind: str
    text: str = ""
    probe: int = 0

    @property
    def name(self) -> str:
        """What it is kept under."""
        return rest_name(self.key_index, self.model)

    def over(self, now: float) -> bool:
        """Whether nobody need think of it any more."""
        return now > self.until + FORGOTTEN

    def write(self) -> dict[str, Any]:
        """As it is kept with its channel."""
        return {
            "key_index": self.key_index,
            "model": self.model,
            "since": self.since,
            "until": self.until,
            "seconds": self.seconds,
            "kind": self.kind,
            "text": self.text[:LONGEST_TEXT],
        }

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> "Rest":
        """From what was kept."""
        return cls(**{name: kept[name] for name in cls.__slots__ if name in kept})


def rest_name(key_index: int, model: str) -> str:
    """What a rest is kept under in its channel."""
    return f"{key_index}/{model}"


def names_of(key_index: int, model: str) -> tuple[str, ...]:
    """The rests that concern a model at a key."""
    whole = rest_name(key_index, "")
    return (whole, rest_name(key_index, model), rest_name(EVERY_KEY, model)) if model else (whole,)
