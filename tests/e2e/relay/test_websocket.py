"""iFlytek Spark at the running gateway: a real WebSocket, its address signed, its end nobody's but ours."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Generator
from typing import Any

import pytest
from aiohttp import WSMsgType, web

from tests.e2e.support import Account, Operator, asking, error_of, events, text_of
from tests.support.scripted_upstream import ScriptedUpstream

MODEL = "Spark-Max"


class Spark:
    """``asked`` holds the first frame of every connection, ``left`` how the client ended it."""

    def __init__(self) -> None:
        self.asked: list[Any] = []
        self.left: list[WSMsgType] = []
        self.refuse = False
        self.break_off = False

    async def answer(self, request: web.Request) -> web.StreamResponse:
        if self.refuse or not _signed(request):
            return web.json_response({"message": "HMAC signature does not match"}, status=401)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.asked.append(json.loads((await socket.receive(5)).data))
        for status, word in enumerate(("Hel", "lo", "!")):
            await socket.send_json(_frame(word, status))
            if self.break_off:
                await socket.close()
                return socket
        self.left.append((await socket.receive(10)).type)
        return socket


def _signed(request: web.Request) -> bool:
    text = f"host: {request.headers['host']}\ndate: {request.query['date']}\nGET {request.path} HTTP/1.1"
    digest = base64.b64encode(hmac.new(b"SECRET", text.encode(), hashlib.sha256).digest()).decode()
    return f'signature="{digest}"' in base64.b64decode(request.query["authorization"]).decode()


def _frame(word: str, status: int) -> dict[str, Any]:
    payload: dict[str, Any] = {"choices": {"status": status, "seq": status, "text": [{"content": word, "index": 0}]}}
    if status == 2:
        payload["usage"] = {"text": {"prompt_tokens": 10, "completion_tokens": 20, "total_tokens": 30}}
    return {"header": {"code": 0, "message": "Success", "sid": "s1", "status": status}, "payload": payload}


@pytest.fixture
def spark() -> Generator[tuple[Spark, str]]:
    made = Spark()
    with ScriptedUpstream(made.answer) as server:
        yield made, server.url.replace("http://", "ws://")


@pytest.fixture(autouse=True)
def price(option: Callable[[str, str], None]) -> None:
    option("ModelRatio", json.dumps({MODEL: 1}))


@pytest.mark.parametrize("stream", [False, True])
def test_a_chat_over_a_websocket(operator: Operator, account: Account, spark: tuple[Spark, str], stream: bool) -> None:
    made, url = spark
    operator.channel(account.group, type=18, key="APP|SECRET|KEY", models=MODEL, base_url=url)
    answer = account.post(asking(model=MODEL, stream=stream))
    assert answer.status_code == 200, answer.text
    said = text_of(answer.content) if stream else answer.json()["choices"][0]["message"]["content"]
    assert said == "Hello!"
    (entry,) = account.settled(1)
    assert (entry["prompt_tokens"], entry["completion_tokens"]) == (10, 20)
    assert made.asked[0]["header"]["app_id"] == "APP"
    assert made.left == [WSMsgType.CLOSE]


def test_a_handshake_that_is_refused_is_the_providers_status(
    operator: Operator, account: Account, spark: tuple[Spark, str]
) -> None:
    made, url = spark
    made.refuse = True
    operator.channel(account.group, type=18, key="APP|SECRET|KEY", models=MODEL, base_url=url)
    answer = account.post(asking(model=MODEL))
    assert answer.status_code == 401
    assert error_of(answer)["message"]
    assert account.quota() == 10**9


def test_a_socket_that_closes_too_early_is_no_answer(
    operator: Operator, account: Account, spark: tuple[Spark, str]
) -> None:
    made, url = spark
    made.break_off = True
    operator.channel(account.group, type=18, key="APP|SECRET|KEY", models=MODEL, base_url=url)
    *_, error, _ = events(account.post(asking(model=MODEL, stream=True)).content)
    assert error["error"]["code"] == "upstream_truncated"
    assert account.post(asking(model=MODEL)).status_code == 502
