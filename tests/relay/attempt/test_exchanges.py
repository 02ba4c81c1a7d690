"""Exchanges of more than one request: tasks that are asked for until they are done, at the relay."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web

from tests.e2e.support import Account, Operator, asking, error_of, text_of
from tests.support.memory_gateway import MemoryOperator
from tests.support.scripted_upstream import in_pieces

Json = dict[str, Any]

LLAMA, FLUX, WANX = "meta/meta-llama-3-8b-instruct", "black-forest-labs/flux-schnell", "wanx-v1"
PICTURE = b"\x89PNG not really"


class Tasks:
    """Replicate and DashScope, as far as tasks go. ``asked`` is every request: method, path, authorization."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str]] = []
        self.polls: dict[str, int] = {}

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append((request.method, request.path, request.headers.get("authorization", "")))
        host = f"http://{request.host}"
        if request.path == "/file.png":
            return web.Response(body=PICTURE, content_type="image/png")
        if request.path == "/stream":
            pieces = [f"event: output\nid: {n}\ndata: {word}\n\n".encode() for n, word in enumerate(("Hel", "lo"))]
            return await in_pieces(request, [*pieces, b"event: done\ndata: {}\n\n"], content_type="text/event-stream")
        if request.path.startswith("/api/v1/"):
            return web.json_response(self._dashscope(request, host))
        if request.method == "POST":
            words = await request.text()
            id = "bad" if "fail" in words else "pic" if "flux" in request.path else "chat"
            urls = {"get": f"{host}/v1/predictions/{id}", "stream": f"{host}/stream"}
            return web.json_response({"id": id, "status": "starting", "output": None, "urls": urls}, status=201)
        return web.json_response(self._prediction(request.path.rpartition("/")[2], host))

    def _dashscope(self, request: web.Request, host: str) -> Json:
        if request.method == "POST":
            assert request.headers["x-dashscope-async"] == "enable"
            return {"output": {"task_id": "t1", "task_status": "PENDING"}, "request_id": "r"}
        if self._first("t1"):
            return {"output": {"task_id": "t1", "task_status": "RUNNING"}}
        return {"output": {"task_id": "t1", "task_status": "SUCCEEDED", "results": [{"url": f"{host}/file.png"}]}}

    def _prediction(self, id: str, host: str) -> Json:
        if self._first(id):
            return {"id": id, "status": "processing", "output": None}
        if id == "bad":
            return {"id": id, "status": "failed", "error": "NSFW content detected"}
        metrics = {"input_token_count": 10, "output_token_count": 20}
        output: Any = [f"{host}/file.png"] if id == "pic" else ["Hel", "lo"]
        return {"id": id, "status": "succeeded", "output": output, "metrics": metrics}

    def _first(self, id: str) -> bool:
        self.polls[id] = self.polls.get(id, 0) + 1
        return self.polls[id] == 1


@pytest.fixture
def tasks(operator: MemoryOperator) -> tuple[Tasks, str]:
    made = Tasks()
    return made, operator.memory.serve("tasks.test", web.Server(made.answer, loop=operator.memory.loop))


@pytest.fixture(autouse=True)
def prices(option: Callable[[str, str], None]) -> None:
    option("ModelPrice", json.dumps({FLUX: {"image": 100}, WANX: {"image": 100}, LLAMA: {"input": 1, "output": 2}}))


def replicate(operator: Operator, account: Account, url: str) -> None:
    operator.channel(account.group, type=46, key="r8", models=f"{LLAMA},{FLUX}", base_url=url)


def test_a_prediction_is_asked_for_until_it_is_done(
    operator: Operator, account: Account, tasks: tuple[Tasks, str]
) -> None:
    made, url = tasks
    replicate(operator, account, url)
    answer = account.post(asking(model=LLAMA))
    assert answer.status_code == 200, answer.text
    assert answer.json()["choices"][0]["message"]["content"] == "Hello"
    assert [(method, path) for method, path, _ in made.asked] == [
        ("POST", f"/v1/models/{LLAMA}/predictions"), ("GET", "/v1/predictions/chat"), ("GET", "/v1/predictions/chat"),
    ]  # fmt: skip
    assert {key for *_, key in made.asked} == {"Bearer r8"}
    (entry,) = account.settled(1)
    assert (entry["prompt_tokens"], entry["completion_tokens"], entry["quota"]) == (10, 20, 50)


def test_a_predictions_own_stream_is_taken(operator: Operator, account: Account, tasks: tuple[Tasks, str]) -> None:
    made, url = tasks
    replicate(operator, account, url)
    assert text_of(account.post(asking(model=LLAMA, stream=True)).content) == "Hello"
    assert ("GET", "/stream", "Bearer r8") in made.asked


@pytest.mark.parametrize("as_bytes", [False, True])
@pytest.mark.parametrize(("type", "model"), [(46, FLUX), (17, WANX)])
def test_a_picture_is_waited_for_and_fetched_where_bytes_are_wanted(
    operator: Operator, account: Account, tasks: tuple[Tasks, str], type: int, model: str, as_bytes: bool
) -> None:
    made, url = tasks
    operator.channel(account.group, type=type, key="k", models=model, base_url=url)
    wanted = {"response_format": "b64_json"} if as_bytes else {}
    answer = account.post({"model": model, "prompt": "a cat", **wanted}, path="/v1/images/generations")
    assert answer.status_code == 200, answer.text
    (picture,) = answer.json()["data"]
    if as_bytes:
        assert base64.b64decode(picture["b64_json"]) == PICTURE
        assert ("GET", "/file.png", "") in made.asked  # without our credentials
    else:
        assert picture["url"] == f"{url}/file.png"
    (entry,) = account.settled(1)
    assert entry["quota"] == 100


def test_a_task_that_fails_is_an_error_and_free(operator: Operator, account: Account, tasks: tuple[Tasks, str]) -> None:
    _, url = tasks
    replicate(operator, account, url)
    answer = account.post({"model": FLUX, "prompt": "fail"}, path="/v1/images/generations")
    assert answer.status_code == 400
    assert "NSFW" in error_of(answer)["message"]
    assert account.quota() == 10**9
