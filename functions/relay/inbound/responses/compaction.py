"""POST /v1/responses/compact: a long conversation made short (https://platform.openai.com/docs/guides/compaction).

A provider that has the address is asked there. For others a chat is asked for a summary: what users said stays as it
is, as far as it is not too much, and all else is in one item that is read here again, with any provider.
"""

from gateway.errors import UpstreamFailed
from gateway.outbound.canonical.messages import alternating
from gateway.outbound.protocol import CanonicalResponse, Json
from gateway.wire.chat import text_of
from gateway.wire.json import array, encode, obj, objs, string, whole
from relay.inbound.checks import model_of, read_object
from relay.inbound.protocol import ParsedRequest, RawRequest
from relay.inbound.responses.dialect import OpenAiResponses, adapted, check_input
from relay.inbound.responses.history import messages, needs_responses
from relay.inbound.responses.items import base_of
from relay.inbound.responses.reply import usage_json
from relay.inbound.responses.request import instructions
from relay.inbound.responses.sealed import sealed_summary
from relay.inbound.responses.tools import Toolbox

_MOST_KEPT = 80_000  # characters of what users said, the newest first
_KNOBS = ("reasoning_effort", "service_tier", "user", "safety_identifier", "prompt_cache_key")
_WANTED = (
    "The conversation above has become too long and will be replaced by your summary of it. Write down everything that "
    "is needed to go on without it: what was asked for and why, decisions and their reasons, what has been done, "
    "files, names, numbers and commands exactly as they are, what was found out, what failed, and what remains to be "
    "done next. Leave out what does not matter any more. Write only the summary, and call no tools."
)


class OpenAiCompaction(OpenAiResponses):
    """The Responses API's compaction; it never streams."""

    def parse(self, raw: RawRequest) -> ParsedRequest:
        body = read_object(raw.body)
        model = model_of(body)
        check_input(body)
        return ParsedRequest(
            operation=self.operation,
            model=model,
            body=body,
            raw=raw.body,
            beneath="/compact",
            fallback=_as_chat,
        )

    def answer(self, parsed: ParsedRequest, answer: CanonicalResponse) -> tuple[bytes, str]:
        body = answer.body or {}
        if parsed.operation == "chat":
            body = _compacted(read_object(parsed.raw), answer)
        return encode(body), "application/json"


def _as_chat(parsed: ParsedRequest) -> ParsedRequest:
    asked = parsed.body
    for name in ("previous_response_id", "conversation"):
        if asked.get(name):
            raise needs_responses(name, name)
    tools = Toolbox(asked)
    said = [*instructions(asked.get("instructions"), tools), *messages(asked.get("input"), tools)]
    body: Json = {name: asked[name] for name in ("model", *_KNOBS) if asked.get(name) is not None}
    body["messages"] = alternating([*_told(said), {"role": "user", "content": _WANTED}])
    return ParsedRequest(
        operation="chat",
        model=parsed.model,
        body=body,
        raw=parsed.raw,
        native=False,
        native_reply=False,
        adapt=adapted,
    )


def _told(said: list[Json]) -> list[Json]:
    """The messages with calls and their results as text: no provider takes those without the tools."""
    out: list[Json] = []
    for message in said:
        content = message.get("content")
        if message["role"] == "tool":
            parts = [{"type": "text", "text": content}] if isinstance(content, str) else objs(content)
            out.append({"role": "user", "content": [{"type": "text", "text": "Result of the tool:"}, *parts]})
        elif message["role"] == "assistant":
            calls = [obj(call.get("function")) for call in objs(message.get("tool_calls"))]
            texts = [f"Tool called: {string(call.get('name'))} {string(call.get('arguments'))}" for call in calls]
            if text := "\n".join(text for text in (text_of(content), *texts) if text.strip()):
                out.append({"role": "assistant", "content": text})
        else:
            out.append({"role": message["role"], "content": content})
    return out


def _compacted(asked: Json, answer: CanonicalResponse) -> Json:
    body = answer.body or {}
    choice = (objs(body.get("choices")) or [{}])[0]
    summary = text_of(obj(choice.get("message")).get("content")).strip()
    if not summary:
        raise UpstreamFailed("the model wrote no summary; send the conversation as it is, or use another model")
    base = base_of(body, asked)
    kept = [item | {"id": f"msg_{base}_{number}"} for number, item in enumerate(_of_users(asked.get("input")))]
    compaction = {"id": f"cmp_{base}", "type": "compaction", "encrypted_content": sealed_summary(summary)}
    return {
        "id": f"resp_{base}",
        "object": "response.compaction",
        "created_at": whole(body.get("created")),
        "output": [*kept, compaction],
        "usage": usage_json(answer.usage),
    }


def _of_users(given: object) -> list[Json]:
    """What users said, the newest of it if that is much, in order."""
    if isinstance(given, str):
        given = [{"role": "user", "content": given}]
    left, kept = _MOST_KEPT, list[Json]()
    for item in reversed(objs(array(given))):
        if item.get("type", "message") != "message" or item.get("role") != "user":
            continue
        content = item.get("content")
        parts = [{"type": "input_text", "text": content}] if isinstance(content, str) else array(content)
        left -= len(encode(parts))
        if left < 0:
            break
        kept.append({"type": "message", "status": "completed", "role": "user", "content": parts})
    return kept[::-1]
