"""All tables of a stack as they were at one second, as the tables of a new stack, protected like the old ones.

    python -m tools.restore --stack one-api --to one-api-2 --at 2026-11-30T03:00:00Z
    python -m tools.restore --stack one-api --to one-api-2 --at latest

DynamoDB restores rows and indexes; point-in-time recovery, time-to-live and protection against deletion are switched on
here again. The tables become a stack of their own by import, which ``make deploy STACK=one-api-2`` fills up. Then:

    python -m tools.restore --stack one-api --to one-api-2 --key      what opens channels' keys goes into the new stack
"""

import json
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import boto3

from local.places import TEMPLATE
from local.tables import Table, read_tables, read_template
from tools.stack import find, parser_for

TABLE = "AWS::DynamoDB::Table"
WAIT_SECONDS = 3 * 3600  # large tables take hours


@dataclass(frozen=True, slots=True)
class Restored:
    """A table that is to be made of another."""

    source: str
    table: Table


def tables(source: str, target: str) -> list[Restored]:
    """Every table of the template, in both stacks."""
    pairs = zip(read_tables(TEMPLATE, source), read_tables(TEMPLATE, target), strict=True)
    return [Restored(before.name, after) for before, after in pairs]


def second(dynamodb: Any, restored: list[Restored], at: str) -> datetime:
    """The moment that is meant: the latest is what every table can go back to."""
    if at != "latest":
        return datetime.fromisoformat(at.replace("Z", "+00:00"))
    found = [dynamodb.describe_continuous_backups(TableName=one.source) for one in restored]
    recovery = [answer["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"] for answer in found]
    return min(one["LatestRestorableDateTime"] for one in recovery).astimezone(UTC).replace(microsecond=0)


def restore(dynamodb: Any, restored: list[Restored], moment: datetime) -> None:
    """All begun, then each waited for and protected."""
    for one in restored:
        dynamodb.restore_table_to_point_in_time(
            SourceTableName=one.source,
            TargetTableName=one.table.name,
            RestoreDateTime=moment,
            BillingModeOverride="PAY_PER_REQUEST",
        )
    deadline = time.monotonic() + WAIT_SECONDS
    for one in restored:
        while dynamodb.describe_table(TableName=one.table.name)["Table"]["TableStatus"] != "ACTIVE":
            if time.monotonic() > deadline:
                raise TimeoutError(f"{one.table.name} is not restored after {WAIT_SECONDS} s; look at it, then go on")
            time.sleep(5)
        protect(dynamodb, one.table)
        print(f"restore: {one.table.name} from {one.source} at {moment.isoformat()}", flush=True)


def protect(dynamodb: Any, table: Table) -> None:
    """What a restored table has not."""
    name = table.name
    recovery = {"PointInTimeRecoveryEnabled": True}
    dynamodb.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=recovery)
    if table.ttl_attribute:
        ttl = {"Enabled": True, "AttributeName": table.ttl_attribute}
        dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification=ttl)
    dynamodb.update_table(TableName=name, DeletionProtectionEnabled=True)


def unprotected(dynamodb: Any, table: Table) -> list[str]:
    """What a table lacks of what it should have."""
    backups = dynamodb.describe_continuous_backups(TableName=table.name)["ContinuousBackupsDescription"]
    recovery = backups.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus")
    lacks = [] if recovery == "ENABLED" else ["point-in-time recovery"]
    if table.ttl_attribute:
        ttl = dynamodb.describe_time_to_live(TableName=table.name)["TimeToLiveDescription"]
        right = ttl.get("TimeToLiveStatus") in ("ENABLED", "ENABLING") and ttl["AttributeName"] == table.ttl_attribute
        lacks += [] if right else ["time-to-live"]
    protected = dynamodb.describe_table(TableName=table.name)["Table"].get("DeletionProtectionEnabled")
    return lacks + ([] if protected else ["protection against deletion"])


def import_template() -> dict[str, Any]:
    """The template with its tables alone, as an import wants it."""
    whole = read_template(TEMPLATE)
    kept = {name: dict(resource) for name, resource in whole["Resources"].items() if resource["Type"] == TABLE}
    for resource in kept.values():
        resource.pop("DependsOn", None)
    parameters = {"DeletionProtection": whole["Parameters"]["DeletionProtection"]}
    return {"AWSTemplateFormatVersion": "2010-09-09", "Parameters": parameters, "Resources": kept}


def become_a_stack(target: str, region: str) -> None:
    """A stack of the restored tables, by a change set that imports them."""
    cloudformation: Any = boto3.client("cloudformation", region_name=region or None)  # pyright: ignore
    template = import_template()
    names = {name: f"{target}-{name.removesuffix('Table').lower()}" for name in template["Resources"]}
    found = [
        {"ResourceType": TABLE, "LogicalResourceId": name, "ResourceIdentifier": {"TableName": table}}
        for name, table in names.items()
    ]
    given = {"StackName": target, "ChangeSetName": "restore"}
    cloudformation.create_change_set(
        **given, ChangeSetType="IMPORT", TemplateBody=json.dumps(template), ResourcesToImport=found
    )
    cloudformation.get_waiter("change_set_create_complete").wait(**given)
    cloudformation.execute_change_set(**given)
    cloudformation.get_waiter("stack_import_complete").wait(StackName=target)


def copy_key(source: str, target: str, region: str) -> None:
    """The old stack's ENCRYPTION_KEY in front of the new one's own, which has sealed nothing yet but may have."""
    old, new = find(source, region), find(target, region)
    secrets = new.client("secretsmanager")
    values = [
        secrets.get_secret_value(SecretId=stack.outputs["EncryptionKeyArn"])["SecretString"] for stack in (old, new)
    ]
    together = ",".join(dict.fromkeys(",".join(values).split(",")))
    secrets.put_secret_value(SecretId=new.outputs["EncryptionKeyArn"], SecretString=together)


def main(arguments: list[str] | None = None) -> int:
    parser = parser_for(__doc__)
    parser.add_argument("--to", required=True, help="name of the new stack; there is none of that name yet")
    parser.add_argument("--at", default="latest", help="a moment with its zone, or latest")
    parser.add_argument(
        "--key", action="store_true", help="only copy the encryption key, once the new stack is deployed"
    )
    options = parser.parse_args(arguments)
    if options.key:
        copy_key(options.stack, options.to, options.region)
        print(f"restore: done; deploy {options.to} with another SecretsRevision now")
        return 0
    dynamodb: Any = boto3.client("dynamodb", region_name=options.region or None)  # pyright: ignore
    restored = tables(options.stack, options.to)
    restore(dynamodb, restored, second(dynamodb, restored, options.at))
    become_a_stack(options.to, options.region)
    print(f"restore: {options.to} has its tables; next: make deploy STACK={options.to}, then the same with --key")
    return 0


if __name__ == "__main__":
    sys.exit(main())
