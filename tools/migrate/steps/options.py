"""Options: what the operator had set there and has not set here, checked like what the site sends."""

from gateway.billing.pricing import OPTIONS as PRICES
from gateway.billing.pricing import InvalidPrices, PriceBook
from gateway.domain.options import SECRETS, parse
from gateway.store.settings import options
from tools.migrate.move import Move

_AT_ONCE = 25
BY = "moved from"  # how it is noted who set an option


def move_options(move: Move) -> None:
    """Bring all options that mean something here."""
    there = move.source.options()
    for name, why in there.left.items():
        move.report.add("left out", "option", name, name, why)
    current, stored = options.current(move.store), options.stored(move.store)
    wanted: dict[str, str] = {}
    for name, value in there.values.items():
        text = _told(move, name, value)
        if text is None or current[name] == text:
            move.report.before["option"] += text is not None
        elif name in stored and not move.replace_options:
            shown = "another value" if name in SECRETS else f"{stored[name]:.60}"
            words = f"it is set here already ({shown}) and stays; --replace-options takes the one from there"
            move.report.add("conflict", "option", name, name, words)
        else:
            wanted[name] = text
    if not _prices_readable(move, current | wanted):
        wanted = {name: value for name, value in wanted.items() if name not in PRICES}
    _write(move, wanted)


def checked(name: str, value: str) -> str | None:
    """The text to store; ``None`` if it cannot be stored under this name."""
    try:
        return parse(name, value)
    except ValueError:
        return None


def _told(move: Move, name: str, value: str) -> str | None:
    """The same, with a word about what cannot be stored."""
    try:
        return parse(name, value)
    except ValueError as error:
        words = "a value that is not possible here" if name in SECRETS else str(error)
        move.report.add("left out", "option", name, name, words)
        return None


def _prices_readable(move: Move, values: dict[str, str]) -> bool:
    try:
        PriceBook.from_options(values)
    except InvalidPrices as error:
        name = str(error.param)
        words = f"the tables of prices do not fit together, so none comes along: {error}"
        move.report.add("left out", "option", name, name, words)
        return False
    return True


def _write(move: Move, wanted: dict[str, str]) -> None:
    names = sorted(wanted)
    for start in range(0, len(names) if move.applying else 0, _AT_ONCE):
        some = {name: wanted[name] for name in names[start : start + _AT_ONCE]}
        options.put_all(move.store, some, f"{BY} {move.source.kind}")
    move.report.moved["option"] += len(wanted)
