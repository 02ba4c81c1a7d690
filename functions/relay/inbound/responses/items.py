"""The items of a response: ids that no other item has, and the shapes.

Ids are made of the provider's id of the reply, so that the streamed and the whole answer have the same. OpenAI takes
letters, digits, ``_`` and ``-``, 64 of them, and refuses an id that was there before: a reply whose id the
conversation has already gets another.
https://platform.openai.com/docs/api-reference/responses/object
"""

import hashlib

from gateway.outbound.canonical.borders import RESPONSES_CALL_ID
from gateway.outbound.protocol import Json
from gateway.patterns import pattern
from gateway.wire.json import array, obj, objs, parse, string
from relay.inbound.responses.custom_input import text_of_arguments
from relay.inbound.responses.sealed import sealed_thoughts
from relay.inbound.responses.tools import Tool, Toolbox

_LONGEST = 40  # characters of a reply's id; the names before and the numbers behind fit in what is left
_FITS = pattern(r"[a-zA-Z0-9_-]{1,40}")


def base_of(body: Json, asked: Json) -> str:
    """The provider's id of the reply, from which ours are made."""
    own = string(body.get("id")).removeprefix("chatcmpl-")
    base = own if _FITS.fullmatch(own) else hashlib.sha256(own.encode(errors="replace")).hexdigest()[:32]
    given = objs(array(asked.get("input")))
    taken = any(string(item.get("id")).partition("_")[2].startswith(base) for item in given if item.get("id"))
    return f"{base[: _LONGEST - 6]}-{len(given)}" if taken else base


class Ids:
    """Names the items of one response in the order in which they begin."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._counts: dict[str, int] = {}

    def new(self, kind: str, *, numbered: bool = False) -> str:
        """The next id of this kind; the first has a number only where all have one."""
        count = self._counts[kind] = self._counts.get(kind, -1) + 1
        return f"{kind}_{self._base}" if not (count or numbered) else f"{kind}_{self._base}_{count}"


def scores_of(choice: Json) -> list[Json]:
    """Log probabilities of a choice, with the bytes that some providers leave out."""
    scores = objs(obj(choice.get("logprobs")).get("content"))
    return [_score(one) | {"top_logprobs": [_score(top) for top in objs(one.get("top_logprobs"))]} for one in scores]


def _score(score: Json) -> Json:
    token = string(score.get("token"))
    return {"token": token, "logprob": score.get("logprob"), "bytes": score.get("bytes") or list(token.encode())}


def text_part(text: str, annotations: list[Json], logprobs: list[Json]) -> Json:
    """Text with its citations, which here are flat."""
    flat = [{"type": note.get("type"), **obj(note.get("url_citation"))} for note in annotations]
    return {"type": "output_text", "text": text, "annotations": flat, "logprobs": logprobs}


def message_item(id: str, parts: list[Json], status: str = "completed") -> Json:
    """What the model says."""
    return {"id": id, "type": "message", "status": status, "role": "assistant", "content": parts}


def reasoning_item(id: str, thought: str, details: list[Json]) -> Json:
    """What the model thought, and the signed form of it where the provider wants that back."""
    summary = [{"type": "summary_text", "text": thought}] if thought else []
    signed = any(detail.get("signature") or detail.get("data") for detail in details)
    kept = {"encrypted_content": sealed_thoughts(details)} if signed else {}
    return {"id": id, "type": "reasoning", "summary": summary} | kept


def call_kind(tool: Tool) -> str:
    """How ids of calls of such a tool begin."""
    return {"function": "fc", "custom": "ctc", "tool_search": "tsc"}[tool.kind]


def call_item(id: str, tools: Toolbox, call: Json, status: str = "completed") -> Json:
    """A call in the words in which its tool was declared; a signature of Gemini's stays on it."""
    function = obj(call.get("function"))
    tool, arguments = tools.called(string(function.get("name"))), string(function.get("arguments"))
    made: Json = {"id": id, "type": f"{tool.kind}_call", "status": status, "call_id": _call_id(call)}
    done = status == "completed"
    match tool.kind:
        case "custom":
            made["type"] = "custom_tool_call"
            said: Json = {"name": tool.name, "input": text_of_arguments(arguments)}
        case "tool_search":
            said = {"execution": "client", "arguments": obj(parse(arguments) if arguments else None)}
        case "function":
            said = {"name": tool.name, "arguments": (arguments.strip() and arguments) or "{}" if done else arguments}
    named: Json = {"namespace": tool.namespace} if tool.namespace else {}
    return made | said | named | ({"extra_content": call["extra_content"]} if call.get("extra_content") else {})


def _call_id(call: Json) -> str:
    """A call's id as OpenAI takes it, should the conversation go there; one that fits is the provider's."""
    id = string(call.get("id"))
    return RESPONSES_CALL_ID.fitted(id) if id else id


def picture_item(id: str, image: Json) -> Json:
    """A picture, as base64 without the prefix of its data URL; a signature of Gemini's stays on it."""
    url = string(obj(image.get("image_url")).get("url"))
    data = url.partition(",")[2] if url.startswith("data:") else url
    made: Json = {"id": id, "type": "image_generation_call", "status": "completed", "result": data}
    return made | ({"extra_content": image["extra_content"]} if image.get("extra_content") else {})
