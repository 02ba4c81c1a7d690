"""What a request consumed, in one shape for every provider."""

from collections.abc import Callable, Mapping
from dataclasses import field, fields
from operator import attrgetter

from gateway.records import record


@record
class Usage:
    """Normalised once, where a dialect meets the wire.

    ``prompt`` is every prompt token, cached and written ones included; ``completion`` is every produced
    token, reasoning included. The other token fields say how many of those were of a dearer or cheaper
    kind. All in tokens, except ``images`` (pieces), ``characters`` and ``milliseconds`` (of audio).
    ``calls`` counts what the provider's own tools did, by the names of ``billing.tool_prices``.
    """

    prompt: int = 0
    cached: int = 0  # of prompt: read from the provider's cache
    cache_write: int = 0  # of prompt: written with the default (5 minute) lifetime
    cache_write_1h: int = 0  # of prompt: written with the one hour lifetime
    audio_in: int = 0  # of prompt
    image_in: int = 0  # of prompt
    cached_audio: int = 0  # of cached and of audio_in, where the provider tells both
    cached_image: int = 0  # of cached and of image_in
    completion: int = 0
    reasoning: int = 0  # of completion
    audio_out: int = 0  # of completion
    image_out: int = 0  # of completion
    images: int = 0
    characters: int = 0
    milliseconds: int = 0
    requests: int = 1
    estimated: bool = False  # counted by us because the provider reported nothing
    calls: Mapping[str, int] = field(default_factory=dict[str, int], hash=False)

    @property
    def total(self) -> int:
        """Prompt and completion tokens together."""
        return self.prompt + self.completion

    def figures(self) -> dict[str, int]:
        """Every figure that is not zero, by name; ``estimated`` counts as one, calls are among them."""
        return {name: figure for name in _NAMES if (figure := getattr(self, name))} | {**self.calls}

    def plausible(self) -> bool:
        """Whether every figure could be real: no negatives, parts within wholes, nothing astronomical."""
        figures = _FIGURES(self)
        if min(figures) < 0 or max(figures) > MAX_FIGURE:
            return False
        if self.calls and not all(0 <= number <= MAX_CALLS for number in self.calls.values()):
            return False
        written = self.cache_write + self.cache_write_1h
        return self.cached + written <= self.prompt and self.reasoning <= self.completion


def whole_prompt(prompt: int, cached: int, completion: int, total: int, *, beside: bool = False) -> int:
    """The prompt with the cached tokens that somebody counts beside it, as the total shows.

    ``beside``: what the dialect says of them, for a total that says nothing.
    """
    if cached <= 0 or (total == prompt + completion and cached <= prompt):
        return prompt
    return prompt + cached if beside or total == prompt + cached + completion else prompt


MAX_FIGURE = 1_000_000_000  # no model has a context anywhere near this; beyond it a figure is absurd
MAX_CALLS = 100_000  # of one tool in one reply
_NAMES = tuple(part.name for part in fields(Usage) if part.name != "calls")
_FIGURES: Callable[[Usage], tuple[int, ...]] = attrgetter(*_NAMES)  # at once: 0.8 microseconds in place of 1.2
NOTHING = Usage()
