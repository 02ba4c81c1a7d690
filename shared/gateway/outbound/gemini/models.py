"""What differs between Gemini models, read from their names, and the version of the API they are asked by."""

from typing import Any

from gateway.outbound.canonical.chat import effort
from gateway.outbound.protocol import Json, ProviderRequest
from gateway.patterns import pattern
from gateway.wire.json import obj, string, whole

API_VERSION = "v1beta"
_VERSION = pattern(r"gemini-(\d+)(?:\.(\d+))?")
_NAMED = {"gemini-pro": (1, 0), "gemini-exp": (2, 0)}
_NEWEST = (99, 0)  # a name without a number is an alias of something recent

# Since 2.5 a JSON schema can be sent as it is; before, only the subset OpenAPI has.
# https://ai.google.dev/gemini-api/docs/structured-output
FIRST_WITH_JSON_SCHEMA = (2, 5)
FIRST_THINKING = (2, 5)
FIRST_WITH_LEVELS = (3, 0)

# https://ai.google.dev/gemini-api/docs/openai#thinking
_BUDGETS = {"none": 0, "minimal": 1024, "low": 1024, "medium": 8192, "high": 24576, "xhigh": 24576, "max": 24576}
_MIN_PRO_BUDGET = 128
_LEVELS = {"none": "minimal", "xhigh": "high", "max": "high"}
_PRO_LEVELS = {"none": "low", "minimal": "low", "medium": "high", "xhigh": "high", "max": "high"}


def name_of(model: str) -> str:
    """The bare model name."""
    return model.removeprefix("models/")


def version(model: str) -> tuple[int, int]:
    """Major and minor version of a Gemini model."""
    found = _VERSION.search(model)
    if found:
        return int(found[1]), int(found[2] or 0)
    return next((number for mark, number in _NAMED.items() if name_of(model).startswith(mark)), _NEWEST)


def path(request: ProviderRequest, action: str) -> str:
    """The path of a call on the Gemini API."""
    return f"/{request.config.get('api_version') or API_VERSION}/models/{name_of(request.model)}:{action}"


def json_schemas(request: ProviderRequest) -> bool:
    """Whether this model, asked by this version of the API, takes JSON schemas as they are."""
    on_vertex = "vertex_ai_project_id" in request.config
    older_api = request.config.get("api_version") == "v1" and not on_vertex
    return version(request.model) >= FIRST_WITH_JSON_SCHEMA and not older_api


def thinking_config(request: ProviderRequest) -> Json:
    """``thinkingConfig`` for the asked effort or budget; empty when nothing was asked or the model does not think."""
    wanted = effort(request.body)
    budget = whole(obj(request.body.get("reasoning")).get("max_tokens")) or _claude_budget(request.body.get("thinking"))
    if version(request.model) < FIRST_THINKING or not (wanted or budget):
        return {}
    if wanted and not budget and version(request.model) >= FIRST_WITH_LEVELS:
        table = _PRO_LEVELS if "gemini-3-pro" in request.model else _LEVELS
        return {"thinkingLevel": table.get(wanted, wanted), "includeThoughts": wanted != "none"}
    budget = budget or _BUDGETS.get(wanted, _BUDGETS["medium"])
    if "pro" in request.model:
        budget = max(budget, _MIN_PRO_BUDGET)
    return {"thinkingBudget": budget, "includeThoughts": wanted != "none"}


def _claude_budget(thinking: Any) -> int:
    """A budget in Anthropic's words, which many clients send everywhere."""
    asked = obj(thinking)
    return whole(asked.get("budget_tokens")) if string(asked.get("type")) == "enabled" else 0
