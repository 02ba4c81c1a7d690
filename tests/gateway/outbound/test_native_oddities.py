"""Any part of a request or of a reply may be of another kind than it should; nothing but our own exceptions comes."""

import copy
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from gateway.outbound.protocol import ProviderFault, Unsupported, WireResponse
from tests.gateway.outbound import cases

ODD: tuple[Any, ...] = (None, True, 5, -1.5, "x", "", [], [None], [5], {}, {"x": None})
OTHERS = {"anthropic", "bedrock", "gemini", "palm", "vertex"}  # dialects with tests of their own
FOLDERS = {name: folder for name, folder in cases.folders().items() if name not in OTHERS}
REPLIES = {
    f"{folder.name}/{name}": (folder, folder.read(f"replies/{name}.json"))
    for folder, name in cases.replies()
    if folder.name in FOLDERS
}
WHOLE = {id: item for id, item in REPLIES.items() if not isinstance(item[1].get("body", ""), str)}
STREAMED = {id: item for id, item in REPLIES.items() if "stream" in item[1] and "run_together" not in id}


def spoilt(value: Any) -> Iterator[Any]:
    """Copies of the value with one node of it replaced."""
    for path in list(_paths(value)):
        for odd in ODD:
            changed = copy.deepcopy(value)
            node = changed
            for step in path[:-1]:
                node = node[step]
            node[path[-1]] = odd
            yield changed


def _paths(value: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, below in steps:
        yield (*before, step)
        yield from _paths(below, (*before, step))


@pytest.mark.parametrize("name", FOLDERS)
@pytest.mark.parametrize("case", cases.CASES)
def test_any_part_of_a_request_may_be_odd(name: str, case: str) -> None:
    folder = FOLDERS[name]
    for body in spoilt(cases.canonical(case)):
        request = folder.request(body, stream=False)
        folder.dialect.media_urls(request)
        try:
            call = folder.dialect.request(request)
        except Unsupported as refusal:
            assert refusal.message
        else:
            assert call.path.startswith("/")


@pytest.mark.parametrize("id", WHOLE)
def test_any_part_of_a_reply_may_be_odd(id: str) -> None:
    folder, file = WHOLE[id]
    request = _ask(folder, file, stream=False)
    for body in spoilt(file["body"]):
        reply = WireResponse(status=file.get("status", 200), body=json.dumps(body).encode())
        assert folder.dialect.error(reply).message
        try:
            answer = folder.dialect.response(request, reply)
        except ProviderFault as caught:
            assert caught.fault.message
        else:
            json.dumps(answer.body)


@pytest.mark.parametrize("id", STREAMED)
def test_any_part_of_a_stream_may_be_odd(id: str) -> None:
    folder, file = STREAMED[id]
    request = _ask(folder, file, stream=True)
    for text in _spoilt_events(file["stream"]):
        decoder = folder.dialect.stream(request)
        chunks = [*decoder.decode(text.encode()), *decoder.flush()]
        assert all(chunk["object"] == "chat.completion.chunk" for chunk in chunks)


def _spoilt_events(text: str) -> Iterator[str]:
    """The stream with one node of one of its JSON values replaced."""
    for found in re.finditer(r"(?m)(?<=data:)\s?\{.*\}$|^\{.*\}$", text):
        for value in spoilt(json.loads(found.group())):
            yield text[: found.start()] + json.dumps(value) + text[found.end() :]


def _ask(folder: cases.Folder, file: Any, stream: bool) -> Any:
    changes = dict(file.get("ask", {}))
    body = changes.pop("body", cases.canonical("basic"))
    return folder.request(body, **changes | {"stream": stream})
