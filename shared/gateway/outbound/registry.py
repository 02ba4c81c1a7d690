"""Dialects by name, loaded when first asked for.

A dialect registers by being there: ``outbound/<name>.py``, or ``outbound/<name>/dialect.py`` where it is a folder, with
its object under the name ``DIALECT``. Beside it may stand ``replies`` (whose dialect answers for a model, if not its
own), ``words`` (whose words a model reads, if not those), ``border`` (what it takes as ids, names and users) and, in a
folder, ``meter.py`` with ``METER`` for streams that
pass through. Names of ``openai.quirks`` are OpenAI's dialect with those quirks.

The import inside a function is deliberate: a cold start of the relay needs one or two of the twenty dialects.
Twelve of them together cost 80 ms of CPU, OpenAI's alone 8, where a lean start is 100 (process time, Python 3.11).
"""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules
from types import ModuleType
from typing import cast

from gateway.outbound.canonical.borders import COMPATIBLE, Border
from gateway.outbound.openai.quirks import QUIRKS
from gateway.outbound.protocol import Dialect, ProviderRequest
from gateway.outbound.streams.meter import Meter

_ROOMS = ("gateway.outbound", "gateway.outbound.retired")


@cache
def dialect(name: str) -> Dialect:
    """The dialect of this name; ``KeyError`` if there is none."""
    own = _module(name)
    if own is not None:
        return cast(Dialect, own.DIALECT)
    from gateway.outbound.openai.dialect import OpenAI  # noqa: PLC0415

    return OpenAI(name, QUIRKS[name])


@cache
def _module(name: str) -> ModuleType | None:
    """The module that holds a dialect; ``None`` if it has none of its own."""
    for room in _ROOMS:
        place = f"{room}.{name.replace('-', '_')}"
        if find_spec(place) is not None:
            found = import_module(place)
            if hasattr(found, "__path__") and find_spec(f"{place}.dialect") is not None:
                found = import_module(f"{place}.dialect")
            if hasattr(found, "DIALECT"):
                return found
    return None


class _Dialects(Mapping[str, Dialect]):
    """The names as a mapping; a value is loaded when it is read."""

    def __getitem__(self, name: str) -> Dialect:
        return dialect(name)

    def __iter__(self) -> Iterator[str]:
        yield from QUIRKS
        for room in _ROOMS:
            for found in iter_modules(import_module(room).__path__):
                name = found.name.replace("_", "-")
                if name not in QUIRKS and _module(name) is not None:
                    yield name

    def __len__(self) -> int:
        return sum(1 for _ in self)


DIALECTS: Mapping[str, Dialect] = _Dialects()


def wire(name: str) -> str:
    """The client dialect whose bytes this dialect's replies are (``openai``, ``anthropic``), or its own name.

    Where it equals the caller's dialect, replies may pass through and only be metered.
    """
    if name in QUIRKS:
        return "openai" if QUIRKS[name].exact else name
    return name


def replies(name: str, model: str) -> str:
    """The dialect in which this one's replies for a model are: Vertex AI answers in those of the models' makers."""
    told = getattr(_module(name), "replies", None)
    return told(model) if told else name


def words(name: str, model: str) -> str:
    """The client dialect whose every word a model behind this dialect can be told; nothing need be left out there."""
    own = getattr(_module(name), "words", None)
    return own(model) if own else replies(name, model)


def border(name: str, request: ProviderRequest) -> Border:
    """What the door of this dialect takes as ids, names and users."""
    if name in QUIRKS:
        return QUIRKS[name].border
    own = getattr(_module(name), "border", None)
    return own(request) if own else COMPATIBLE


def meter(name: str, choices: int = 1) -> Meter:
    """A meter for one stream of this dialect that passes through; ``KeyError`` if it never does."""
    if name in QUIRKS:
        from gateway.outbound.openai.meter import OpenAIMeter  # noqa: PLC0415

        return OpenAIMeter(QUIRKS[name], choices)
    try:
        return cast(Meter, import_module(f"gateway.outbound.{name}.meter").METER())
    except ModuleNotFoundError:
        raise KeyError(name) from None
