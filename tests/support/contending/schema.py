"""Operations on tables themselves; they take no time and cost nothing."""

import time
from typing import Any

from tests.support.contending.database import Database
from tests.support.contending.refusals import Refused
from tests.support.contending.table import Table
from tests.support.contending.values import item_size

Json = dict[str, Any]


def create_table(database: Database, request: Json) -> Json:
    name = request["TableName"]
    if name in database.tables:
        raise Refused("ResourceInUseException", f"Table already exists: {name}")
    database.tables[name] = Table({**request, "CreationDateTime": time.time()})
    return {"TableDescription": _description(database.tables[name])}


def delete_table(database: Database, request: Json) -> Json:
    table = database.table(request["TableName"])
    del database.tables[table.name]
    return {"TableDescription": _description(table) | {"TableStatus": "DELETING"}}


def update_table(database: Database, request: Json) -> Json:
    table = database.table(request["TableName"])
    for attribute in request.get("AttributeDefinitions") or []:
        table.types[attribute["AttributeName"]] = attribute["AttributeType"]
    table.definition["AttributeDefinitions"] = [
        {"AttributeName": name, "AttributeType": kind} for name, kind in table.types.items()
    ]
    for change in request.get("GlobalSecondaryIndexUpdates") or []:
        indexes = table.definition.setdefault("GlobalSecondaryIndexes", [])
        if made := change.get("Create"):
            table.add_index(made)
            indexes.append(made)
        if gone := change.get("Delete"):
            del table.indexes[gone["IndexName"]]
            indexes[:] = [index for index in indexes if index["IndexName"] != gone["IndexName"]]
    return {"TableDescription": _description(table)}


def describe_table(database: Database, request: Json) -> Json:
    return {"Table": _description(database.table(request["TableName"]))}


def list_tables(database: Database, request: Json) -> Json:
    start, limit = request.get("ExclusiveStartTableName", ""), request.get("Limit", 100)
    names = [name for name in sorted(database.tables) if name > start]
    more = {"LastEvaluatedTableName": names[limit - 1]} if len(names) > limit else {}
    return {"TableNames": names[:limit], **more}


def update_time_to_live(database: Database, request: Json) -> Json:
    """Remembered only: AWS deletes within days, and nothing may count on when."""
    table = database.table(request["TableName"])
    table.definition["TimeToLive"] = request["TimeToLiveSpecification"]
    return {"TimeToLiveSpecification": request["TimeToLiveSpecification"]}


def describe_time_to_live(database: Database, request: Json) -> Json:
    said = database.table(request["TableName"]).definition.get("TimeToLive", {})
    if not said.get("Enabled"):
        return {"TimeToLiveDescription": {"TimeToLiveStatus": "DISABLED"}}
    return {"TimeToLiveDescription": {"TimeToLiveStatus": "ENABLED", "AttributeName": said["AttributeName"]}}


def _description(table: Table) -> Json:
    arn = f"arn:aws:dynamodb:us-east-1:000000000000:table/{table.name}"
    described: Json = {
        "TableName": table.name,
        "TableArn": arn,
        "TableStatus": "ACTIVE",
        "CreationDateTime": table.definition["CreationDateTime"],
        "AttributeDefinitions": table.definition["AttributeDefinitions"],
        "KeySchema": table.definition["KeySchema"],
        "ItemCount": len(table.items),
        "TableSizeBytes": sum(map(item_size, table.items.values())),
        "BillingModeSummary": {"BillingMode": "PAY_PER_REQUEST"},
        "ProvisionedThroughput": {"ReadCapacityUnits": 0, "WriteCapacityUnits": 0, "NumberOfDecreasesToday": 0},
    }
    for kind in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
        if indexes := table.definition.get(kind):
            described[kind] = [
                {**index, "IndexStatus": "ACTIVE", "IndexArn": f"{arn}/index/{index['IndexName']}"} for index in indexes
            ]
    return described
