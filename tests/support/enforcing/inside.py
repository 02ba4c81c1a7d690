"""The same within one process: a call is judged by the role of the task that makes it.

An application behind ``AsRole`` acts in that role, and so does whatever it starts; anybody else is an operator, who
may do anything, or, in ``strict`` mode, nobody, who may do nothing. Judged is where requests leave: in botocore's
session and in our own pools of connections.
"""

import contextvars
import json
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.httpsession import URLLib3Session
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.store.client.http import Pool
from gateway.store.client.sync_http import SyncPool
from tests.support.enforcing.endpoint import Judge, refusal

OPERATOR, NOBODY = "", "Nobody"
_role: contextvars.ContextVar[str | None] = contextvars.ContextVar("role", default=None)


class AsRole:
    """An ASGI application that acts in a role."""

    def __init__(self, app: ASGIApp, role: str) -> None:
        self._app, self._role = app, role

    def __getattr__(self, name: str) -> Any:
        return getattr(self._app, name)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with acting(self._role):
            await self._app(scope, receive, send)


@contextmanager
def acting(role: str) -> Generator[None]:
    """What is called in the block, and what that starts, acts in a role."""
    before = _role.set(role)
    try:
        yield
    finally:
        _role.reset(before)


def called_as(role: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """A function that acts in a role, whoever calls it."""

    def call(*arguments: Any, **named: Any) -> Any:
        with acting(role):
            return function(*arguments, **named)

    return call


@contextmanager
def enforced(judge: Judge, *, strict: bool = False) -> Generator[None]:
    """Judge what leaves this process for the time of the block."""
    stranger = NOBODY if strict else OPERATOR
    judge.granted.setdefault(NOBODY, [])
    judge.seen.setdefault(NOBODY, set())

    def refused(headers: Mapping[str, Any], body: Any) -> bytes | None:
        role = _role.get() if _role.get() is not None else stranger
        operation = _operation(headers)
        if not role or not operation:
            return None
        missing = judge.refuses(role, operation, json.loads(body))
        return refusal(role, missing) if missing else None

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(URLLib3Session, "send", _judged_send(URLLib3Session.send, refused))
        patch.setattr(Pool, "post", _judged_post(Pool.post, refused))
        patch.setattr(SyncPool, "post", _judged_sync_post(SyncPool.post, refused))
        yield


Refused = Callable[[Mapping[str, Any], Any], bytes | None]


def _operation(headers: Mapping[str, Any]) -> str:
    """Of a request to DynamoDB; empty for any other."""
    target = next((value for name, value in headers.items() if name.lower() == "x-amz-target"), "")
    service, _, operation = (target.decode() if isinstance(target, bytes) else str(target)).partition(".")
    return operation if service.startswith("DynamoDB") else ""


def _judged_send(send: Any, refused: Refused) -> Any:
    def judged(session: URLLib3Session, request: AWSPreparedRequest) -> Any:
        answer = refused(request.headers, request.body)
        return send(session, request) if answer is None else _Answer(request.url, answer)

    return judged


def _judged_post(post: Any, refused: Refused) -> Any:
    async def judged(pool: Pool, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        answer = refused(headers, body)
        return (await post(pool, headers, body)) if answer is None else (400, answer)

    return judged


def _judged_sync_post(post: Any, refused: Refused) -> Any:
    def judged(pool: SyncPool, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        answer = refused(headers, body)
        return post(pool, headers, body) if answer is None else (400, answer)

    return judged


class _Answer(AWSResponse):
    """A refusal as botocore reads it."""

    def __init__(self, url: str, content: bytes) -> None:
        super().__init__(url, 400, {"content-type": "application/x-amz-json-1.0"}, None)
        self._content = content  # what AWSResponse.content answers
