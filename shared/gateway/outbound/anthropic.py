"""The dialect of Anthropic's Messages API."""

from gateway.outbound.anthropic_blocks import LABEL
from gateway.outbound.anthropic_faults import fault_of
from gateway.outbound.anthropic_reply import response
from gateway.outbound.anthropic_request import messages_body
from gateway.outbound.anthropic_stream import AnthropicStream
from gateway.outbound.base import Ask, Call, Json
from gateway.outbound.claude_models import ALIASES
from gateway.outbound.operations import TableDialect, Verbs
from gateway.outbound.payload import array, obj, objs, post, string

VERSION = "2023-06-01"
# https://docs.claude.com/en/docs/build-with-claude/files
_FILES_BETA = "files-api-2025-04-14"


def request(ask: Ask) -> Call:
    """A call of ``/v1/messages``. The channel's config may set ``anthropic_version`` and ``anthropic_beta``."""
    body = messages_body(ask)
    headers = {"anthropic-version": ask.config.get("anthropic_version") or VERSION}
    if found := betas(ask, body):
        headers["anthropic-beta"] = ",".join(found)
    stream = {"stream": True} if ask.stream else {}
    return post("/v1/messages", {"model": ALIASES.get(ask.model, ask.model), **body, **stream}, headers)


def betas(ask: Ask, body: Json) -> list[str]:
    """Beta features to ask for: the channel's, the caller's (``anthropic_beta``) and what the content needs."""
    config = [name.strip() for name in ask.config.get("anthropic_beta", "").split(",")]
    asked = [string(name) for name in array(ask.body.get("anthropic_beta"))]
    needed = [_FILES_BETA] if _uses_files(body) else []
    return list(dict.fromkeys(name for name in [*config, *asked, *needed] if name))


def _uses_files(body: Json) -> bool:
    blocks = (block for turn in objs(body["messages"]) for block in objs(turn["content"]))
    return any(obj(block.get("source")).get("type") == "file" for block in blocks)


ANTHROPIC = TableDialect(
    name="anthropic",
    label=LABEL,
    verbs={"chat": Verbs(request, response)},
    decoder=AnthropicStream,
    fault=fault_of,
)
