"""What one check found, and the report of all of them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import httpx
from botocore.exceptions import BotoCoreError, ClientError

from tools.smoke import Failed
from tools.stack import Stack

Check = tuple[str, Callable[[], str]]


class Untold(Exception):
    """What could not be looked at here; the message says why."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report. ``state`` is passed, failed or untold."""

    what: str
    state: str
    seen: str = ""


def look(what: str, check: Callable[[], str]) -> Finding:
    """What one check found."""
    try:
        return Finding(what, "passed", check())
    except Untold as reason:
        return Finding(what, "untold", str(reason))
    except (Failed, httpx.HTTPError, ValueError, LookupError, TypeError, BotoCoreError, ClientError) as failure:
        return Finding(what, "failed", f"{type(failure).__name__}: {failure}")


def untold(checks: Iterable[str], why: str) -> list[Finding]:
    """These could not be looked at, all for one reason."""
    return [Finding(what, "untold", why) for what in checks]


def report(stack: Stack, found: Sequence[Finding], provider: str = "none") -> str:
    """As Markdown."""
    counted = ", ".join(f"{sum(f.state == state for f in found)} {state}" for state in ("passed", "failed", "untold"))
    where = f"an emulator at {stack.emulator}" if stack.emulator else stack.region
    lines = [f"# {stack.name} in {where}", "", counted, "", f"Fake provider: {provider}", ""]
    lines += ["| | what | seen |", "|---|---|---|"]
    lines += [f"| {f.state} | {f.what} | {' '.join(f.seen.replace('|', '/').split())} |" for f in found]
    return "\n".join(lines) + "\n"
