"""A channel's secrets, taken out of what its provider says: some repeat the key that they refuse."""

import json
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import quote

from gateway.domain.channel import Channel
from gateway.errors import NotFound
from gateway.outbound.protocol import Fault
from gateway.patterns import pattern
from gateway.providers.catalog import provider
from gateway.records import dataclass

MASK = "***"
_LONG = pattern(r"[^|\s]{8,}")  # parts of a credential that are long enough to be secret
_HALVES = pattern(r"[^|\s.:]{16,}")  # of an id and its secret that are written as one word
_CREDENTIALS = frozenset({"authorization", "x-api-key", "x-goog-api-key", "api-key", "x-amz-security-token"})


@dataclass(frozen=True, slots=True)
class Secrets:
    """The words that must not leave, the longest first, in every spelling that JSON and addresses have for them."""

    words: tuple[str, ...] = ()

    @classmethod
    def of(cls, channel: Channel, key: str, sent: Mapping[str, str] | None = None) -> "Secrets":
        """Of a channel asked with this key; ``sent`` are the headers of the request, where tokens got for it stand."""
        given = [key, *_settings(channel)]
        given += [value for name, value in (sent or {}).items() if name.lower() in _CREDENTIALS]
        words = {word for text in given for part in (_LONG, _HALVES) for word in part.findall(text)}
        spelled = {spelling for word in words for spelling in _spellings(word)}
        return cls(tuple(sorted(spelled, key=len, reverse=True)))

    def out_of(self, text: str) -> str:
        """The text without them."""
        for word in self.words:
            text = text.replace(word, MASK)
        return text

    def out_of_body(self, body: bytes) -> bytes:
        """Bytes without them."""
        for word in self.words:
            body = body.replace(word.encode(), MASK.encode())
        return body

    def out_of_fault(self, fault: Fault) -> Fault:
        """The fault without them."""
        code = self.out_of(fault.code) if isinstance(fault.code, str) else fault.code
        param = self.out_of(fault.param) if fault.param else fault.param
        return replace(fault, message=self.out_of(fault.message), code=code, param=param, type=self.out_of(fault.type))


def _settings(channel: Channel) -> list[str]:
    try:
        names = [setting.name for setting in provider(channel.type).config if setting.secret]
    except NotFound:
        return []
    return [channel.config[name] for name in names if name in channel.config]


def _spellings(word: str) -> tuple[str, ...]:
    escaped = json.dumps(word)[1:-1]
    return word, escaped, escaped.replace("/", "\\/"), quote(word, safe="")
