"""one-api's answers: ``{"success": true, "message": "", "data": ...}``, and what a refusal looks like."""

from collections.abc import Mapping
from typing import Any, Generic, Literal, TypeVar

from pydantic import ConfigDict
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse

from admin.texts.messages import Code, Text
from admin.web.models import Model
from gateway.errors import GatewayError

T = TypeVar("T")


class Answer(Model, Generic[T]):
    """An answer with data. A refusal has ``success: false``, a message and no data."""

    model_config = ConfigDict(frozen=True)

    success: bool = True
    message: str = ""
    data: T | None = None


class Done(Model):
    """An answer without data."""

    model_config = ConfigDict(frozen=True)

    success: bool = True
    message: str = ""


class Refusal(Model):
    """What every refusal has: ``code`` is one of a few for programs, ``field`` is there where one is at fault."""

    model_config = ConfigDict(frozen=True)

    success: Literal[False] = False
    message: str
    code: Code
    field: str | None = None


class Refused(GatewayError):
    """A request that is not granted. one-api answers most of these with status 200, and its clients rely on it."""

    status = 200

    def __init__(
        self,
        text: Text,
        *,
        status: int | None = None,
        retry_after: int | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(text.zh, status=status, retry_after=retry_after)
        self.text = text
        self.more = more or {}  # what stands beside the message


class Json(JSONResponse):
    """JSON with the content type one-api sends."""

    media_type = "application/json; charset=utf-8"


def ok(data: T) -> Answer[T]:
    """Success with data."""
    return Answer[T](success=True, message="", data=data)


def done() -> Done:
    """Success without data."""
    return Done(success=True, message="")


def refusal(
    connection: HTTPConnection,
    text: Text,
    status: int = 200,
    retry_after: int | None = None,
    more: Mapping[str, Any] | None = None,
) -> Json:
    """A refusal in the caller's language; ``more`` stands beside the message."""
    headers = {"Retry-After": str(retry_after)} if retry_after is not None else None
    body = {"success": False, "message": in_language(connection, text), **told(text), **(more or {})}
    return Json(body, status_code=status, headers=headers)


def told(text: Text) -> dict[str, str]:
    """What a refusal tells programs."""
    return {"code": text.code} | ({"field": text.field} if text.field else {})


def in_language(connection: HTTPConnection, text: Text) -> str:
    """Japanese or English where the caller asks for it, else one-api's Chinese; and its choice where it has English."""
    if _language(connection).startswith("ja"):
        return text.ja
    if text.translated and not _language(connection).startswith("zh"):
        return text.en
    return text.en if english(connection) else text.zh


def english(connection: HTTPConnection) -> bool:
    """Whether the caller's first language is English."""
    return _language(connection).startswith("en")


def _language(connection: HTTPConnection) -> str:
    return connection.headers.get("accept-language", "").strip().lower()


def error_body(method: str, path: str) -> dict[str, dict[str, str]]:
    """What one-api answers on an address it does not have."""
    message = f"Invalid URL ({method} {path})"
    return {"error": {"message": message, "type": "invalid_request_error", "param": "", "code": ""}}
