"""PynamoDB's models over our client: botocore's is 11 MB and takes 45 ms to make."""

from contextlib import suppress
from functools import lru_cache
from typing import Any

from botocore.exceptions import ClientError

from gateway.config import StoreSettings
from gateway.errors import StoreError
from gateway.store.client.sync_client import SyncDynamo, client
from gateway.store.schema.items import MODELS
from gateway.store.schema.pynamodb_parts import Connection, TableConnection
from gateway.store.schema.tables import Tables

Json = dict[str, Any]


def bind(settings: StoreSettings) -> Tables:
    """Point every model at the tables of one stack."""
    shared = _connection(settings.endpoint, settings.region)
    for name, bound in MODELS.items():
        bound.Meta.table_name = settings.table_prefix + name
        bound._connection = None  # binding anew is what tests do
        own: TableConnection = bound._get_connection()
        with suppress(ValueError):  # known to it since an earlier binding
            shared.add_meta_table(own.get_meta_table())
        own.connection = shared
    return Tables(settings.table_prefix)


@lru_cache(maxsize=8)
def _connection(endpoint: str, region: str) -> "OurConnection":
    """One for every model, which PynamoDB would make one each at its first read."""
    return OurConnection(client(endpoint, region), region)


class OurConnection(Connection):
    """One for all models of an endpoint; builds requests and reads answers as ever."""

    def __init__(self, dynamo: SyncDynamo, region: str) -> None:
        super().__init__(region=region, host=dynamo.endpoint)
        self._ours = _Calls(dynamo)

    @property
    def client(self) -> Any:
        """What PynamoDB makes its calls with."""
        return self._ours


class _Calls:
    """The one method of botocore's client that PynamoDB calls, and the one error that it understands."""

    def __init__(self, dynamo: SyncDynamo) -> None:
        self._dynamo = dynamo

    def _make_api_call(self, operation: str, request: Json) -> Json:  # pyright: ignore[reportUnusedFunction]
        try:
            return self._dynamo.call(operation, request)
        except StoreError as error:
            code, _, message = str(error).partition(": ")
            raise ClientError({"Error": {"Code": code, "Message": message}}, operation) from error
