"""Every price: what the source says of a model is what it costs here; what nobody has a price for is told."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from gateway.billing import rational
from gateway.billing.pricing import InvalidPrices, PriceBook, UnknownPrice
from gateway.billing.settings import read_object
from gateway.store.schema.texts import comma_list
from tools.migrate.move import Move
from tools.migrate.verifying.differences import tell


def verify_prices(move: Move, current: Mapping[str, str]) -> None:
    """Hold the price book against the tables of the source."""
    book = PriceBook.from_options(current)
    there = move.source.options().values
    tables: tuple[tuple[str, str, Callable[[str], Fraction | None]], ...] = (
        ("ModelRatio", "model ratio", book.model_ratio),
        ("CompletionRatio", "completion ratio", book.completion_ratio),
        ("GroupRatio", "group ratio", book.group_ratio),
    )
    for option, called, here in tables:
        if current[option] != there.get(option):  # it was set here before: a conflict, and told as that
            continue
        for name, ratio in _table(there, option).items():
            if option != "ModelRatio" or name not in book.overrides:
                tell(move, "price", name, name, {called: (here(name), ratio)})


def notice_prices(move: Move, values: Mapping[str, str]) -> None:
    """Tell of models that channels serve and that have no price: they are refused until there is one."""
    try:
        book = PriceBook.from_options(values)
    except InvalidPrices:
        return
    told: set[str] = set()
    for old in move.source.channels():
        for model in comma_list(old.models) if old.type is not None else ():
            if model not in told and not _priced(book, model, old.type or 0):
                told.add(model)
                words = "it has no price, and is refused until option ModelPrice or ModelRatio has one"
                move.report.add("changed", "model", model, model, words)


def _priced(book: PriceBook, model: str, kind: int) -> bool:
    try:
        book.price(model, kind)
    except UnknownPrice:
        return False
    return True


def _table(values: Mapping[str, str], name: str) -> dict[str, Fraction]:
    try:
        found: dict[str, Any] = read_object(name, values.get(name, ""))
        return {key: rational.parse(value) for key, value in found.items()}
    except (InvalidPrices, ValueError):
        return {}
