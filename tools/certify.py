"""Looks at a live stack from outside and from its account: what holds, what does not, what cannot be told.

    python -m tools.certify --stack one-api
    ONE_API_KEY=sk-... python -m tools.certify --stack one-api --model gpt-4o-mini --idle 10

Besides everything ``tools.smoke`` looks at: bodies beyond the limits, packed bodies, what each role must be denied,
alarms, and with --idle a request after so many silent minutes. The report is Markdown and JSON in .build; nothing is
changed, and a chat costs what it costs. What only eyes or hours can tell is listed at its end.
"""

import gzip
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import httpx
from botocore.exceptions import BotoCoreError, ClientError

from local.places import ROOT
from tools.smoke import Failed, Visit
from tools.stack import Stack, StackMissing, chosen, parser_for

MOST = 6 * 1024 * 1024  # bytes that Lambda takes
DENIED = (  # function, action, table
    ("Relay", "dynamodb:Scan", "users"), ("Relay", "dynamodb:PutItem", "users"),
    ("Relay", "dynamodb:DeleteItem", "tokens"), ("Relay", "dynamodb:PutItem", "options"),
    ("Relay", "dynamodb:DeleteItem", "logs"), ("Relay", "dynamodb:UpdateItem", "logs"),
    ("Admin", "dynamodb:Scan", "users"), ("Admin", "dynamodb:PutItem", "usage"),
    ("Cron", "dynamodb:PutItem", "users"), ("Cron", "dynamodb:DeleteItem", "channels"),
    ("Cron", "dynamodb:Scan", "codes"),
)  # fmt: skip
BY_HAND = (
    "a disabled key is refused after two and after sixty idle minutes",
    "an error in the middle of a stream reaches the client as one",
    "200 requests at once by one key: read TransactionConflict, and that every answer has its entry",
    "a picture as a body arrives as it was sent",
    "each job once from the console, a refund, a repeated Idempotency-Key",
    "EDGE_SECRET changed under load: nobody is signed out or refused",
    "the function URL streams as the API does (RelayEntry=function-url)",
    "a deletion leaves the encryption key and nothing else",
)


class Untold(Exception):
    """What could not be looked at here; the message says why."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report. ``state`` is passed, failed or untold."""

    what: str
    state: str
    seen: str = ""


def bodies(visit: Visit) -> Iterator[tuple[str, Callable[[], str]]]:
    """What is too large has a reason, what is packed is read: a wrong key is what is wrong with it."""
    address, headers = f"{visit.stack.relay_base_url}/chat/completions", {"authorization": "Bearer sk-nobody"}

    def too_large() -> str:
        if visit.stack.emulator:
            raise Untold("emulators have no limit of their own")
        answer = visit.http.post(address, content=b"x" * (MOST + 1024 * 1024), headers=headers)
        if answer.status_code != 413 or "error" not in answer.json():
            raise Failed(f"status {answer.status_code}: {answer.text[:200]}")
        return "413 in OpenAI's shape"

    def packed() -> str:
        body = gzip.compress(json.dumps({"model": "m", "messages": []}).encode())
        answer = visit.http.post(address, content=body, headers=headers | {"content-encoding": "gzip"})
        if answer.status_code != 401:
            raise Failed(f"status {answer.status_code}: {answer.text[:200]}")
        return ""

    yield "a body of 7 MB is refused with 413", too_large
    yield "a gzipped body is read", packed


def roles(stack: Stack) -> Iterator[tuple[str, Callable[[], str]]]:
    """By IAM's own simulation, under the role that the function has."""

    def denied(function: str, action: str, table: str) -> str:
        if stack.emulator:
            raise Untold("emulators enforce no roles")
        role = stack.client("lambda").get_function_configuration(FunctionName=stack.outputs[f"{function}FunctionName"])[
            "Role"
        ]
        arn = stack.client("dynamodb").describe_table(TableName=f"{stack.outputs['TablePrefix']}{table}")["Table"][
            "TableArn"
        ]
        asked: dict[str, Any] = {"PolicySourceArn": role, "ActionNames": [action], "ResourceArns": [arn]}
        decision = stack.client("iam").simulate_principal_policy(**asked)["EvaluationResults"][0]["EvalDecision"]
        if decision == "allowed":
            raise Failed(f"{role} may")
        return decision

    for row in DENIED:
        function, action, table = row
        yield f"{function} may not {action} {table}", lambda row=row: denied(*row)


def alarms(stack: Stack) -> str:
    """None rings."""
    if stack.emulator:
        raise Untold("emulators ring none")
    pages = stack.client("cloudwatch").get_paginator("describe_alarms").paginate(AlarmNamePrefix=f"{stack.name}-")
    found = [alarm for page in pages for alarm in page["MetricAlarms"]]
    if ringing := [alarm["AlarmName"] for alarm in found if alarm["StateValue"] == "ALARM"]:
        raise Failed(", ".join(ringing))
    return f"{len(found)} alarms"


def after_silence(visit: Visit, minutes: int) -> str:
    """The first request after a freeze answers like any other."""
    if not minutes:
        raise Untold("asked for with --idle MINUTES")
    time.sleep(60 * minutes)
    return visit.wrong_key()


def findings(visit: Visit, idle: int) -> Iterator[Finding]:
    """Everything, in order."""
    checks = [*visit.checks(), *bodies(visit), *roles(visit.stack), ("no alarm rings", lambda: alarms(visit.stack))]
    checks.append((f"a request after {idle or 'some'} idle minutes", lambda: after_silence(visit, idle)))
    if not (visit.key and visit.model):
        checks.append(("a chat streams", lambda: _untold("asked for with ONE_API_KEY and --model")))
    for what, check in checks:
        yield look(what, check)
    for what in BY_HAND:
        yield Finding(what, "untold", "to be looked at by hand")


def _untold(why: str) -> str:
    raise Untold(why)


def look(what: str, check: Callable[[], str]) -> Finding:
    """What one check found."""
    try:
        return Finding(what, "passed", check())
    except Untold as reason:
        return Finding(what, "untold", str(reason))
    except (Failed, httpx.HTTPError, ValueError, BotoCoreError, ClientError) as failure:
        return Finding(what, "failed", f"{type(failure).__name__}: {failure}")


def report(stack: Stack, found: Sequence[Finding]) -> str:
    """As Markdown."""
    counted = ", ".join(f"{sum(f.state == state for f in found)} {state}" for state in ("passed", "failed", "untold"))
    where = f"an emulator at {stack.emulator}" if stack.emulator else stack.region
    lines = [f"# {stack.name} in {where}", "", counted, "", "| | what | seen |", "|---|---|---|"]
    lines += [f"| {f.state} | {f.what} | {f.seen.replace('|', '/')} |" for f in found]
    return "\n".join(lines) + "\n"


def main(arguments: list[str] | None = None) -> int:
    parser = parser_for(__doc__)
    parser.add_argument("--model", default="", help="with a key in ONE_API_KEY: stream a chat with it")
    parser.add_argument("--idle", type=int, default=0, help="minutes of silence before one more request")
    options = parser.parse_args(arguments)
    try:
        stack = chosen(options)
    except StackMissing as missing:
        print(f"certify: {missing}", file=sys.stderr)
        return 1
    visit = Visit(stack, os.environ.get("ONE_API_KEY", ""), options.model)
    found = list(findings(visit, options.idle))
    visit.http.close()
    target = ROOT / ".build" / f"certified-{stack.name}"
    target.parent.mkdir(exist_ok=True)
    target.with_suffix(".json").write_text(json.dumps([asdict(finding) for finding in found], indent=1) + "\n")
    target.with_suffix(".md").write_text(text := report(stack, found))
    print(text)
    return int(any(finding.state == "failed" for finding in found))


if __name__ == "__main__":
    sys.exit(main())
