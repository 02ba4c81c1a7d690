"""What DynamoDB answers when it does not do what it was asked."""

from typing import Any

Json = dict[str, Any]

_NAMESPACES = {
    "ValidationException": "com.amazon.coral.validate",
    "ThrottlingException": "com.amazon.coral.availability",
}
_CANCELLED = "Transaction cancelled, please refer cancellation reasons for specific reasons"


class Refused(Exception):
    """An answer that is no success. ``kind`` is what ``__type`` ends with."""

    def __init__(self, kind: str, message: str = "", *, status: int = 400, **more: Any) -> None:
        super().__init__(f"{kind}: {message}")
        self.kind, self.message, self.status, self.more = kind, message, status, more

    def body(self) -> Json:
        """As JSON. Transactions tell their message twice, as AWS does for old clients."""
        space = _NAMESPACES.get(self.kind, "com.amazonaws.dynamodb.v20120810")
        return {"__type": f"{space}#{self.kind}", "message": self.message, **self.more}


def invalid(message: str) -> Refused:
    """The request makes no sense."""
    return Refused("ValidationException", message)


def condition_failed(item: Json | None) -> Refused:
    """A plain write's condition; with the item, where the request asks for it."""
    return Refused(
        "ConditionalCheckFailedException", "The conditional request failed", **({"Item": item} if item else {})
    )


def conflict() -> Refused:
    """A plain write met a transaction."""
    return Refused("TransactionConflictException", "Transaction is ongoing for the item")


def throttled() -> Refused:
    """An item or a partition of an index has no units left in this second."""
    message = "The level of configured provisioned throughput for the table was exceeded."
    return Refused("ProvisionedThroughputExceededException", message)


def cancelled(reasons: list[Json]) -> Refused:
    """A transaction did not happen, each action with its reason."""
    codes = ", ".join(reason["Code"] for reason in reasons)
    message = f"{_CANCELLED} [{codes}]"
    return Refused("TransactionCanceledException", message, Message=message, CancellationReasons=reasons)


NO_REASON: Json = {"Code": "None"}
CONFLICT: Json = {"Code": "TransactionConflict", "Message": "Transaction is ongoing for the item"}
THROTTLED: Json = {
    "Code": "ThrottlingError",
    "Message": "Throughput exceeds the current capacity for one or more tables.",
}


def failed(item: Json | None) -> Json:
    """The reason of an action whose condition does not hold."""
    reason: Json = {"Code": "ConditionalCheckFailed", "Message": "The conditional request failed"}
    return reason | ({"Item": item} if item else {})
