"""Attribute values in one canonical form, their order and their size.

Sizes: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
"""

from base64 import b64decode
from decimal import Context, Decimal, DecimalException, Inexact, InvalidOperation
from functools import lru_cache
from typing import Any

from tests.support.contending.refusals import invalid

Json = dict[str, Any]

DIGITS = 38
MOST_BYTES = 400 * 1024
_EXACT = Context(prec=DIGITS, Emax=125, Emin=-130, traps=[Inexact, InvalidOperation])
_TOO_PRECISE = "Attempting to store more than 38 significant digits in a Number"


def canonical(value: Json) -> Json:
    """The value with numbers and sets written in one way; refused if it is none."""
    if not isinstance(value, dict) or len(value) != 1:
        raise invalid("Supplied AttributeValue is empty, must contain exactly one of the supported datatypes")
    ((kind, content),) = value.items()
    if kind == "N":
        return {"N": number(content)}
    if kind == "M":
        return {"M": {name: canonical(member) for name, member in content.items()}}
    if kind == "L":
        return {"L": [canonical(element) for element in content]}
    if kind in ("SS", "BS", "NS"):
        elements = [number(element) for element in content] if kind == "NS" else content
        if not elements or len(set(elements)) < len(elements):
            raise invalid("One or more parameter values were invalid: An set may not be empty or contain duplicates")
        return {kind: sorted(elements)}
    if kind in ("S", "B") and not isinstance(content, str):
        raise invalid(f"{kind} is text, not {type(content).__name__}")
    if kind not in ("S", "B", "BOOL", "NULL"):
        raise invalid(f"Supplied AttributeValue has no known type: {kind}")
    return value


def canonical_item(item: Json) -> Json:
    """Every attribute of an item."""
    return {name: canonical(value) for name, value in item.items()}


def number(text: Any) -> str:
    """A number in plain digits, without zeros that mean nothing."""
    if not isinstance(text, str):
        raise invalid("NUMBER_VALUE cannot be converted to String")
    if text.isascii() and text.isdigit() and len(text) <= DIGITS and (text == "0" or text[0] != "0"):
        return text
    try:
        return plain(Decimal(text).normalize(_EXACT))
    except Inexact as error:
        raise invalid(_TOO_PRECISE) from error
    except DecimalException as error:
        raise invalid(f"The parameter cannot be converted to a numeric value: {text}") from error


def plain(value: Decimal) -> str:
    """Digits without an exponent, and no negative zero."""
    if not value.is_finite():
        raise invalid("The parameter cannot be converted to a numeric value")
    return format(value, "f") if value else "0"


def calculated(left: Json, sign: str, right: Json) -> Json:
    """The sum or difference of two numbers."""
    if "N" not in left or "N" not in right:
        raise invalid("An operand in the update expression has an incorrect data type")
    one, other = Decimal(left["N"]), Decimal(right["N"])
    try:
        result = _EXACT.add(one, other) if sign == "+" else _EXACT.subtract(one, other)
        return {"N": plain(result.normalize(_EXACT))}
    except DecimalException as error:
        raise invalid(_TOO_PRECISE) from error


def sort_key(value: Json) -> Any:
    """What orders values of one type: numbers by size, text by its UTF-8 bytes."""
    ((kind, content),) = value.items()
    if kind == "N":
        return Decimal(content)
    return content.encode() if kind == "S" else b64decode(content)


def size(value: Json) -> int:
    """Bytes of a value as they are billed."""
    ((kind, content),) = value.items()
    if kind == "S":
        return _bytes(content)
    if kind == "N":
        return _number_size(content)
    if kind == "B":
        return len(b64decode(content))
    if kind == "M":
        return 3 + sum([_bytes(name) + size(member) + 1 for name, member in content.items()])
    if kind == "L":
        return 3 + sum([size(element) + 1 for element in content])
    if kind in ("SS", "NS", "BS"):
        return sum(size({kind[0]: element}) for element in content)
    return 1


def item_size(item: Json | None) -> int:
    """Bytes of an item; none has no bytes."""
    return sum([_bytes(name) + size(value) for name, value in item.items()]) if item else 0


def _bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())


@lru_cache(maxsize=10_000)
def _number_size(text: str) -> int:
    digits = text.lstrip("-").replace(".", "").strip("0")
    return (len(digits) + 1) // 2 + 1 + text.startswith("-")


def write_units(*sizes: int) -> int:
    """Of a write between these sizes, before and after."""
    return max(1, -(-max(sizes) // 1024))


def read_units(bytes_: int, *, consistent: bool) -> float:
    """Of a read of so many bytes."""
    units = max(1, -(-bytes_ // 4096))
    return float(units) if consistent else units / 2
