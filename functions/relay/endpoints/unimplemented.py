"""OpenAI's stateful routes, which a gateway in front of many providers cannot answer: 501 to a valid key."""

from gateway.errors import BadRequest, GatewayError
from relay.asgi_types import Receive, Send
from relay.authenticate import caller_of
from relay.deps import Deps
from relay.http_request import HttpRequest

_FILES = "/v1/files"
_TUNING = "/v1/fine_tuning/jobs"
_ASSISTANTS = "/v1/assistants"
_THREADS = "/v1/threads"
_RUNS = "/v1/threads/{id}/runs"
_RESPONSE = "/v1/responses/{id}"

ROUTES: tuple[tuple[str, str], ...] = (
    ("GET", _FILES),
    ("POST", _FILES),
    ("DELETE", f"{_FILES}/{{id}}"),
    ("GET", f"{_FILES}/{{id}}"),
    ("GET", f"{_FILES}/{{id}}/content"),
    ("POST", _TUNING),
    ("GET", _TUNING),
    ("GET", f"{_TUNING}/{{id}}"),
    ("POST", f"{_TUNING}/{{id}}/cancel"),
    ("GET", f"{_TUNING}/{{id}}/events"),
    ("DELETE", "/v1/models/{model}"),
    ("POST", _ASSISTANTS),
    ("GET", _ASSISTANTS),
    ("GET", f"{_ASSISTANTS}/{{id}}"),
    ("POST", f"{_ASSISTANTS}/{{id}}"),
    ("DELETE", f"{_ASSISTANTS}/{{id}}"),
    ("POST", f"{_ASSISTANTS}/{{id}}/files"),
    ("GET", f"{_ASSISTANTS}/{{id}}/files"),
    ("GET", f"{_ASSISTANTS}/{{id}}/files/{{file}}"),
    ("DELETE", f"{_ASSISTANTS}/{{id}}/files/{{file}}"),
    ("POST", _THREADS),
    ("GET", f"{_THREADS}/{{id}}"),
    ("POST", f"{_THREADS}/{{id}}"),
    ("DELETE", f"{_THREADS}/{{id}}"),
    ("POST", f"{_THREADS}/{{id}}/messages"),
    ("GET", f"{_THREADS}/{{id}}/messages/{{message}}"),
    ("POST", f"{_THREADS}/{{id}}/messages/{{message}}"),
    ("GET", f"{_THREADS}/{{id}}/messages/{{message}}/files"),
    ("GET", f"{_THREADS}/{{id}}/messages/{{message}}/files/{{file}}"),
    ("POST", _RUNS),
    ("GET", _RUNS),
    ("GET", f"{_RUNS}/{{run}}"),
    ("POST", f"{_RUNS}/{{run}}"),
    ("POST", f"{_RUNS}/{{run}}/submit_tool_outputs"),
    ("POST", f"{_RUNS}/{{run}}/cancel"),
    ("GET", f"{_RUNS}/{{run}}/steps"),
    ("GET", f"{_RUNS}/{{run}}/steps/{{step}}"),
)

KEPT_RESPONSES: tuple[tuple[str, str], ...] = (
    ("GET", _RESPONSE),
    ("DELETE", _RESPONSE),
    ("GET", f"{_RESPONSE}/input_items"),
    ("POST", f"{_RESPONSE}/cancel"),
)


async def not_kept(deps: Deps, incoming: HttpRequest, receive: Receive, send: Send) -> None:
    """400: a response may lie with any of many providers, and nothing of it is kept here."""
    await caller_of(deps, incoming)
    raise BadRequest(
        "responses are not kept by this gateway: keep them yourself, and send the whole conversation as input",
        code="response_not_kept",
    )


async def answer(deps: Deps, incoming: HttpRequest, receive: Receive, send: Send) -> None:
    """501 in OpenAI's shape, after the key was checked."""
    await caller_of(deps, incoming)
    raise GatewayError("API not implemented", status=501, type="one_api_error", code="api_not_implemented")
