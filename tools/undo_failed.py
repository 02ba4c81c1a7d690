"""Takes back a first deployment that has failed, so that it can be tried again under the same name.

    python -m tools.undo_failed --stack one-api

CloudFormation cannot: the tables are protected against deletion and keep their names. Only a stack that never came to
life is touched, and of that nothing in which there is an item. ``make deploy`` does it by itself.
"""

import sys
from typing import Any

import boto3
from botocore.exceptions import ClientError

from tools.stack import parser_for

NEVER_LIVED = {"CREATE_FAILED", "ROLLBACK_FAILED", "ROLLBACK_COMPLETE", "REVIEW_IN_PROGRESS"}
TABLE, BUCKET = "AWS::DynamoDB::Table", "AWS::S3::Bucket"


class NotEmpty(Exception):
    """A table holds something; the message names it."""


def undo_if_failed(name: str, region: str = "") -> bool:
    """Whether there was something to take back. Raises ``NotEmpty`` before anything is changed."""
    cloudformation = _client("cloudformation", region)
    if _status(cloudformation, name) not in NEVER_LIVED:
        return False
    print(f"undo_failed: the first deployment of {name} has failed; it is taken back", flush=True)
    left = [
        resource for resource in _resources(cloudformation, name) if resource["ResourceStatus"] != "DELETE_COMPLETE"
    ]
    _unprotect([r["PhysicalResourceId"] for r in left if r["ResourceType"] == TABLE], region)
    for bucket in [r["PhysicalResourceId"] for r in left if r["ResourceType"] == BUCKET]:
        _empty(bucket, region)
    cloudformation.delete_stack(StackName=name)
    cloudformation.get_waiter("stack_delete_complete").wait(StackName=name)
    return True


def _client(service: str, region: str) -> Any:
    return boto3.client(service, region_name=region or None)  # pyright: ignore[reportArgumentType, reportCallIssue]


def _status(cloudformation: Any, name: str) -> str:
    try:
        (stack,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if "does not exist" in str(error):
            return ""
        raise
    return stack["StackStatus"]


def _resources(cloudformation: Any, name: str) -> list[dict[str, Any]]:
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=name)
    found = [resource for page in pages for resource in page["StackResourceSummaries"]]
    return [resource for resource in found if resource.get("PhysicalResourceId")]


def _unprotect(tables: list[str], region: str) -> None:
    """All of them looked at before the first is changed."""
    dynamodb = _client("dynamodb", region)
    there = [table for table in tables if _exists(dynamodb, table)]
    full = [table for table in there if dynamodb.scan(TableName=table, Limit=1)["Count"]]
    if full:
        raise NotEmpty(f"{', '.join(full)} hold data although the stack failed: look at them, and delete them by hand")
    for table in there:
        dynamodb.update_table(TableName=table, DeletionProtectionEnabled=False)
        dynamodb.get_waiter("table_exists").wait(TableName=table)


def _exists(dynamodb: Any, table: str) -> bool:
    try:
        dynamodb.describe_table(TableName=table)
    except dynamodb.exceptions.ResourceNotFoundException:
        return False
    return True


def _empty(bucket: str, region: str) -> None:
    s3 = _client("s3", region)
    try:
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            for entry in page.get("Contents", []):
                s3.delete_object(Bucket=bucket, Key=entry["Key"])
    except s3.exceptions.NoSuchBucket:
        pass


def main(arguments: list[str] | None = None) -> int:
    options = parser_for(__doc__).parse_args(arguments)
    try:
        undone = undo_if_failed(options.stack, options.region)
    except NotEmpty as error:
        print(f"undo_failed: {error}", file=sys.stderr)
        return 1
    print("undo_failed: done" if undone else f"undo_failed: {options.stack} is no failed first deployment")
    return 0


if __name__ == "__main__":
    sys.exit(main())
