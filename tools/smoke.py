"""Checks a deployed stack from outside, by what its own outputs say.

    python -m tools.smoke --stack one-api
    ONE_API_KEY=sk-... python -m tools.smoke --stack one-api --model gpt-4o-mini    also streams a chat

Nothing is changed, and nothing but the chat costs anything.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import httpx
from botocore.exceptions import BotoCoreError, ClientError

from local.places import TEMPLATE
from local.tables import read_tables
from tools.canary import sings
from tools.restore import unprotected
from tools.root_account import settings_of
from tools.stack import Stack, StackMissing, chosen, parser_for


class Failed(Exception):
    """A check that did not hold; the message says what was seen."""


@dataclass(slots=True)
class Visit:
    """One run against one stack."""

    stack: Stack
    key: str = ""
    model: str = ""
    http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=60, follow_redirects=True))

    def checks(self) -> Iterator[tuple[str, Callable[[], str]]]:
        yield "the management API answers", self.management
        yield "an unknown address under /api/ is a 404", self.unknown
        yield "the relay refuses a wrong key in OpenAI's shape", self.wrong_key
        yield "the relay allows browsers of other sites", self.preflight
        yield "the site's bucket is closed", self.closed_bucket
        if not self.stack.emulator and "SiteUrl" in self.stack.outputs:
            yield "the site is served", self.site
        yield "the sweep of holds is scheduled", self.schedule
        yield "the tables are protected", self.protected
        yield "ENCRYPTION_KEY opens what was sealed", self.canary
        if self.key and self.model:
            yield f"{self.model} streams", self.stream

    def management(self) -> str:
        answer = self._expect(200, self.http.get(f"{self.stack.management_url}/api/status")).json()
        if not answer.get("success"):
            raise Failed(f"/api/status says {answer}")
        return f"version {answer['data'].get('version')!r}"

    def unknown(self) -> str:
        self._expect(404, self.http.get(f"{self.stack.management_url}/api/no-such-address"))
        return ""

    def wrong_key(self) -> str:
        headers = {"authorization": "Bearer sk-nobody"}
        answer = self._expect(401, self.http.get(f"{self.stack.relay_base_url}/models", headers=headers)).json()
        if not answer.get("error", {}).get("message"):
            raise Failed(f"not an error of OpenAI's shape: {answer}")
        return ""

    def preflight(self) -> str:
        asked = {"origin": "https://example.com", "access-control-request-method": "POST"}
        answer = self.http.options(f"{self.stack.relay_base_url}/chat/completions", headers=asked)
        if answer.status_code >= 300 or "access-control-allow-origin" not in answer.headers:
            raise Failed(f"status {answer.status_code}, headers {dict(answer.headers)}")
        return ""

    def closed_bucket(self) -> str:
        blocked = self.stack.client("s3").get_public_access_block(Bucket=self.stack.outputs["SiteBucketName"])
        if not all(blocked["PublicAccessBlockConfiguration"].values()):
            raise Failed(f"public access is possible: {blocked['PublicAccessBlockConfiguration']}")
        return ""

    def site(self) -> str:
        answer = self._expect(200, self.http.get(self.stack.outputs["SiteUrl"]))
        missing = {"content-security-policy", "x-content-type-options"} - answer.headers.keys()
        if "text/html" not in answer.headers["content-type"] or missing:
            raise Failed(f"content type {answer.headers['content-type']}, without {sorted(missing)}")
        return ""

    def schedule(self) -> str:
        pages = self.stack.client("scheduler").get_paginator("list_schedules").paginate()
        names = [found["Name"] for page in pages for found in page["Schedules"] if found["State"] == "ENABLED"]
        wanted = self.stack.outputs["SweepSchedule"]  # its name is generated, and cut where the stack's is long
        if wanted not in names:
            raise Failed(f"enabled schedules: {names}, without {wanted}")
        return ""

    def protected(self) -> str:
        """A stack that was made to be thrown away protects none: then only what comes by itself is looked at."""
        dynamodb = self.stack.client("dynamodb")
        lacking = {
            table.name: lacks
            for table in read_tables(TEMPLATE, self.stack.name)
            if (lacks := set(unprotected(dynamodb, table)) - self._waived())
        }
        if lacking:
            raise Failed(f"{lacking}; python -m tools.restore says how they come back")
        return ""

    def _waived(self) -> set[str]:
        """What was chosen away, and what emulators do not take from a template."""
        unwanted = (
            {"protection against deletion"} if self.stack.parameters.get("DeletionProtection") == "false" else set()
        )
        return unwanted | ({"point-in-time recovery", "time-to-live"} if self.stack.emulator else set())

    def canary(self) -> str:
        """It is sealed when root is made."""
        fits = sings(self.stack.client("dynamodb"), settings_of(self.stack))
        if fits is False:
            raise Failed(
                "the secret has another key than what the tables were sealed with: channels' keys and redemption codes "
                "stay closed until the old one is put into the secret again, behind a comma"
            )
        return "" if fits else "nothing is sealed yet"

    def stream(self) -> str:
        """Chunks must come one after the other: a buffered answer arrives in one moment."""
        body = {"model": self.model, "stream": True, "messages": [{"role": "user", "content": "Count from 1 to 40."}]}
        headers = {"authorization": f"Bearer {self.key}"}
        begun = time.monotonic()
        with self.http.stream(
            "POST", f"{self.stack.relay_base_url}/chat/completions", json=body, headers=headers
        ) as answer:
            if answer.status_code != 200:
                raise Failed(f"status {answer.status_code}: {answer.read()[:300]!r}")
            times = [time.monotonic() - begun for _ in answer.iter_raw()]
        if not self.stack.emulator and len(times) < 3:
            raise Failed(f"{len(times)} pieces, the last after {times[-1]:.1f} s: the answer was buffered")
        return f"{len(times)} pieces from {times[0]:.2f} to {times[-1]:.2f} s"

    def _expect(self, status: int, answer: httpx.Response) -> httpx.Response:
        if answer.status_code != status:
            raise Failed(f"{answer.request.url} answers {answer.status_code}, not {status}: {answer.text[:300]}")
        return answer


def visit(stack: Stack, *, key: str = "", model: str = "") -> bool:
    """Run every check and print how it went; whether all held."""
    held = True
    going = Visit(stack, key, model)
    for what, check in going.checks():
        try:
            seen, mark = check(), "ok    "
        except (Failed, httpx.HTTPError, ValueError, BotoCoreError, ClientError) as failure:
            seen, mark, held = f"{type(failure).__name__}: {failure}", "FAILED", False
        print(f"{mark} {what}" + (f" ({seen})" if seen else ""), flush=True)
    going.http.close()
    return held


def main(arguments: list[str] | None = None) -> int:
    parser = parser_for(__doc__)
    parser.add_argument("--model", default="", help="with a key in ONE_API_KEY: stream a chat with it")
    options = parser.parse_args(arguments)
    try:
        stack = chosen(options)
    except StackMissing as missing:
        print(f"smoke: {missing}", file=sys.stderr)
        return 1
    return 0 if visit(stack, key=os.environ.get("ONE_API_KEY", ""), model=options.model) else 1


if __name__ == "__main__":
    sys.exit(main())
