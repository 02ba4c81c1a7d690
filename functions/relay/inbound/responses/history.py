"""The items of a conversation as messages, in order. Every item that is written here can be read here.

What the model said between two turns of others is one message (thoughts, text, pictures, calls) as long as its items
come in that order; where they do not, the next message begins, so that thoughts stay before what they led to.
"""

from collections.abc import Mapping
from typing import Any, cast

from gateway.outbound.protocol import Json, Unsupported
from gateway.wire.json import array, encode, obj, objs, string
from relay.inbound.responses.custom_input import arguments_of_text
from relay.inbound.responses.sealed import signed_thoughts, summary_in
from relay.inbound.responses.tools import SEARCH, Tool, Toolbox

_THOUGHT, _TEXT, _PICTURE, _CALL = range(4)
# Tools that OpenAI ran: what came of them is in the text behind them.
_HOSTED = frozenset({"web_search_call", "file_search_call", "code_interpreter_call", "mcp_list_tools"})
# What holds for the request, wherever it stands in the conversation.
_SETTINGS = frozenset({"additional_tools", "configuration_update"})
# Tools that OpenAI defines and the client runs: their calls, and the key that says what is to be done.
_RUN_BY_CLIENT: Mapping[str, str] = {
    "local_shell_call": "action",
    "shell_call": "action",
    "apply_patch_call": "operation",
}
_OUTPUTS = frozenset(
    {"function_call_output", "custom_tool_call_output"} | {f"{name}_output" for name in _RUN_BY_CLIENT}
)
_SUMMARISED = "The conversation so far was summarised to make it shorter. Summary:"
_PICTURES: Mapping[str, str] = {"/9j/": "jpeg", "UklGR": "webp", "R0lG": "gif"}  # how they begin in base64


def messages(given: Any, tools: Toolbox) -> list[Json]:
    """The ``input`` as messages; raises ``Unsupported``."""
    if isinstance(given, str):
        return [{"role": "user", "content": given}]
    conversation = _Conversation(tools)
    for index, item in enumerate(array(given)):
        conversation.add(obj(item), f"input[{index}]")
    return conversation.messages


def joined(found: list[Json]) -> list[Json]:
    """Neighbouring messages of the model made one, for models that know no other order in a turn."""
    out: list[Json] = []
    for message in found:
        if out and out[-1]["role"] == message["role"] == "assistant":
            out[-1] = _merged(out[-1], message)
        else:
            out.append(message)
    return out


def _merged(first: Json, then: Json) -> Json:
    made = first | then
    made["content"] = _content(_as_parts(first.get("content")) + _as_parts(then.get("content")))
    for name in ("tool_calls", "reasoning_details", "images"):
        if both := [*array(first.get(name)), *array(then.get(name))]:
            made[name] = both
    if thought := string(first.get("reasoning_content")) + string(then.get("reasoning_content")):
        made["reasoning_content"] = thought
    return made


class _Conversation:
    """Items in order."""

    def __init__(self, tools: Toolbox) -> None:
        self.messages: list[Json] = []
        self._tools = tools
        self._last = _THOUGHT  # what the model's open message ends with

    def add(self, item: Json, where: str) -> None:
        match item.get("type", "message"):
            case "message" if item.get("role") == "assistant":
                self._said(_parts(item.get("content"), where), item)
            case "message" if isinstance(item.get("role"), str):
                self._given(item["role"], item.get("content"), where)
            case kind if kind in _OUTPUTS:
                self._result(item, _output(item, where))
            case "reasoning":
                self._thought(item)
            case "image_generation_call" if item.get("result"):
                self._assistant(_PICTURE).setdefault("images", []).append(_picture(item))
            case "tool_search_output" if item.get("call_id"):
                self._result(item, _found(item, self._tools))
            case "compaction" | "compaction_summary" if summary := summary_in(string(item.get("encrypted_content"))):
                self.messages.append(summarised(summary))
            case "tool_search_call" | "tool_search_output" if item.get("execution") != "client":
                pass  # found by OpenAI itself: declared with the other tools
            case kind if kind in _HOSTED or kind in _SETTINGS:
                pass
            case kind:
                self._called(item, string(kind), where)

    def _called(self, item: Json, kind: str, where: str) -> None:
        tool = Tool("function", string(item.get("name")), string(item.get("namespace")))
        arguments = string(item.get("arguments"))
        if kind == "custom_tool_call":
            tool, arguments = Tool("custom", tool.name, tool.namespace), arguments_of_text(string(item.get("input")))
        elif kind == "tool_search_call":
            tool, arguments = Tool("tool_search", SEARCH), encode(obj(item.get("arguments"))).decode()
        elif kind in _RUN_BY_CLIENT:
            tool = Tool("function", kind.removesuffix("_call"))
            arguments = encode(obj(item.get(_RUN_BY_CLIENT[kind]))).decode()
        elif kind != "function_call":
            raise needs_responses(f"{where} of type {kind!r}", "input")
        function = {"name": self._tools.name_of(tool), "arguments": arguments or "{}"}
        kept = {"extra_content": item["extra_content"]} if item.get("extra_content") else {}
        call = {"id": item.get("call_id"), "type": "function", "function": function} | kept
        self._assistant(_CALL).setdefault("tool_calls", []).append(call)

    def _given(self, role: str, content: Any, where: str) -> None:
        made = content if isinstance(content, str) else _parts(content, where)
        self.messages.append({"role": role, "content": made})

    def _result(self, item: Json, content: Any) -> None:
        call_id = item.get("call_id") or item.get("id")  # a local shell's has the latter alone
        self.messages.append({"role": "tool", "tool_call_id": call_id, "content": content})

    def _assistant(self, adding: int) -> Json:
        """The model's message that this may go into."""
        open = bool(self.messages) and self.messages[-1]["role"] == "assistant"
        if not open or adding < self._last:
            self.messages.append({"role": "assistant", "content": None})
        self._last = adding
        return self.messages[-1]

    def _said(self, parts: list[Json], item: Json) -> None:
        message = self._assistant(_TEXT)
        message["content"] = _content([*_as_parts(message["content"]), *parts])
        if item.get("extra_content"):
            message["extra_content"] = item["extra_content"]

    def _thought(self, item: Json) -> None:
        message = self._assistant(_THOUGHT)
        texts = [string(part.get("text")) for part in objs(item.get("content")) or objs(item.get("summary"))]
        if text := "\n\n".join(texts):
            message["reasoning_content"] = string(message.get("reasoning_content")) + text
        if details := signed_thoughts(string(item.get("encrypted_content"))):
            message["reasoning_details"] = [*array(message.get("reasoning_details")), *details]


def summarised(summary: str) -> Json:
    """What stands for everything that was made shorter."""
    return {"role": "user", "content": f"{_SUMMARISED}\n{summary}"}


def _as_parts(content: Any) -> list[Json]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else array(content)


def _content(parts: list[Json]) -> Any:
    """A lone text as it is, nothing as null."""
    alone = len(parts) == 1 and parts[0]["type"] == "text"
    return parts[0]["text"] if alone else parts or None


def _output(item: Json, where: str) -> Any:
    output: Any = item.get("output")
    if isinstance(output, str):
        return output
    if item["type"] == "shell_call_output" or isinstance(output, dict):
        return encode(cast(Any, output)).decode()
    return _parts(output, where)


def _found(item: Json, tools: Toolbox) -> str:
    """What a search of the client's found; the functions themselves are declared."""
    names = [tool["function"]["name"] for tool in Toolbox({"tools": item.get("tools")}).functions]
    return f"Tools that can be called now: {', '.join(names)}" if names else "No tools were found."


def _picture(item: Json) -> Json:
    data = string(item["result"])
    kind = next((kind for head, kind in _PICTURES.items() if data.startswith(head)), "png")
    kept = {"extra_content": item["extra_content"]} if item.get("extra_content") else {}
    url = data if data.startswith("http") else f"data:image/{kind};base64,{data}"
    return {"type": "image_url", "image_url": {"url": url}} | kept


def _parts(content: Any, where: str) -> list[Json]:
    if isinstance(content, str):
        return [{"type": "text", "text": content}]
    return [_part(part, where) for part in objs(content)]


def _part(part: Json, where: str) -> Json:
    match part.get("type"):
        case "input_text" | "output_text" | "text":
            return {"type": "text", "text": string(part.get("text"))}
        case "input_image" if part.get("image_url"):
            detail = {"detail": part["detail"]} if part.get("detail") else {}
            return {"type": "image_url", "image_url": {"url": part["image_url"]} | detail}
        case "input_file" if part.get("file_data") or part.get("file_url"):
            name = {"filename": part["filename"]} if part.get("filename") else {}
            return {"type": "file", "file": {"file_data": part.get("file_data") or part["file_url"]} | name}
        case "refusal" | "input_audio":
            return part
        case "input_image" | "input_file":
            raise needs_responses(f"a file by id in {where}", "input")
        case kind:
            raise needs_responses(f"content of type {kind!r} in {where}", "input")


def needs_responses(what: str, param: str) -> Unsupported:
    """Only a provider of the Responses API can do this."""
    return Unsupported(
        f"{what} needs a provider that has the Responses API itself; send the whole conversation and functions of "
        "your own, or use another model",
        param=param,
    )
