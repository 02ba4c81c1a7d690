"""Looks at a live stack from outside and from its account: what holds, what does not, what cannot be told.

    ONE_API_ACCESS_TOKEN=... python -m tools.certify --stack one-api
    ONE_API_ACCESS_TOKEN=... python -m tools.certify --stack one-api --idle 0.5

With root's access token it puts a fake provider beside the stack, and makes an account and a channel that lead to it:
every dialect is asked whole and streamed, limits, money, time and roles are looked at, and all of it is taken away
again. Without the token, and besides: everything ``tools.smoke`` looks at, packed bodies, what each function must be
denied, alarms. The report is Markdown and JSON in .build. What only eyes or hours can tell is listed at its end.
"""

import argparse
import json
import os
import secrets
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass

from local.places import ROOT
from tools.certifying import roles
from tools.certifying.beside import provider
from tools.certifying.corpus import corpus
from tools.certifying.fake_provider import PAUSE
from tools.certifying.findings import Check, Finding, Untold, look, report, untold
from tools.certifying.freeze import Freeze
from tools.certifying.ground import PATIENCE, Ground, ground
from tools.certifying.limits import bodies, limits
from tools.certifying.money import money
from tools.smoke import Failed, Visit
from tools.stack import Stack, StackMissing, chosen, parser_for

BY_HAND = (
    "a disabled key is refused after sixty idle minutes",
    "200 requests at once by one key: read TransactionConflict",
    "a picture as a body arrives as it was sent",
    "each job once from the console, a refund",
    "EDGE_SECRET changed under load: nobody is signed out or refused",
    "the function URL streams as the API does (RelayEntry=function-url)",
    "a deletion leaves the encryption key and nothing else",
)


@dataclass(slots=True)
class Certifying:
    """One run. ``provider_host`` is this machine as the stack sees it; ``answered_by`` is what the provider became."""

    visit: Visit
    access_token: str = ""
    idle: float = 0.0  # seconds
    provider_host: str = ""
    pause: float = PAUSE
    patience: float = PATIENCE
    answered_by: str = "none"

    def findings(self) -> Iterator[Finding]:
        """Everything, in order."""
        stack = self.visit.stack
        outside = (*self.visit.checks(), *bodies(self.visit), *roles.functions(stack))
        yield from _looked((*outside, ("no alarm rings", lambda: alarms(stack))))
        yield from self.inside()
        yield from untold(BY_HAND, "to be looked at by hand")

    def inside(self) -> Iterator[Finding]:
        """With a provider, an account and a channel of our own."""
        if not self.access_token:
            yield from untold(("dialects, streams, limits, money, time",), "asked for with ONE_API_ACCESS_TOKEN")
            return
        with ExitStack() as undo:
            ours: list[Ground] = []
            yield (made := look("a provider, an account and a channel are made", lambda: self._made(undo, ours)))
            if made.state == "passed":
                yield from self._with(ours[0])
            yield look("what was made is taken away", lambda: _closed(undo))

    def _made(self, undo: ExitStack, ours: list[Ground]) -> str:
        stack, key = self.visit.stack, secrets.token_hex(16)
        beside = undo.enter_context(provider(stack, key, pause=self.pause, host=self.provider_host))
        self.answered_by = beside.what
        made = ground(stack, self.visit.http, self.access_token, provider=beside.url, key=key, pause=self.pause)
        ours.append(undo.enter_context(made))
        ours[0].patience = self.patience
        return beside.what

    def _with(self, ours: Ground) -> Iterator[Finding]:
        for checks in (corpus(ours), limits(ours), roles.accounts(ours), Freeze(ours, self.idle).checks(), money(ours)):
            yield from _looked(checks)


def _looked(checks: Iterable[Check]) -> Iterator[Finding]:
    for what, check in checks:
        yield look(what, check)


def _closed(undo: ExitStack) -> str:
    undo.close()
    return ""


def alarms(stack: Stack) -> str:
    """None rings."""
    if stack.emulator:
        raise Untold("emulators ring none")
    pages = stack.client("cloudwatch").get_paginator("describe_alarms").paginate(AlarmNamePrefix=f"{stack.name}-")
    found = [alarm for page in pages for alarm in page["MetricAlarms"]]
    if ringing := [alarm["AlarmName"] for alarm in found if alarm["StateValue"] == "ALARM"]:
        raise Failed(", ".join(ringing))
    return f"{len(found)} alarms"


def certify(going: Certifying) -> int:
    """Look, and write the report; 1 if anything failed."""
    stack = going.visit.stack
    found = list(going.findings())
    target = ROOT / ".build" / f"certified-{stack.name}"
    target.parent.mkdir(exist_ok=True)
    kept = {"stack": stack.name, "provider": going.answered_by, "findings": [asdict(finding) for finding in found]}
    target.with_suffix(".json").write_text(json.dumps(kept, indent=1) + "\n")
    target.with_suffix(".md").write_text(text := report(stack, found, going.answered_by))
    print(text)
    return int(any(finding.state == "failed" for finding in found))


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = parser_for(__doc__)
    parser.add_argument("--model", default="", help="with a key in ONE_API_KEY: stream a chat with it, too")
    parser.add_argument("--idle", type=float, default=10, help="minutes of silence before requests that show a freeze")
    parser.add_argument("--provider-host", default="", help="this machine, as the stack sees it: the provider is here")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    options = _options(arguments)
    try:
        stack = chosen(options)
    except StackMissing as missing:
        print(f"certify: {missing}", file=sys.stderr)
        return 1
    visit = Visit(stack, os.environ.get("ONE_API_KEY", ""), options.model)
    token = os.environ.get("ONE_API_ACCESS_TOKEN", "")
    try:
        return certify(Certifying(visit, token, options.idle * 60, options.provider_host))
    finally:
        visit.http.close()


if __name__ == "__main__":
    sys.exit(main())
