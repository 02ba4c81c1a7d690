"""The command line: a plan unless told otherwise.

    python -m tools.migrate one-api --sqlite one-api.db
    python -m tools.migrate one-api --sqlite one-api.db --apply
    MIGRATE_DSN=... python -m tools.migrate new-api --apply --stack one-api --region eu-west-1

What is secret is never an argument: the address of a database server with its password is asked for, or read from
MIGRATE_DSN (and MIGRATE_LOG_DSN, where logs are in a database of their own).

Exit code 0: planned, or moved and equal. 1: moved, and something is not equal. 2: it could not be done; run it again.
"""

import argparse
import sys
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from gateway.errors import StoreError
from gateway.security.credentials import SealBroken
from gateway.store.context import Store
from gateway.store.schema.items import ReadFailed
from local.failure import RunFailed
from tools.migrate import report as files
from tools.migrate.databases.protocol import NotReadable
from tools.migrate.findings import Report
from tools.migrate.handing import HandedOut
from tools.migrate.marks import AnotherRun
from tools.migrate.records import Period
from tools.migrate.run import NoRoot, prepare, run, verify
from tools.migrate.sources.opening import KINDS, open_source
from tools.migrate.sources.protocol import Source
from tools.migrate.target import add_options, target
from tools.stack import StackMissing

_TROUBLE = (NotReadable, AnotherRun, NoRoot, RunFailed, StackMissing, StoreError, SealBroken, ReadFailed)


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; the exit code."""
    options = parser().parse_args(arguments)
    try:
        with closing(open_source(options)) as source, target(options) as store:
            return tell(_done(options, source, store), Path(options.report))
    except (*_TROUBLE, BotoCoreError, ClientError, OSError) as error:
        print(f"move: {type(error).__name__}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("move: stopped; run it again to go on", file=sys.stderr)
        return 2


def parser() -> argparse.ArgumentParser:
    """Its options."""
    made = argparse.ArgumentParser(
        prog="python -m tools.migrate", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = made.add_argument
    add("source", choices=KINDS, help="what is moved from")
    add("--sqlite", default="", metavar="FILE", help="its SQLite file; without it, MIGRATE_DSN or what you are asked")
    add("--config", default="config.yaml", metavar="FILE", help="of LiteLLM (default: %(default)s)")
    add("--export", default="", metavar="FOLDER", help="with the tables of LiteLLM's database, as JSON or CSV")
    add("--balance", type=int, default=1_000_000, help="dollars of accounts without a budget in LiteLLM")
    add("--apply", action="store_true", help="do it; without this it is only planned")
    add("--verify", action="store_true", help="only compare, with what came along before")
    add("--name", default="", help="of this source, where two of a kind are moved here (default: the source's kind)")
    add("--logs", default="", metavar="FROM[..TO]", help="days such as 2026-01-01..2026-11-30, or all (default: none)")
    add("--replace-options", action="store_true", help="take options from there that are set here already")
    add("--report", default="./moving", metavar="FOLDER", help="for plan and report (default: %(default)s)")
    add("--github-by-number", action="store_true", help="GitHub ids there are numbers, not names that change hands")
    add_options(made)
    return made


def period(text: str) -> Period:
    """The time that ``--logs`` means: whole days in UTC, the last included."""
    if not text:
        return Period()
    if text == "all":
        return Period(start=0, end=2**40)
    first, _, last = text.partition("..")
    begun = _day(first)
    ended = _day(last) + timedelta(days=1) if last else datetime(9999, 1, 1, tzinfo=UTC)
    return Period(start=int(begun.timestamp()), end=int(ended.timestamp()))


def tell(report: Report, folder: Path) -> int:
    """Write the report, say where it is; the exit code."""
    for path in files.write(report, folder):
        print(f"move: {path}")
    if not report.applied:
        print(f"move: planned; {len(report.findings)} things to know. --apply does it")
        return 0
    print("move: done; " + (f"{report.differences} differences" if report.differences else "everything is equal"))
    return 1 if report.differences else 0


def _done(options: argparse.Namespace, source: Source, store: Store) -> Report:
    applying = options.apply or options.verify
    move = prepare(source, store, options.name or source.kind, applying=applying, period=period(options.logs))
    move.replace_options = options.replace_options
    if source.kind == "LiteLLM":
        move.handed = HandedOut(Path(options.report) / "keys.csv" if options.apply else None)
        move.report.handed_out = str(move.handed.path or "")
    return verify(move) if options.verify else run(move)


def _day(text: str) -> datetime:
    try:
        return datetime.strptime(text.strip(), "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise NotReadable(f"a day is written like 2026-01-31, not {text!r}") from None
