"""DynamoDB for what tests do between tests, and very often: boto3 takes ten times as long to say the same."""

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

from gateway.store.client.signer import AwsCredentials, Signer

Json = dict[str, Any]


class RefusedByDynamo(Exception):
    """What the database did not do, in its words."""


class QuickDynamo:
    """One connection to an emulator, for one thread."""

    def __init__(self, endpoint_url: str) -> None:
        host = urlsplit(endpoint_url).netloc
        self._connection = http.client.HTTPConnection(host, timeout=30)
        self._signer = Signer(AwsCredentials("test", "test"), "us-east-1", host)

    def call(self, operation: str, request: Json) -> Json:
        """One request and its answer, both as they are sent."""
        status, content = self.answer(operation, json.dumps(request).encode())
        if status != 200:
            raise RefusedByDynamo(content.decode())
        return json.loads(content)

    def answer(self, operation: str, body: bytes) -> tuple[int, bytes]:
        """The same in bytes, refusals too."""
        headers = self._signer.headers(f"DynamoDB_20120810.{operation}", body)
        try:
            return self._ask(body, headers)
        except (http.client.RemoteDisconnected, ConnectionError):  # it was kept too long
            self.close()
            return self._ask(body, headers)

    def close(self) -> None:
        """Drop the connection; a further call makes another."""
        self._connection.close()

    def _ask(self, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        self._connection.request("POST", "/", body, headers)
        answer = self._connection.getresponse()
        return answer.status, answer.read()
