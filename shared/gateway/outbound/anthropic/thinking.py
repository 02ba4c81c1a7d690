"""Reasoning that a provider wants back: signed thinking, kept in canonical messages.

The text alone is ``reasoning_content``. What must return unchanged with the next request is in
``reasoning_details``, a list in the form OpenRouter made common
(https://openrouter.ai/docs/use-cases/reasoning-tokens#preserving-reasoning-blocks)::

    {"type": "reasoning.text", "text": "...", "signature": "...", "format": "anthropic-claude-v1", "index": 0}
    {"type": "reasoning.encrypted", "data": "...", "format": "anthropic-claude-v1", "index": 1}

In a stream an entry comes whole, when its block ends. ``thinking_blocks``, LiteLLM's name for the same
blocks in Anthropic's own form, is understood on the way in.
"""

from gateway.outbound.protocol import Json
from gateway.records import dataclass
from gateway.wire.json import objs, string

CLAUDE = "anthropic-claude-v1"


@dataclass(frozen=True, slots=True)
class Thought:
    """One block: readable ``text`` with its ``signature``, or ``redacted`` data."""

    text: str = ""
    signature: str = ""
    redacted: str = ""

    def detail(self, index: int) -> Json:
        """The block as an entry of ``reasoning_details``."""
        if self.redacted:
            return {"type": "reasoning.encrypted", "data": self.redacted, "format": CLAUDE, "index": index}
        signed = {"signature": self.signature} if self.signature else {}
        return {"type": "reasoning.text", "text": self.text, **signed, "format": CLAUDE, "index": index}


def thoughts_of(message: Json) -> list[Thought]:
    """The blocks an assistant's message can return; unsigned ones are left out, nobody accepts them back."""
    if message.get("thinking_blocks"):
        found = [_from_block(block) for block in objs(message["thinking_blocks"])]
    else:
        found = [_from_detail(detail) for detail in objs(message.get("reasoning_details"))]
    return [thought for thought in found if thought.signature or thought.redacted]


def _from_block(block: Json) -> Thought:
    if block.get("type") == "redacted_thinking":
        return Thought(redacted=string(block.get("data")))
    return Thought(string(block.get("thinking")), string(block.get("signature")))


def _from_detail(detail: Json) -> Thought:
    if string(detail.get("format")) not in ("", CLAUDE):
        return Thought()
    if detail.get("type") == "reasoning.encrypted":
        return Thought(redacted=string(detail.get("data")) if detail.get("format") else "")
    return Thought(string(detail.get("text")), string(detail.get("signature")))
