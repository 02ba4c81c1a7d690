"""Histories as every API takes them: what one allows and another refuses is put right before it is translated.

Order: the results of tool calls stand right behind them, and what was said in between after them. Emptiness: a turn of
the assistant's with neither content nor calls is left out, whatever it thought. Nothing is invented: a call without
a result, or a result without a call, stays for the provider to judge.

https://platform.openai.com/docs/guides/function-calling, https://docs.claude.com/en/docs/agents-and-tools/tool-use,
https://ai.google.dev/gemini-api/docs/function-calling say the same of the order.
"""

from dataclasses import field
from typing import Any

from gateway.outbound.protocol import Json
from gateway.records import dataclass
from gateway.wire.json import array, obj, objs, string

_ASSISTANT = "assistant"
# A whole reply kept as its provider gave it counts as content, and so do pictures and sounds.
_KEPT = ("anthropic_content", "gemini_content", "bedrock_content", "extra_content")
_SIGNED = ("thinking_blocks", "reasoning_details")
_CONTENT = ("content", "tool_calls", "function_call", "images", "audio", "refusal", *_KEPT)


def settled(body: Json, *, thoughts: bool = False) -> Json:
    """The body with its history in order and without empty turns; the same object where it is so already.

    ``thoughts``: a turn of signed thoughts alone is one.
    """
    before = array(body.get("messages"))
    if not all(isinstance(message, dict) for message in before):
        return body
    messages = objs(before)
    after = [message for message in messages if not _empty(message, _SIGNED if thoughts else ())]
    if any(message.get("role") == "tool" for message in after):
        after = _in_order(after)
    same = len(after) == len(messages) and all(new is old for new, old in zip(after, messages, strict=True))
    return body if same or not after else {**body, "messages": after}


def _empty(message: Json, signed: tuple[str, ...]) -> bool:
    """Whether a turn of the assistant's says nothing. A text of nothing is its provider's business."""
    if message.get("role") != _ASSISTANT:
        return False
    return not any(message.get(name) for name in (*_CONTENT, *signed)) and not isinstance(message.get("content"), str)


@dataclass(slots=True)
class _Turn:
    """A message with the results of its calls, and what follows them up to the next message with calls."""

    head: Json | None
    open: list[str]
    results: list[Json] = field(default_factory=list[Json])
    rest: list[Json] = field(default_factory=list[Json])

    def answered(self, result: Json, id: str) -> None:
        """Take a result in; what the assistant said while it was out belongs before it, into the turn of the calls."""
        said = [message for message in self.rest if message.get("role") == _ASSISTANT]
        if self.head is not None and said:
            self.rest = [message for message in self.rest if message.get("role") != _ASSISTANT]
            for message in said:
                self.head = _joined(self.head, message)
        self.results.append(result)
        if id in self.open:
            self.open.remove(id)


def _in_order(messages: list[Json]) -> list[Json]:
    turns = [_Turn(None, [])]
    for message in messages:
        calls = [string(call.get("id")) for call in objs(message.get("tool_calls"))]
        if message.get("role") == _ASSISTANT and calls:
            turns.append(_Turn(message, calls))
            continue
        id = string(message.get("tool_call_id"))
        asked = _asking(turns, id) if message.get("role") == "tool" else None
        if asked is None:
            stays = message.get("role") == "tool" and not turns[-1].rest  # nobody's result, among those of a turn
            (turns[-1].results if stays else turns[-1].rest).append(message)
        else:
            asked.answered(message, id)
    return [message for turn in turns for message in (*([turn.head] if turn.head else []), *turn.results, *turn.rest)]


def _asking(turns: list[_Turn], id: str) -> _Turn | None:
    """The latest turn that waits for this result; ids may come again in a later turn."""
    return next((turn for turn in reversed(turns) if id in turn.open), None)


def _joined(first: Json, second: Json) -> Json:
    """Two messages of the assistant's as one: texts in order, the calls of the first."""
    own, more = first.get("content"), second.get("content")
    if not own or not more:
        return {**second, **first, "content": own or more}
    if isinstance(own, str) and isinstance(more, str):
        return {**second, **first, "content": f"{own}\n\n{more}"}
    return {**second, **first, "content": [*_parts(own), *_parts(more)]}


def _parts(content: Any) -> list[Any]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else array(content)


def blank(text: Any) -> bool:
    """Whether a text says nothing: Claude and Bedrock refuse one of white space only."""
    return isinstance(text, str) and not text.strip()


def is_blank(part: Json) -> bool:
    """Whether a content part is such a text."""
    return part.get("type") == "text" and blank(string(obj(part).get("text")))
