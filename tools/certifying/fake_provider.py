"""A provider that answers chats and embeddings with known words and known pauses. The standard library is all it needs.

Beside a deployed stack this file is a Lambda function: run as a program it is the runtime's own loop, since the managed
one cannot stream. Beside a stack on this machine it is a server (``listening``). CERTIFY_KEY is the only key it takes.
"""

import base64
import hmac
import http.client
import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

WORDS = ("amber ", "birch ", "cedar ", "daisy ", "elder ")
PAUSE = 0.4  # seconds between two of them, so that buffering shows even through a slow network
FAIL = "certify: fail"  # in a request: the answer is an error
CUT = "certify: cut"  # in a request: its stream ends in the middle
PROMPT, COMPLETION = 11, 7  # tokens that every answer says it used
BASE = "/2018-06-01/runtime/invocation"
SEPARATOR = b"\0" * 8  # between what a streamed answer opens with and its body

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and what the body is made of; a pause goes before each piece but the first."""

    status: int
    pieces: tuple[bytes, ...]
    kind: str = "application/json"


def answer(path: str, body: bytes, authorization: str, key: str) -> Answer:
    """What is said to one request."""
    if not hmac.compare_digest(authorization.encode(), f"Bearer {key}".encode()):
        return _whole(401, _error("this provider serves one caller only"))
    if FAIL.encode() in body:
        return _whole(500, _error("failed as asked"))
    asked = json.loads(body or b"{}")
    if path.endswith("/embeddings"):
        vector = {"object": "embedding", "index": 0, "embedding": [0.5, -0.25, 0.125]}
        usage = {"prompt_tokens": PROMPT, "total_tokens": PROMPT}
        return _whole(200, {"object": "list", "model": asked["model"], "data": [vector], "usage": usage})
    if not path.endswith("/chat/completions"):
        return _whole(404, _error(f"there is no {path} here"))
    if not asked.get("stream"):
        return _chat(asked)
    whole = _streamed(asked)
    return replace(whole, pieces=whole.pieces[:2]) if CUT.encode() in body else whole


def _chat(asked: Json) -> Answer:
    message = {"role": "assistant", "content": "".join(WORDS)}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return _whole(200, _head(asked, "chat.completion") | {"choices": [choice], "usage": _usage()})


def _streamed(asked: Json) -> Answer:
    head = _head(asked, "chat.completion.chunk")
    deltas: list[Json] = [{"role": "assistant", "content": WORDS[0]}, *({"content": word} for word in WORDS[1:])]
    chunks = [head | {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas]
    stop = head | {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
    events = [_event(json.dumps(chunk)) for chunk in chunks]
    closing = (
        _event(json.dumps(stop)) + _event(json.dumps(head | {"choices": [], "usage": _usage()})) + _event("[DONE]")
    )
    return Answer(200, (*events[:-1], events[-1] + closing), "text/event-stream")


def _head(asked: Json, kind: str) -> Json:
    return {"id": "chatcmpl-certify", "object": kind, "created": int(time.time()), "model": asked["model"]}


def _usage() -> Json:
    return {"prompt_tokens": PROMPT, "completion_tokens": COMPLETION, "total_tokens": PROMPT + COMPLETION}


def _error(message: str) -> Json:
    return {"error": {"message": message, "type": "server_error", "param": None, "code": None}}


def _whole(status: int, body: Json) -> Answer:
    return Answer(status, (json.dumps(body).encode(),))


def _event(data: str) -> bytes:
    return f"data: {data}\n\n".encode()


def _paced(pieces: tuple[bytes, ...], pause: float) -> Iterator[bytes]:
    for number, piece in enumerate(pieces):
        time.sleep(pause if number else 0)
        yield piece


@contextmanager
def listening(key: str, *, pause: float = PAUSE, host: str = "127.0.0.1") -> Iterator[int]:
    """Serve at a free port of this machine for the time of the block."""
    server = ThreadingHTTPServer((host, 0), _Door)
    server.daemon_threads = True
    vars(server).update(key=key, pause=pause)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Door(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        given = answer(self.path.partition("?")[0], body, self.headers.get("authorization", ""), self._of_server("key"))
        self.send_response(given.status)
        self.send_header("content-type", given.kind)
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        for piece in _paced(given.pieces, self._of_server("pause")):
            self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
            self.wfile.flush()
        self.wfile.write(b"0\r\n\r\n")

    def _of_server(self, name: str) -> Any:
        return vars(self.server)[name]

    def log_message(self, format: str, *args: Any) -> None:
        """Nobody reads it."""


def on_lambda(environment: Mapping[str, str]) -> None:
    """Answer invocations, one after the other, until Lambda ends the process."""
    key, pause = environment["CERTIFY_KEY"], float(environment.get("CERTIFY_PAUSE", PAUSE))
    while True:
        api = http.client.HTTPConnection(environment["AWS_LAMBDA_RUNTIME_API"])
        api.request("GET", f"{BASE}/next")
        invocation = api.getresponse()
        event, number = json.loads(invocation.read()), invocation.headers["lambda-runtime-aws-request-id"]
        given = _to_event(event, key)
        opening = json.dumps({"statusCode": given.status, "headers": {"content-type": given.kind}}).encode() + SEPARATOR
        headers = {
            "content-type": "application/vnd.awslambda.http-integration-response",
            "lambda-runtime-function-response-mode": "streaming",
            "transfer-encoding": "chunked",
        }
        parts = _paced((opening + given.pieces[0], *given.pieces[1:]), pause)
        api.request("POST", f"{BASE}/{number}/response", parts, headers, encode_chunked=True)
        api.getresponse().read()
        api.close()


def _to_event(event: Json, key: str) -> Answer:
    body = event.get("body") or ""
    content = base64.b64decode(body) if event.get("isBase64Encoded") else body.encode()
    return answer(event.get("rawPath", ""), content, event.get("headers", {}).get("authorization", ""), key)


if __name__ == "__main__":
    on_lambda(os.environ)
