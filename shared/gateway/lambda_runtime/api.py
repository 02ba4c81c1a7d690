"""The Runtime API's endpoints, and what it tells about an invocation.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

import base64
import json
import time
from collections.abc import Callable

from gateway.lambda_runtime.connection import Connection, Headers, ResponseUpload, RuntimeReply
from gateway.records import dataclass

BASE = "/2018-06-01/runtime"
ERROR_TYPE = "Lambda-Runtime-Function-Error-Type"
ERROR_BODY = "Lambda-Runtime-Function-Error-Body"
INVOCATION_ID = "Lambda-Runtime-Invocation-Id"
STREAMING = [
    ("Content-Type", "application/vnd.awslambda.http-integration-response"),
    ("Lambda-Runtime-Function-Response-Mode", "streaming"),
    ("Trailer", f"{ERROR_TYPE}, {ERROR_BODY}"),
]


class RuntimeApiError(Exception):
    """The Runtime API answered in a way after which a runtime must exit."""


@dataclass(frozen=True, slots=True)
class Invocation:
    """One event to answer. Its names are those of the context object handlers know, so it serves as one."""

    aws_request_id: str
    payload: bytes
    deadline_ms: int | None = None
    invoked_function_arn: str = ""
    trace_id: str | None = None
    # Sent back as received: managed instances pair answers with deliveries by it, the request id repeats on retries.
    invocation_id: str | None = None

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the deadline, never negative; 0 when no deadline is known."""
        return max(0, (self.deadline_ms or 0) - time.time_ns() // 1_000_000)


class RuntimeApi:
    """One poller's connection to the Runtime API. ``address`` is ``host:port``."""

    def __init__(self, address: str) -> None:
        host, _, port = address.rpartition(":")
        self._connection = Connection(host, int(port))

    async def next(self) -> Invocation:
        """Wait for an event. ``OSError`` may pass; ``RuntimeApiError`` will not."""
        reply = await self._connection.request("GET", f"{BASE}/invocation/next")
        request_id = reply.headers.get("lambda-runtime-aws-request-id")
        if reply.status != 200 or not request_id:
            raise RuntimeApiError(f"asked for the next invocation, got status {reply.status} and id {request_id!r}")
        deadline = reply.headers.get("lambda-runtime-deadline-ms", "")
        return Invocation(
            aws_request_id=request_id,
            payload=reply.body,
            deadline_ms=int(deadline) if deadline.isdigit() else None,
            invoked_function_arn=reply.headers.get("lambda-runtime-invoked-function-arn", ""),
            trace_id=reply.headers.get("lambda-runtime-trace-id"),
            invocation_id=reply.headers.get(INVOCATION_ID.lower()),
        )

    async def restored(self) -> None:
        """Tell a SnapStart host that the snapshot may be taken; returns in the restored environment."""
        await self._connection.request("GET", f"{BASE}/restore/next")

    def answer(self, invocation: Invocation, opening: bytes, on_lost: Callable[[], None]) -> ResponseUpload:
        """The streamed answer to an invocation: what it opens with goes out together with its first piece."""
        path = f"{BASE}/invocation/{invocation.aws_request_id}/response"
        return self._connection.upload(path, [*STREAMING, *_echo(invocation)], opening, on_lost)

    async def fail(self, invocation: Invocation, kind: str, message: str) -> RuntimeReply:
        """Report that an invocation cannot be answered."""
        return await self._report(f"invocation/{invocation.aws_request_id}/error", kind, message, _echo(invocation))

    async def fail_init(self, kind: str, message: str, trace: list[str]) -> RuntimeReply:
        """Report that this environment cannot answer anything."""
        return await self._report("init/error", kind, message, (), trace)

    def close(self) -> None:
        self._connection.close()

    async def _report(
        self, path: str, kind: str, message: str, headers: Headers, trace: list[str] | None = None
    ) -> RuntimeReply:
        body = error_document(kind, message, trace)
        typed = [*headers, ("Content-Type", "application/vnd.aws.lambda.error+json"), (ERROR_TYPE, kind)]
        return await self._connection.request("POST", f"{BASE}/{path}", typed, body)


def error_document(kind: str, message: str, trace: list[str] | None = None) -> bytes:
    """Lambda's error format."""
    return json.dumps({"errorMessage": message, "errorType": kind, "stackTrace": trace or []}).encode()


def error_trailers(kind: str, message: str) -> list[tuple[str, str]]:
    """The trailers that mark a streamed answer as failed."""
    return [(ERROR_TYPE, kind), (ERROR_BODY, base64.b64encode(error_document(kind, message)).decode())]


def _echo(invocation: Invocation) -> list[tuple[str, str]]:
    return [(INVOCATION_ID, invocation.invocation_id)] if invocation.invocation_id else []
