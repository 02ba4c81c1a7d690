"""A move told to people and to programs: the same in Markdown and in JSON, in a folder that only its owner may read."""

import json
import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from tools.migrate.findings import SORTS, Finding, Report, Sort

MOST_NAMED = 30  # records that Markdown names of those with the same words; JSON has all
_KINDS = (  # of the source, of marks and counts, of people
    ("users", "user", "accounts"),
    ("tokens", "token", "keys"),
    ("channels", "channel", "channels"),
    ("codes", "redemption", "redemption codes"),
    ("options", "option", "options"),
    ("logs", "log", "log entries"),
)
_TITLES: dict[Sort, str] = {
    "differs": "What is not equal",
    "conflict": "What is taken here",
    "left out": "What does not come along",
    "changed": "What is not quite as it was",
}
_FOUND = {"redemption": "code"}  # kinds of findings that are called otherwise


def write(report: Report, folder: Path) -> list[Path]:
    """Write both files; where they are."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    stem = "report" if report.applied else "plan"
    texts = {
        f"{stem}.md": markdown(report),
        f"{stem}.json": json.dumps(report.values(), ensure_ascii=False, indent=1, sort_keys=True) + "\n",
    }
    paths = [folder / name for name in texts]
    for path, content in zip(paths, texts.values(), strict=True):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(content)
    return paths


def markdown(report: Report) -> str:
    """The report for people."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    yield f"# {'Moved' if report.applied else 'Plan: nothing is written yet'}: {report.source} ({report.name})"
    yield ""
    yield from _counts(report)
    yield from _money(report)
    if report.compared:
        yield from _verification(report)
    if report.handed_out:
        yield from ("", f"Keys that had to be made anew are in `{report.handed_out}`: hand them out, then delete it.")
    for sort in SORTS:
        yield from _findings(_TITLES[sort], report.of(sort))
    if report.seconds:
        yield from ("", "## Times", "", "| step | seconds |", "|---|---|")
        yield from (f"| {step} | {seconds} |" for step, seconds in report.seconds.items())


def _counts(report: Report) -> Iterator[str]:
    now = "moved" if report.applied else "would move"
    yield f"| | there | {now} | here already | left out, or a part of it | conflicts |"
    yield "|---|---|---|---|---|---|"
    for there, kind, called in _KINDS:
        found = [finding for finding in report.findings if finding.kind == _FOUND.get(kind, kind)]
        left = len({finding.id for finding in found if finding.sort == "left out"})
        conflicts = len({finding.id for finding in found if finding.sort == "conflict"})
        known = report.there.get(there, 0)
        yield f"| {called} | {known} | {report.moved[kind]} | {report.before[kind]} | {left} | {conflicts} |"


def _money(report: Report) -> Iterator[str]:
    yield from ("", "## Quota", "", "| | quota units |", "|---|---|")
    names = {"quota": "balances there", "used_quota": "used there"}
    yield from (f"| {called} | {report.there[name]} |" for name, called in names.items() if name in report.there)
    yield from (f"| {name}, of what comes along | {amount} |" for name, amount in sorted(report.money.items()))


def _verification(report: Report) -> Iterator[str]:
    yield from ("", "## Verification", "")
    yield "**Everything is equal.**" if not report.differences else f"**{report.differences} differences.**"
    yield from ("", "| compared | |", "|---|---|")
    yield from (f"| {kind} | {number} |" for kind, number in sorted(report.compared.items()))


def _findings(title: str, findings: list[Finding]) -> Iterator[str]:
    """Those with the same words together."""
    if not findings:
        return
    yield from ("", f"## {title}", "")
    alike: defaultdict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in findings:
        alike[finding.kind, finding.what].append(finding)
    for (kind, what), some in alike.items():
        named = ", ".join(_called(finding) for finding in some[:MOST_NAMED])
        more = f" and {len(some) - MOST_NAMED} more" if len(some) > MOST_NAMED else ""
        yield f"- {kind}: {what}: {named}{more}"


def _called(finding: Finding) -> str:
    name = finding.name.replace("`", "'").replace("\n", " ")[:60]
    return f"`{name}`" if str(finding.id) == name else f"{finding.id} `{name}`"
