"""``make audit``: check that every balance, used quota and counter is the sum of its ledger entries.

Exit code 0: they are. 1: some are not, and are named. 2: they could not be read, or accounts never stood still.
"""

import argparse
import asyncio
import dataclasses
import os
import sys
from collections.abc import Sequence

from cron.jobs.reconcile import Report, audit
from gateway.clock import SystemClock
from gateway.config import StoreSettings
from gateway.errors import StoreError
from gateway.store.client.credentials import dynamo
from gateway.store.money.ledger_sums import Books
from gateway.store.schema.tables import Tables


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the audit and print what it found."""
    try:
        report = asyncio.run(_audit(read_settings(arguments), full="--full" in (arguments or sys.argv[1:])))
    except StoreError as error:
        print(f"the tables cannot be read: {error}", file=sys.stderr)
        return 2
    return tell(report)


def read_settings(arguments: Sequence[str] | None) -> StoreSettings:
    """The stack to check: from the options, else from the environment as the functions read it."""
    parser = argparse.ArgumentParser(prog="make audit", description="Check every balance against its ledger entries.")
    parser.add_argument("--stack-name", help="tables are named <stack name>-users and so on (default: one-api)")
    parser.add_argument("--endpoint-url", help="of DynamoDB; the one a local gateway prints, or none for AWS")
    parser.add_argument("--region", help="of the stack (default: AWS_REGION, else us-east-1)")
    parser.add_argument("--full", action="store_true", help="add up every entry, whatever earlier audits kept of them")
    given = parser.parse_args(arguments)
    settings = StoreSettings.read({**os.environ, **({"AWS_REGION": given.region} if given.region else {})})
    return dataclasses.replace(
        settings,
        table_prefix=f"{given.stack_name}-" if given.stack_name else settings.table_prefix,
        endpoint=given.endpoint_url or settings.endpoint,
    )


def tell(report: Report) -> int:
    """Print a report; the exit code it means."""
    for difference in report.differences:
        print(difference)
    for user_id in report.unsettled:
        print(f"user {user_id} kept changing and was not checked")
    if report.debtors:
        print(f"{report.debtors} users owe {report.debt} together, which their next top-ups pay")
    for orphan in report.orphans:
        print(f"token {orphan.token_id} of user {orphan.user_id} holds {orphan.hold.amount} that its account does not")
    checked = f"{report.users} users, {report.tokens} tokens, {report.channels} channels, {report.entries} entries"
    print(f"{checked}: {f'{len(report.differences)} differences' if report.differences else 'no difference'}")
    return 1 if report.differences else 2 if report.unsettled else 0


async def _audit(settings: StoreSettings, *, full: bool) -> Report:
    database = dynamo(settings, SystemClock())
    try:
        return await audit(Books(database, Tables(settings.table_prefix)), full=full)
    finally:
        await database.close()


if __name__ == "__main__":
    sys.exit(main())
