"""Whether the key opens what is there is seen before anybody needs it."""

from dataclasses import replace
from typing import Any

import boto3

from gateway.security.credentials import new_key
from gateway.store.context import open_store
from gateway.store.settings import options
from tests.support.tables import Stack
from tools import canary


def test_the_canary_sings_for_its_key_alone_and_is_sealed_once(tables: Stack) -> None:
    dynamodb: Any = boto3.client("dynamodb", endpoint_url=tables.endpoint_url, region_name="us-east-1")
    settings = tables.settings()
    assert canary.sings(dynamodb, settings) is None
    canary.put(dynamodb, settings)
    other = replace(settings, encryption_key=new_key())
    canary.put(dynamodb, other)  # leaves the one that is there
    assert canary.sings(dynamodb, settings) is True
    assert canary.sings(dynamodb, other) is False
    rotated = replace(settings, encryption_key=f"{other.encryption_key},{settings.encryption_key}")
    assert canary.sings(dynamodb, rotated) is True
    assert options.stored(open_store(settings)) == {}  # it is no option
    dynamodb.close()
