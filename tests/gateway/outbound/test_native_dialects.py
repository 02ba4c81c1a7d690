"""Every dialect with a folder here: golden requests, replies, streams cut in every way and cut short."""

import json
from typing import Any

import pytest

from gateway.outbound.protocol import Dialect, WireResponse
from tests.gateway.outbound import cases

FOLDERS = cases.folders()
REPLIES = {f"{folder.name}/{name}": (folder, name) for folder, name in cases.replies()}
STREAMS = {id: item for id, item in REPLIES.items() if "stream" in item[0].read(f"replies/{item[1]}.json")}


def _goldens() -> dict[str, tuple[cases.Folder, str]]:
    return {
        f"{folder.name}/{case}": (folder, case) for folder in FOLDERS.values() for case in folder.read("requests.json")
    }


GOLDENS = _goldens()


@pytest.mark.parametrize("name", FOLDERS)
def test_every_canonical_case_has_a_golden_request_or_a_listed_refusal(name: str) -> None:
    assert set(cases.CASES) <= set(FOLDERS[name].read("requests.json"))


@pytest.mark.parametrize("name", FOLDERS)
def test_a_dialect_has_a_name_and_the_verbs(name: str) -> None:
    dialect: Dialect = FOLDERS[name].dialect
    assert dialect.name.replace("-", "_") == name


@pytest.mark.parametrize("id", GOLDENS)
def test_the_request_goes_upstream_as_written(id: str) -> None:
    folder, case = GOLDENS[id]
    golden = folder.read("requests.json")[case]
    changes = dict(golden.get("ask", {}))
    body = changes.pop("body") if "body" in changes else cases.canonical(case if case in cases.CASES else "basic")
    request = folder.request(body, **changes)
    if "media_urls" in golden:
        assert folder.dialect.media_urls(request) == golden["media_urls"]
    assert cases.asked(folder.dialect, request) == golden["call"]


@pytest.mark.parametrize("id", [id for id in REPLIES if id not in STREAMS])
def test_a_whole_reply_is_read_as_written(id: str) -> None:
    folder, name = REPLIES[id]
    file = folder.read(f"replies/{name}.json")
    reply = WireResponse(
        status=file.get("status", 200), body=cases.body_bytes(file["body"]), headers=file.get("headers", {})
    )
    assert cases.answered(folder.dialect, _ask(folder, file), reply) == file["expect"]


@pytest.mark.parametrize("id", STREAMS)
def test_a_stream_is_heard_alike_however_it_is_cut(id: str) -> None:
    folder, name = STREAMS[id]
    file = folder.read(f"replies/{name}.json")
    heard = cases.listen_all(lambda: folder.dialect.stream(_ask(folder, file)), file["stream"].encode())
    said = {key: value for key, value in vars(heard).items() if value not in (None, "", [], {})}
    assert said == file["expect"]


@pytest.mark.parametrize("id", STREAMS)
def test_a_stream_cut_anywhere_neither_fails_nor_looks_finished_too_early(id: str) -> None:
    folder, name = STREAMS[id]
    file = folder.read(f"replies/{name}.json")
    data, whole = file["stream"].encode(), file["expect"]
    for end in range(0, len(data), max(1, len(data) // 60)):
        heard = cases.listen(folder.dialect.stream(_ask(folder, file)), [data[:end]])
        assert whole.get("text", "").startswith(heard.text)
        assert not heard.finished or heard.finish_reason == whole.get("finish_reason")


@pytest.mark.parametrize("name", FOLDERS)
@pytest.mark.parametrize("body", [b"", b"<html>busy</html>", b"[]", b'"oops"', b"\xff\xfe", b"data: {nope\n\n", b"{}"])
def test_rubbish_is_a_fault_and_never_a_traceback(name: str, body: bytes) -> None:
    folder = FOLDERS[name]
    request = folder.request(cases.canonical("basic"), stream=True)
    for status in (200, 400, 500):
        outcome = cases.answered(folder.dialect, request, WireResponse(status=status, body=body))
        assert status == 200 or outcome["fault"]["message"]
    heard = cases.listen_all(lambda: folder.dialect.stream(request), body)
    assert not heard.finished or heard.fault or heard.finish_reason
    assert json.dumps(heard.text) == '""'


def _ask(folder: cases.Folder, file: dict[str, Any]) -> Any:
    changes = dict(file.get("ask", {}))
    changes.setdefault("stream", "stream" in file)
    return folder.request(changes.pop("body", cases.canonical("basic")), **changes)
