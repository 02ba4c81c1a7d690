"""OpenAI's error objects, which also serve callers of every route that has no dialect of its own.

https://platform.openai.com/docs/guides/error-codes
"""

from gateway.errors import GatewayError
from gateway.outbound.protocol import Fault
from gateway.wire import sse
from gateway.wire.json import encode


def error_body(error: GatewayError) -> bytes:
    """``{"error": {message, type, param, code}}``."""
    return _body(error.message, error.type, error.param, error.code)


def stream_error(fault: Fault) -> bytes:
    """An error event, then the end marker: clients that know errors raise, the others stop."""
    return sse.encode(_body(fault.message, fault.type, fault.param, fault.code)) + sse.DONE


def _body(message: str, kind: str, param: str | None, code: str | int | None) -> bytes:
    error = {"message": message, "type": kind, "param": param, "code": code}
    return encode({"error": error})
