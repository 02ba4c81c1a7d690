"""Counting tokens: what a request and an answer come to when a provider reports nothing.

``Counter`` counts as one-api does, so that charges agree. For the reservation there is ``estimate`` in
``billing.estimate``, which needs no tokenizer.
"""

from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Any, cast

from gateway.billing.encodings import RanksMissing, encoding, encoding_name
from gateway.billing.image_tokens import image_tokens
from gateway.patterns import pattern
from gateway.records import dataclass

Json = dict[str, Any]

PER_MESSAGE, PER_NAME, REPLY = 3, 1, 3
OLD_MODEL = "gpt-3.5-turbo-0301"  # the one model with another envelope: 4 per message, a name saves one
APPROXIMATE_TOKENS_PER_BYTE = (38, 100)  # one-api's option ApproximateTokenEnabled
LEAST = 32  # characters that every text counts as towards the most that is counted exactly
MOST_EXACT = 1_000_000
PIECE = 50_000  # characters encoded at once: tiktoken's patterns panic at a run of a million blanks

# Where every encoding in use ends a token: before a single blank that words stand on both sides of.
_SEAM = pattern(r"(?<=\w) (?=\w)")


@dataclass(slots=True)
class Counter:
    """Counts the text of one model. ``problem`` says why it had to guess, if it had to.

    Work is bounded: beyond ``left`` characters it guesses, and from the moment that somebody else sets ``approximate``.
    """

    model: str
    approximate: bool = False
    pictures: Mapping[str, bytes] = field(default_factory=dict[str, bytes])  # bytes behind URLs, where known
    problem: str = ""
    left: int = MOST_EXACT

    def text(self, text: str) -> int:
        """Tokens of a text; what looks like a special token is ordinary text."""
        tokens = at = 0
        for piece in pieces(text):
            counted = None if self.approximate else self._exactly(piece)
            if counted is None:
                break
            tokens, at = tokens + counted, at + len(piece)
        above, below = APPROXIMATE_TOKENS_PER_BYTE
        return tokens + (size(text[at:]) * above // below if at < len(text) else 0)

    def _exactly(self, piece: str) -> int | None:
        self.left -= max(LEAST, len(piece))
        problem = f"it is more than {MOST_EXACT} characters"
        try:
            if self.left >= 0:
                return len(encoding(encoding_name(self.model)).encode_ordinary(clean(piece))) if piece else 0
        except RanksMissing as missing:
            problem = str(missing)
        except BaseException as panic:  # tiktoken panics with what is no Exception
            if type(panic).__name__ != "PanicException":
                raise
            problem = f"the tokenizer gave up: {panic}"[:200]
        self.approximate, self.problem = True, problem
        return None

    def prompt(self, body: Json) -> int:
        """Prompt tokens of a canonical request: messages, else a text ``prompt`` or ``input``; lists count 0 there,
        as do tools, tool calls and reasoning, all as in one-api."""
        messages = body.get("messages")
        if isinstance(messages, list):
            return sum(map(self.message, cast(list[Any], messages))) + REPLY
        source = body.get("prompt", body.get("input"))
        return self.text(source) if isinstance(source, str) else 0

    def inputs(self, value: Any) -> int:
        """Tokens of an ``input`` or ``prompt`` in any of its forms: text, texts, token ids, lists of them."""
        total, left = 0, [value]
        while left:
            item = left.pop()
            if isinstance(item, list):
                left.extend(cast(list[Any], item))
            else:
                total += self.string(item) if isinstance(item, str) else int(isinstance(item, int))
        return total

    def message(self, message: Any) -> int:
        """One message with its envelope."""
        if not isinstance(message, dict):
            return PER_MESSAGE
        fields = cast(Json, message)
        old = self.model == OLD_MODEL
        total = PER_MESSAGE + old + self.string(fields.get("role")) + self.content(fields.get("content"))
        if isinstance(fields.get("name"), str):
            total += (-1 if old else PER_NAME) + self.text(fields["name"])
        return total

    def content(self, content: Any) -> int:
        """Text, or a list of parts of which text and pictures count."""
        if not isinstance(content, list):
            return self.string(content)
        return sum(map(self.part, cast(list[Any], content)))

    def part(self, part: Any) -> int:
        fields = cast(Json, part) if isinstance(part, dict) else {}
        if fields.get("type") == "image_url":
            return self.picture(fields.get("image_url"))
        return self.string(fields.get("text")) if fields.get("type") == "text" else 0

    def picture(self, image: Any) -> int:
        fields = cast(Json, image) if isinstance(image, dict) else {"url": image}
        url, detail = fields.get("url"), fields.get("detail") or ""
        if not isinstance(url, str) or not isinstance(detail, str):
            return 0
        return image_tokens(self.model, url, detail, self.pictures.get(url))

    def answer(self, message: Json) -> int:
        """Tokens of a produced message that somebody has to pay for: text, reasoning and tool calls."""
        total = self.content(message.get("content")) + self.string(message.get("reasoning_content"))
        calls = message.get("tool_calls")
        for call in cast(list[Any], calls) if isinstance(calls, list) else []:
            function = cast(Json, call).get("function") if isinstance(call, dict) else None
            if isinstance(function, dict):
                named = cast(Json, function)
                total += self.string(named.get("name")) + self.string(named.get("arguments"))
        return total

    def string(self, value: Any) -> int:
        return self.text(value) if isinstance(value, str) else 0


def pieces(text: str) -> Iterator[str]:
    """The text in pieces that a tokenizer can take; cut where the count stays the same if there is such a place."""
    start = 0
    while len(text) - start > PIECE:
        seams = [match.start() for match in _SEAM.finditer(text, start + PIECE - 2_000, start + PIECE)]
        end = seams[-1] if seams else start + PIECE
        yield text[start:end]
        start = end
    yield text[start:]


def size(text: str) -> int:
    """Bytes of a text in UTF-8."""
    if text.isascii():
        return len(text)
    parts = (text[start : start + PIECE] for start in range(0, len(text), PIECE))  # no second text of the same size
    return sum(len(clean(part).encode()) for part in parts)


def clean(text: str) -> str:
    """JSON can spell half a surrogate pair, which no encoder takes; it counts as the replacement character."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
