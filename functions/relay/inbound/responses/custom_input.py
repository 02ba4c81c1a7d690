"""The input of a custom tool, which is plain text, as the one string in the arguments of a function."""

import json
from typing import Any

from gateway.patterns import pattern
from gateway.wire.json import encode, obj, parse

INPUT = "input"  # the name of that string
_BEGIN = pattern(r'\s*\{\s*"input"\s*:\s*"')
_WHOLE = pattern(
    r'(?:[^"\\\ud800-\udfff]|\\u(?![dD][89a-fA-F])[0-9a-fA-F]{4}|\\[^u]|\\u[dD][89abAB].{2}\\u[dD][c-fC-F].{2})*'
)


def arguments_of_text(text: str) -> str:
    """The arguments of a call with this input."""
    return encode({INPUT: text}).decode()


def text_of_arguments(arguments: str) -> str:
    """The input in such arguments, however the model wrote them."""
    value: Any = parse(arguments) if arguments else ""
    if isinstance(value, str):
        return value
    if not isinstance(value, dict):  # broken off, or no JSON
        return GrowingInput().read(arguments) or arguments
    found = obj(value)
    if isinstance(found.get(INPUT), str):
        return found[INPUT]
    texts = [item for item in found.values() if isinstance(item, str)]
    return texts[0] if len(texts) == len(found) == 1 else arguments


class GrowingInput:
    """Reads the string while it grows: characters are told as soon as they are sure."""

    def __init__(self) -> None:
        self.told = ""
        self._raw = ""
        self._inside = False

    def read(self, piece: str) -> str:
        """The characters that these arguments complete."""
        self._raw += piece
        if not self._inside:
            begun = _BEGIN.match(self._raw)
            if begun is None:
                return ""
            self._inside, self._raw = True, self._raw[begun.end() :]
        whole = _WHOLE.match(self._raw)
        sure = whole[0] if whole else ""
        try:
            text: str = json.loads(f'"{sure}"', strict=False)
        except ValueError:  # no escape that JSON has: the end will tell
            return ""
        self._raw = self._raw[len(sure) :]
        self.told += text
        return text
