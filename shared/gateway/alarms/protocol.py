"""What an alarm is made of, and what a receiver's module has."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol, cast

from gateway.security.safe_fetch import Fetched, FetchFailed

Settings = Mapping[str, str]


class NotSent(Exception):
    """A receiver did not take it; the text says why, without a setting of its."""


@dataclass(frozen=True)
class Alarm:
    """One alarm as it is sent. ``id`` is the same when it is sent again; everything in ``html`` was escaped."""

    id: str
    event: str
    system: str
    subject: str
    html: str
    at: int  # unix seconds

    @cached_property
    def text(self) -> str:
        """The same without HTML."""
        from gateway.mail.plain import text_of  # noqa: PLC0415 (a parser of HTML, 1 MB; few processes send alarms)

        return text_of(self.html).strip()


@dataclass(frozen=True, slots=True)
class Post:
    """One request. ``headers`` come on top of the content type."""

    url: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


class Receiver(Protocol):
    """A module of ``receivers``."""

    def post(self, settings: Settings, message: Alarm) -> Post:
        """What is sent."""
        ...

    def problem(self, answer: Fetched) -> str:
        """Why it was not taken; empty if it was."""
        ...


def as_json(value: Any) -> bytes:
    """A body of JSON."""
    return json.dumps(value, ensure_ascii=False).encode()


def told(answer: Fetched) -> dict[str, Any]:
    """The object that a receiver answered; empty if that is none."""
    try:
        value: Any = answer.json()
    except FetchFailed:
        return {}
    return cast(dict[str, Any], value) if isinstance(value, dict) else {}


def shortened(text: str, most: int) -> str:
    """A text of so many bytes at most."""
    whole = text.encode()
    return text if len(whole) <= most else whole[: most - 3].decode(errors="ignore") + "…"


def titled(message: Alarm) -> str:
    """Subject and text as one."""
    return f"{message.system}: {message.subject}\n\n{message.text}"
