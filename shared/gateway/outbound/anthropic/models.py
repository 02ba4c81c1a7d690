"""What differs between Claude models, read from the version in their names.

Names are Anthropic's, Bedrock's or Vertex's: ``claude-3-7-sonnet-20250219``,
``us.anthropic.claude-sonnet-4-5-20250929-v1:0``, ``claude-opus-4-1@20250805``.
"""

from gateway.outbound.protocol import Json
from gateway.patterns import pattern

_VERSION = pattern(r"claude-(?:[a-z]+-)*v?(\d{1,2})(?:[-.](\d{1,2}))?(?!\d)")
_NEWEST = (99, 0)  # a name without a version is an alias of something recent

FIRST_THINKING = (3, 7)
# https://docs.claude.com/en/docs/build-with-claude/adaptive-thinking: 4.6 takes both forms, later ones only this.
FIRST_ADAPTIVE = (4, 6)
# https://docs.claude.com/en/docs/about-claude/models/migration-guide: temperature, top_p and top_k answer 400.
FIRST_WITHOUT_SAMPLING = (4, 7)
# https://docs.claude.com/en/docs/about-claude/models/migrating-to-claude-4: temperature and top_p together answer 400.
FIRST_WITH_ONE_KNOB = (4, 1)
FIRST_THINKING_UNASKED = (5, 0)

# Names one-api's clients use that Anthropic never knew.
ALIASES = {"claude-2": "claude-2.1", "claude-instant-1": "claude-instant-1.1"}

MIN_BUDGET = 1024
_BUDGETS = {"minimal": 1024, "low": 2048, "medium": 8192, "high": 16384, "xhigh": 32768, "max": 65536}
_EFFORTS = {"minimal": "low", "low": "low", "medium": "medium", "high": "high", "xhigh": "xhigh", "max": "max"}


def version(model: str) -> tuple[int, int]:
    """Major and minor version of a Claude model."""
    found = _VERSION.search(model)
    return (int(found[1]), int(found[2] or 0)) if found else _NEWEST


def samples(model: str) -> bool:
    """Whether the model takes temperature, top_p and top_k."""
    return version(model) < FIRST_WITHOUT_SAMPLING


def one_knob(model: str) -> bool:
    """Whether the model takes temperature or top_p, but not both."""
    return version(model) >= FIRST_WITH_ONE_KNOB


def adaptive(model: str) -> bool:
    """Whether the model decides itself how much to think, given an effort."""
    return version(model) >= FIRST_ADAPTIVE


def effort_config(model: str, effort: str) -> Json:
    """``thinking`` and ``output_config`` for an adaptive model. ``none`` turns thinking off where it is on unasked."""
    if effort == "none":
        return {"thinking": {"type": "disabled"}} if version(model) >= FIRST_THINKING_UNASKED else {}
    name = _EFFORTS.get(effort, "medium")
    if version(model) == FIRST_ADAPTIVE and name == "xhigh":
        name = "high"
    display = {} if samples(model) else {"display": "summarized"}  # later models keep their thoughts unless asked
    return {"thinking": {"type": "adaptive", **display}, "output_config": {"effort": name}}


def thinking_budget(model: str, effort: str, budget: int) -> int:
    """Tokens to think with for a model that wants a number; 0 for no thinking."""
    if effort == "none" or version(model) < FIRST_THINKING:
        return 0
    return max(MIN_BUDGET, budget or _BUDGETS.get(effort, _BUDGETS["medium"]))
