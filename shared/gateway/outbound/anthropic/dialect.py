"""The dialect of Anthropic's Messages API."""

from dataclasses import replace

from gateway.outbound.anthropic.blocks import LABEL
from gateway.outbound.anthropic.errors import fault_of
from gateway.outbound.anthropic.models import ALIASES
from gateway.outbound.anthropic.reply import response
from gateway.outbound.anthropic.request import messages_body
from gateway.outbound.anthropic.stream import AnthropicStream
from gateway.outbound.canonical.borders import ANTHROPIC, Border
from gateway.outbound.canonical.takes import takes
from gateway.outbound.json_bodies import JSON_HEADERS, post
from gateway.outbound.protocol import Json, ProviderRequest, WireRequest
from gateway.outbound.tables import TableDialect, Verbs
from gateway.wire.json import array, obj, objs, string

PATH = "/v1/messages"
VERSION = "2023-06-01"
# https://docs.claude.com/en/docs/build-with-claude/files
_FILES_BETA = "files-api-2025-04-14"


def request(request: ProviderRequest) -> WireRequest:
    """A call of ``/v1/messages``. The channel's config may set ``anthropic_version`` and ``anthropic_beta``."""
    body = messages_body(request)
    stream = {"stream": True} if request.stream else {}
    return post(PATH, {"model": ALIASES.get(request.model, request.model), **body, **stream}, _headers(request, body))


def envelope(request: ProviderRequest) -> WireRequest:
    """The same for a body that is there already; the caller asks for beta features by header."""
    return WireRequest(path=PATH, headers={**JSON_HEADERS, **_headers(replace(request, body={}), {})})


def _headers(request: ProviderRequest, body: Json) -> dict[str, str]:
    headers = {"anthropic-version": request.config.get("anthropic_version") or VERSION}
    if found := betas(request, body):
        headers["anthropic-beta"] = ",".join(found)
    return headers


def betas(request: ProviderRequest, body: Json) -> list[str]:
    """Beta features to ask for: the channel's, the caller's (``anthropic_beta``) and what the content needs."""
    config = [name.strip() for name in request.config.get("anthropic_beta", "").split(",")]
    asked = [string(name) for name in array(request.body.get("anthropic_beta"))]
    needed = [_FILES_BETA] if _uses_files(body) else []
    refused = takes(request.config, frozenset()).refused
    return list(dict.fromkeys(name for name in [*config, *asked, *needed] if name and name not in refused))


def _uses_files(body: Json) -> bool:
    blocks = (block for turn in objs(body.get("messages")) for block in objs(turn["content"]))
    return any(obj(block.get("source")).get("type") == "file" for block in blocks)


def border(request: ProviderRequest) -> Border:
    """What this door takes as ids, names and users."""
    return ANTHROPIC


DIALECT = TableDialect(
    name="anthropic",
    label=LABEL,
    verbs={"chat": Verbs(request, response)},
    decoder=AnthropicStream,
    fault=fault_of,
    enclosing=envelope,
    border=border,
)
