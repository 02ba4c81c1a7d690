"""Any request that can be said comes home as it was: made up at random, in either vendor's words."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.relay.inbound import cases
from tests.relay.inbound.normal import normal

Json = dict[str, Any]
Strategy = st.SearchStrategy[Any]
QUICK = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])

text = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=12)
name = st.from_regex(r"[a-z_]{1,8}", fullmatch=True)
id = st.from_regex(r"t_[a-z0-9]{1,8}", fullmatch=True)
data = st.sampled_from(["aW1hZ2U=", "JVBERg==", "YQ=="])
json_object = st.dictionaries(
    name, st.one_of(text, st.integers(-(2**53), 2**53), st.booleans(), st.lists(text, max_size=2)), max_size=3
)
mark = st.sampled_from(
    [{}, {"cache_control": {"type": "ephemeral"}}, {"cache_control": {"type": "ephemeral", "ttl": "1h"}}]
)
schema = json_object.map(lambda found: {"type": "object", "properties": {key: {"type": "string"} for key in found}})


def block(kind: str, marks: Strategy = mark, **fields: Strategy) -> Strategy:
    """An object of this type, with marks or without."""
    fixed = st.fixed_dictionaries({"type": st.just(kind), **fields})
    return st.tuples(fixed, marks).map(lambda pair: pair[0] | pair[1])


image = block(
    "image", source=st.fixed_dictionaries({"type": st.just("base64"), "media_type": st.just("image/png"), "data": data})
)
document = block(
    "document",
    source=st.one_of(
        st.fixed_dictionaries({"type": st.just("base64"), "media_type": st.just("application/pdf"), "data": data}),
        st.fixed_dictionaries({"type": st.just("text"), "media_type": st.just("text/plain"), "data": text}),
        st.just({"type": "url", "url": "https://files.example.com/a.pdf"}),
        st.just({"type": "file", "file_id": "file_1"}),
    ),
)
words = text.filter(str.strip)  # Claude refuses texts of white space only: they are left out
said = block("text", text=words)
answer = block("text", text=words.map(str.rstrip))  # one that is only begun may not end in white space at Claude
thinking = st.one_of(
    block("thinking", st.just({}), thinking=text, signature=text), block("redacted_thinking", st.just({}), data=text)
)
tool_use = block("tool_use", id=id, name=name, input=json_object)
answered = st.from_regex(r"u_[a-z0-9]{1,8}", fullmatch=True)  # nobody's: a result out of its place would be moved
result = block(
    "tool_result",
    tool_use_id=answered,
    content=st.one_of(words, st.lists(st.one_of(said, image), min_size=1, max_size=2)),
)
turns = st.lists(
    st.tuples(
        st.tuples(st.lists(result, max_size=2), st.lists(st.one_of(said, image, document), min_size=1, max_size=3)).map(
            lambda pair: {"role": "user", "content": [*pair[0], *pair[1]]}
        ),
        st.lists(st.one_of(thinking, answer, tool_use), min_size=1, max_size=4).map(
            lambda content: {"role": "assistant", "content": content}
        ),
    ),
    min_size=1,
    max_size=3,
).map(lambda pairs: [turn for pair in pairs for turn in pair])
tool = st.tuples(
    st.fixed_dictionaries({"name": name, "input_schema": schema}, optional={"description": text}), mark
).map(lambda pair: pair[0] | pair[1])


def told_apart(messages: list[Json]) -> bool:
    """Whether no two calls have one id: of those the later one is named anew."""
    ids = [part["id"] for turn in messages for part in turn["content"] if part["type"] == "tool_use"]
    return len(ids) == len(set(ids))


messages_request = st.fixed_dictionaries(
    {"model": st.just("alias"), "max_tokens": st.integers(1, 4096), "messages": turns.filter(told_apart)},
    optional={
        "system": st.lists(said, min_size=1, max_size=2),
        "stop_sequences": st.lists(words, min_size=1, max_size=2),
        "tools": st.lists(tool, min_size=1, max_size=3, unique_by=lambda tool: tool["name"]),
        "metadata": st.fixed_dictionaries({"user_id": text}),
        "top_k": st.integers(1, 50),
        "container": text,
        "x_unknown": json_object,
    },
)


@QUICK
@given(messages_request)
def test_a_messages_request_comes_home(request: Json) -> None:
    assert normal("anthropic", cases.at_home("anthropic", request)) == normal("anthropic", request)


def part(kind: str, value: Strategy, extra: Strategy) -> Strategy:
    return st.tuples(value, extra).map(lambda pair: {kind: pair[0], **pair[1]})


signature = st.sampled_from([{}, {"thoughtSignature": "c2ln"}])
nothing: Strategy = st.just({})
inline = part("inlineData", st.fixed_dictionaries({"mimeType": st.just("image/png"), "data": data}), nothing)
google_file = part("fileData", st.just({"mimeType": "application/pdf", "fileUri": "gs://bucket/a"}), nothing)
clip = part(
    "inlineData", st.just({"mimeType": "video/mp4", "data": "YQ=="}), st.just({"videoMetadata": {"startOffset": "5s"}})
)
user_part = st.one_of(part("text", text, nothing), inline, google_file, clip)
call = part(
    "functionCall",
    st.fixed_dictionaries({"id": id, "name": name, "args": json_object}),
    st.just({"thoughtSignature": "c2ln"}),
)
code = st.sampled_from(
    [{"executableCode": {"language": "PYTHON", "code": "1"}}, {"codeExecutionResult": {"output": "1"}}]
)
model_part = st.one_of(
    part("text", text, signature), call, code, part("inlineData", inline.map(lambda p: p["inlineData"]), signature)
)
contents = st.lists(
    st.tuples(st.lists(user_part, min_size=1, max_size=3), st.lists(model_part, min_size=1, max_size=4)),
    min_size=1,
    max_size=3,
).map(
    lambda pairs: [
        turn for user, model in pairs for turn in ({"role": "user", "parts": user}, {"role": "model", "parts": model})
    ]
)
generate_request = st.fixed_dictionaries(
    {"contents": contents},
    optional={
        "systemInstruction": text.map(lambda found: {"parts": [{"text": found}]}),
        "generationConfig": st.fixed_dictionaries(
            {}, optional={"temperature": st.just(0.5), "maxOutputTokens": st.integers(1, 99), "xNew": json_object}
        ),
        "cachedContent": text,
        "labels": json_object,
        "xUnknown": json_object,
    },
)


@QUICK
@given(generate_request)
def test_a_generate_request_comes_home(request: Json) -> None:
    request = {key: value for key, value in request.items() if value}
    assert _joined(normal("gemini", cases.at_home("gemini", request))) == _joined(normal("gemini", request))


def _joined(body: Json) -> Json:
    """Neighbouring plain texts of the model are one text."""
    for content in body["contents"]:
        parts: list[Json] = []
        for one in content["parts"]:
            plain = content["role"] == "model" and one.keys() <= {"text", "thoughtSignature"}
            if plain and parts and parts[-1].keys() == {"text"}:
                parts[-1] = one | {"text": parts[-1]["text"] + one["text"]}
            else:
                parts.append(one)
        content["parts"] = parts
    return body


@pytest.mark.parametrize("dialect", ["openai", "openai-like", "cohere", "ollama", "dashscope", "mistral"])
@QUICK
@given(request=st.one_of(messages_request, generate_request))
def test_elsewhere_it_is_asked_or_refused_but_never_broken(dialect: str, request: Json) -> None:
    client = "gemini" if "contents" in request else "anthropic"
    asked = cases.asked(client, request, dialect, "m")
    if "unsupported" in asked:
        assert asked["unsupported"]
        return
    told = json.dumps(asked, ensure_ascii=False)
    for spoken in _texts(request):
        assert json.dumps(spoken, ensure_ascii=False)[1:-1] in told


def _texts(request: Json) -> list[str]:
    """What the user says in plain words."""
    turns = [turn for turn in request.get("messages", request.get("contents")) if turn["role"] == "user"]
    parts = [part for turn in turns for part in turn.get("content", turn.get("parts"))]
    return [part["text"] for part in parts if "text" in part]
