"""What became of a request on its way, filled in as it happens: for whoever tells of it afterwards."""

from dataclasses import field

from gateway.domain.failures import FailedAttempt
from gateway.domain.identity import Caller
from gateway.errors import GatewayError
from gateway.records import dataclass


@dataclass(slots=True)
class Trail:
    """``caller`` is known once a key was; ``refused`` is what the caller was told if that is an error, and ``text``
    its words before they got the request's id.
    """

    caller: Caller | None = None
    model: str = ""
    stream: bool = False
    attempts: list[FailedAttempt] = field(default_factory=list[FailedAttempt])
    refused: GatewayError | None = None
    text: str = ""
    left: bool = False  # the caller went before there was anything

    def refuse(self, error: GatewayError) -> None:
        """The request ends with this."""
        self.refused, self.text = error, error.message

    def leave(self) -> None:
        """The request ends because its caller went."""
        self.refuse(GatewayError("the caller closed the connection", status=499, code="client_disconnected"))
        self.left = True
