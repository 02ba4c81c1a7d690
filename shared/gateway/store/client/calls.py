"""What a call of DynamoDB is, whoever makes it: its bytes, its signed headers, and what an answer means."""

import json
from collections.abc import Callable
from typing import Any, cast

import orjson

from gateway.errors import ConditionFailed, LostRace, StoreError, Throttled
from gateway.store.client.attributes import from_item
from gateway.store.client.signer import AwsCredentials, Signer

Json = dict[str, Any]

_VERSION = "DynamoDB_20120810"
_TRANSIENT = frozenset(
    {
        "InternalServerError",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ThrottlingException",
        "LimitExceededException",
    }
)
_RACES = frozenset({"TransactionConflictException", "TransactionInProgressException"})
_THROTTLED = frozenset({"ThrottlingError", "ProvisionedThroughputExceeded"})


class Calls:
    """Signs calls to one endpoint with the credentials that are good now; threads may share it."""

    def __init__(self, endpoint: str, region: str, credentials: Callable[[], AwsCredentials]) -> None:
        self._host = endpoint.split("://", 1)[1].rstrip("/")
        self._region = region
        self._credentials = credentials
        self._signer: Signer | None = None

    def headers(self, operation: str, body: bytes) -> dict[str, str]:
        """All headers of one call."""
        signer, credentials = self._signer, self._credentials()
        if signer is None or signer.credentials != credentials:
            signer = self._signer = Signer(credentials, self._region, self._host)
        return signer.headers(f"{_VERSION}.{operation}", body)


def understood(operation: str, status: int, answer: bytes) -> Json:
    """The answer's JSON; raises the ``StoreError`` that an unsuccessful one means."""
    if status != 200:
        raise failure(status, answer)
    try:
        return orjson.loads(answer)
    except orjson.JSONDecodeError as error:
        raise StoreError(f"{operation}: the answer is not JSON: {error}") from error


def written(request: Json) -> bytes:
    """The request as JSON; halves of characters, which orjson refuses, as escapes."""
    try:
        return orjson.dumps(request)
    except orjson.JSONEncodeError:
        return json.dumps(request).encode()


def failure(status: int, answer: bytes | Json) -> StoreError:
    """The error that an unsuccessful answer of DynamoDB means; as bytes, or already parsed."""
    if isinstance(answer, bytes):
        try:
            answer = cast(Json, json.loads(answer))
        except ValueError:
            return Throttled(f"status {status}") if status >= 500 else StoreError(f"status {status}: {answer[:200]!r}")
    kind = str(answer.get("__type", "")).rpartition("#")[2]
    message = str(answer.get("message") or answer.get("Message") or "")
    if kind == "ConditionalCheckFailedException":
        return ConditionFailed([from_item(answer.get("Item") or {})])
    if kind == "TransactionCanceledException":
        return cancelled(answer.get("CancellationReasons") or [], message)
    if kind in _RACES:
        return LostRace(f"{kind}: {message}")
    return Throttled(f"{kind}: {message}") if kind in _TRANSIENT or status >= 500 else StoreError(f"{kind}: {message}")


def cancelled(reasons: list[Json], message: str) -> StoreError:
    """Why a transaction did not happen: a condition, a lost race (worth another try), or our mistake."""
    codes = [str(reason.get("Code", "None")) for reason in reasons]
    if "ConditionalCheckFailed" in codes:
        return ConditionFailed(
            [
                from_item(reason.get("Item") or {}) if code == "ConditionalCheckFailed" else None
                for code, reason in zip(codes, reasons, strict=True)
            ]
        )
    if "TransactionConflict" in codes:
        return LostRace(message)
    if any(code in _THROTTLED for code in codes):
        return Throttled(message)
    return StoreError(f"transaction cancelled: {codes} {message}")
