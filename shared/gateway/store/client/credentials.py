"""The asynchronous client for a stack, with the credentials its process has."""

import time
from typing import Any

from gateway.clock import Clock
from gateway.config import StoreSettings, aws_keys
from gateway.errors import StoreError
from gateway.store.client.async_client import Dynamo
from gateway.store.client.signer import AwsCredentials


def dynamo(settings: StoreSettings, clock: Clock) -> Dynamo:
    """A client; its connections are made when first needed."""
    return Dynamo(settings.endpoint, settings.region, CredentialSource(), clock=clock)


class CredentialSource:
    """The environment's keys, as Lambda gives them; else whatever botocore finds (profiles, SSO, containers)."""

    def __init__(self) -> None:
        self._provider: Any = None
        self._known: tuple[int, AwsCredentials] | None = None

    def __call__(self) -> AwsCredentials:
        second = int(time.monotonic())
        if self._known is not None and self._known[0] == second:
            return self._known[1]  # looking into the environment takes as long as signing
        found = self._looked_up()
        self._known = (second, found)
        return found

    def _looked_up(self) -> AwsCredentials:
        keys = aws_keys()
        if keys is not None:
            return AwsCredentials(*keys)
        if self._provider is None:
            self._provider = _from_botocore()
        frozen = self._provider.get_frozen_credentials()  # renewed by botocore when they run out
        return AwsCredentials(frozen.access_key, frozen.secret_key, frozen.token or "")


def _from_botocore() -> Any:
    import botocore.session  # noqa: PLC0415 (100 ms, and never needed on Lambda)

    found: Any = botocore.session.get_session().get_credentials()
    if found is None:
        raise StoreError("no AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile")
    return found
