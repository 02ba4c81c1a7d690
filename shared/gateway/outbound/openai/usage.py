"""Usage as OpenAI and everybody who copied it report it, brought into one shape.

Figures are kept as they came, negative and absurd ones too: ``Usage.plausible`` is how billing tells. Only
what is no number at all is no usage. Places: top level, ``x_groq.usage``
(https://console.groq.com/docs/api-reference), ``choices[].usage`` (Moonshot's last chunk), ``response.usage``
(events of the Responses API), ``message.usage``.
"""

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast

from gateway.domain.usage import Usage, whole_prompt
from gateway.outbound.openai.calls import calls_of
from gateway.outbound.protocol import Json
from gateway.wire.json import ABSURD, figure

_PROMPT = ("prompt_tokens", "input_tokens")
_COMPLETION = ("completion_tokens", "output_tokens")
_PROMPT_DETAILS = ("prompt_tokens_details", "input_tokens_details", "input_token_details")
_COMPLETION_DETAILS = ("completion_tokens_details", "output_tokens_details", "output_token_details")


def read_usage(body: Json, *, hidden_reasoning: bool = False) -> Usage | None:
    """The usage in a whole reply, a chunk or an event; ``None`` if there is none that says anything.

    ``hidden_reasoning``: tokens that are in ``total_tokens`` and nowhere else were thought
    (Gemini's OpenAI endpoint).
    """
    calls = calls_of(body)
    for place in _places(body):
        usage = of_usage(place, hidden_reasoning=hidden_reasoning)
        if usage is not None:
            return replace(usage, calls=calls) if calls else usage
    return Usage(calls=calls) if calls else None


def of_usage(usage: Json, *, hidden_reasoning: bool = False) -> Usage | None:
    """The figures of one usage object; ``None`` when they are missing, all zero or not numbers."""
    if usage.get("type") == "duration":
        seconds = _number(usage.get("seconds"))
        return None if not seconds else Usage(milliseconds=math.ceil(seconds * 1000))
    sums = _sums(usage)
    if sums is None:
        return None
    found = _Counted(usage, *sums).usage(hidden_reasoning)
    return found if found.prompt or found.completion else None


def _sums(usage: Json) -> tuple[int, int, int] | None:
    """Prompt, completion and total; a half that is missing follows from the total or makes the rest useless."""
    prompt, completion = _figure(usage, *_PROMPT), _figure(usage, *_COMPLETION)
    total = _figure(usage, "total_tokens")
    if prompt is None and total is not None:
        prompt = total - (completion or 0)
    if completion is None and total is not None and prompt is not None:
        completion = max(0, total - prompt)
    if prompt is None or (completion is None and any(name in usage for name in _COMPLETION)):
        return None
    return prompt, completion or 0, total or 0


class _Counted:
    """One usage object while its parts are told apart."""

    def __init__(self, usage: Json, prompt: int, completion: int, total: int) -> None:
        self.raw, self.prompt, self.completion, self.total = usage, prompt, completion, total
        self.prompt_details = _object(usage, *_PROMPT_DETAILS)
        self.completion_details = _object(usage, *_COMPLETION_DETAILS)

    def usage(self, hidden_reasoning: bool) -> Usage:
        cached, write, write_1h = self._cache()
        completion, reasoning = self._completion(hidden_reasoning)
        return Usage(
            prompt=self._whole_prompt(cached, write + write_1h),
            cached=cached,
            cache_write=write,
            cache_write_1h=write_1h,
            audio_in=_int(self.prompt_details, "audio_tokens"),
            image_in=_int(self.prompt_details, "image_tokens"),
            cached_audio=_int(self._cached_details(), "audio_tokens"),
            cached_image=_int(self._cached_details(), "image_tokens"),
            completion=completion,
            reasoning=reasoning,
            audio_out=_int(self.completion_details, "audio_tokens"),
            image_out=_int(self.completion_details, "image_tokens"),
        )

    def _cached_details(self) -> Json:
        """https://platform.openai.com/docs/api-reference/realtime-server-events/response/done"""
        return _object(self.prompt_details, "cached_tokens_details")

    def _cache(self) -> tuple[int, int, int]:
        """Tokens read from the cache, written to it for five minutes, and for an hour."""
        cached = _int(self.prompt_details, "cached_tokens") or _int(
            self.raw,
            "prompt_cache_hit_tokens",  # DeepSeek: https://api-docs.deepseek.com/guides/kv_cache
            "cached_tokens",  # Moonshot, StepFun, Together: beside the totals
            "cache_read_input_tokens",  # Anthropic's names in compatible replies
        )
        split = _object(self.raw, "cache_creation")
        write_1h = _int(split, "ephemeral_1h_input_tokens")
        written = (
            _int(self.raw, "cache_creation_input_tokens")
            or _int(self.prompt_details, "cache_write_tokens", "cache_creation_tokens", "cached_creation_tokens")
            or _int(split, "ephemeral_5m_input_tokens") + write_1h
        )
        return cached, written - write_1h, write_1h

    def _whole_prompt(self, cached: int, written: int) -> int:
        """Anthropic leaves cache tokens out of its prompt figure, and some gateways copy that."""
        left_out = "cache_read_input_tokens" in self.raw or "cache_creation_input_tokens" in self.raw
        beside = left_out and ("prompt_tokens" not in self.raw or (cached + written > self.prompt >= 0))
        return whole_prompt(self.prompt, cached + written, self.completion, self.total, beside=beside)

    def _completion(self, hidden_reasoning: bool) -> tuple[int, int]:
        """xAI reports reasoning beside the completion: https://docs.x.ai/docs/guides/reasoning

        So does Perplexity, outside the total too: https://docs.perplexity.ai/getting-started/pricing
        """
        own = _int(self.raw, "reasoning_tokens")
        reasoning = _int(self.completion_details, "reasoning_tokens") or own
        unexplained = self.total - self.prompt - self.completion
        if reasoning > 0 and (unexplained == reasoning or own > self.completion >= 0):
            return self.completion + reasoning, reasoning
        if hidden_reasoning and unexplained > 0:
            return self.completion + unexplained, reasoning + unexplained
        return self.completion, reasoning


def _places(body: Json) -> Iterator[Json]:
    for holder in (body, body.get("x_groq"), body.get("response"), body.get("message")):
        if isinstance(holder, dict):
            yield from _usage_of(cast(Json, holder))
    choices = body.get("choices")
    for choice in cast("list[Any]", choices) if isinstance(choices, list) else []:
        if isinstance(choice, dict):
            yield from _usage_of(cast(Json, choice))


def _usage_of(holder: Json) -> Iterator[Json]:
    usage = holder.get("usage")
    if isinstance(usage, dict):
        yield cast(Json, usage)


def _object(holder: Json, *names: str) -> Json:
    for name in names:
        value = holder.get(name)
        if isinstance(value, dict):
            return cast(Json, value)
    return {}


def _figure(holder: Json, *names: str) -> int | None:
    """The first of these that is a number; a number in quotes counts, ``true`` and NaN do not."""
    for name in names:
        value: Any = holder.get(name)
        if value.__class__ is int and -ABSURD <= value <= ABSURD:  # as nearly every figure: a fifth of asking further
            return value
        number = None if value is None else _number(value)
        if number is not None:
            return figure(number)
    return None


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, int):
        return value
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _int(holder: Json, *names: str) -> int:
    return _figure(holder, *names) or 0 if holder else 0
