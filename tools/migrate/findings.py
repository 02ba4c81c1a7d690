"""What is told of a move: counts of what came along, and every record that did not come as it was, with the reason.

No secret is ever in a finding: keys are told by their first and last characters, as lists of the site do.
"""

from collections import Counter
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal

Sort = Literal[
    "left out",  # the record, or a part of it, has no counterpart here
    "changed",  # it comes along, but not quite as it was
    "conflict",  # something here has its name, key or address already
    "differs",  # found by the verification: the two sides are not equal
]
SORTS: tuple[Sort, ...] = ("differs", "conflict", "left out", "changed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something about one record of the source."""

    sort: Sort
    kind: str
    id: int | str
    name: str
    what: str


@dataclass(slots=True)
class Report:
    """Everything that is told in the end."""

    source: str
    name: str
    applied: bool
    there: dict[str, int] = field(default_factory=dict[str, int])  # rows of the source
    before: Counter[str] = field(default_factory=Counter[str])  # came along in earlier runs
    moved: Counter[str] = field(default_factory=Counter[str])  # in this one
    money: Counter[str] = field(default_factory=Counter[str])
    compared: Counter[str] = field(default_factory=Counter[str])
    seconds: dict[str, float] = field(default_factory=dict[str, float])
    findings: list[Finding] = field(default_factory=list[Finding])
    handed_out: str = ""  # the file with keys that had to be made anew

    def add(self, sort: Sort, kind: str, id: int | str, name: str, what: str) -> None:
        """Tell something of a record."""
        self.findings.append(Finding(sort=sort, kind=kind, id=id, name=name, what=what))

    def of(self, sort: Sort) -> list[Finding]:
        """What was found of one sort."""
        return [finding for finding in self.findings if finding.sort == sort]

    @property
    def differences(self) -> int:
        """How many the verification found."""
        return len(self.of("differs"))

    def values(self) -> dict[str, Any]:
        """As JSON has it."""
        plain = {part.name: getattr(self, part.name) for part in fields(self)}
        return plain | {"findings": list(map(asdict, self.findings)), "differences": self.differences}
