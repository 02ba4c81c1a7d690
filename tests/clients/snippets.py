"""What the site tells people to paste, as `frontend/tests/snippets` keeps it letter by letter, for one seat."""

import json
import shlex

from local.places import ROOT
from tests.clients.seats import Seat

KEPT = ROOT / "frontend" / "tests" / "snippets"
ADDRESS, KEY, MODEL = "https://relay.example", "sk-0123456789", "a-model"


def snippet(name: str, seat: Seat, model: str) -> str:
    """A text with a seat's address, key and model in it."""
    text = (KEPT / f"{name}.txt").read_text(encoding="utf-8")
    return text.replace(ADDRESS, seat.url).replace(KEY, seat.account.key).replace(MODEL, model)


def exported(text: str) -> dict[str, str]:
    """What lines for a shell set."""
    assignments = [word for line in text.splitlines() for word in shlex.split(line)[1:]]
    return dict(assignment.split("=", 1) for assignment in assignments)


def claude_environment(seat: Seat, model: str) -> dict[str, str]:
    """The same, told twice: as lines for a shell and as a block of the user's settings."""
    lines = exported(snippet("claude-code.sh", seat, model))
    assert json.loads(snippet("claude-code.settings.json", seat, model)) == {"env": lines}
    return lines
