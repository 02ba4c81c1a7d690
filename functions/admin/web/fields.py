"""How values arrive: bodies decoded as strictly and as tolerantly as one-api does, numbers in addresses loosely."""

import re
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Path, Query
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, create_model, model_validator

from admin.web.models import Model

LARGEST = 2**53 - 1  # what JavaScript can hold exactly
PAGE = 10  # one-api's page size
MOST_PER_PAGE = 100
MOST_FOUND = 100  # results of a search

_WHOLE = re.compile(r"[+-]?[0-9]{1,16}")


class Submitted(BaseModel):
    """A body: unknown fields are ignored, ``null`` leaves a default, a wrong type or half a character is refused."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _readable(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        fields: dict[Any, Any] = value  # pyright: ignore[reportUnknownVariableType]
        if not all(_is_text(content) for content in fields.values() if isinstance(content, str)):
            raise ValueError("text must be Unicode: half of a surrogate pair stands alone")
        return {name: content for name, content in fields.items() if content is not None}


class Shown(Model):
    """A part of an answer."""

    model_config = ConfigDict(frozen=True)


def extended(base: type[Shown], fields: Mapping[str, type[bool] | type[str]]) -> type[Shown]:
    """A part of an answer with these fields behind those it has; a field that it has already stays as it is."""
    more: dict[str, Any] = {name: (kind, kind()) for name, kind in fields.items() if name not in base.model_fields}
    return create_model(base.__name__, __base__=base, **more)


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def loose(value: Any) -> int:
    """A whole number; whatever cannot be read is 0, as one-api has it. A fraction counts as unreadable."""
    text = str(value)
    number = int(text) if _WHOLE.fullmatch(text) else 0
    return number if abs(number) <= LARGEST else 0


def _whole(value: Any) -> Any:
    """A number in an address, as narrowly read as one-api reads it: digits and nothing else."""
    if isinstance(value, str) and not _WHOLE.fullmatch(value):
        raise ValueError("must be a whole number")
    return value


def _page(value: Any) -> int:
    return max(0, loose(value))


def _page_size(value: Any) -> int:
    size = loose(value)
    return min(size, MOST_PER_PAGE) if size > 0 else PAGE


Id = Annotated[int, BeforeValidator(_whole), Path(ge=-LARGEST, le=LARGEST)]
LooseId = Annotated[int, BeforeValidator(loose), Path(json_schema_extra={"type": "string"})]  # unreadable is 0
Whole = Annotated[int, Field(ge=-LARGEST, le=LARGEST)]
Loose = Annotated[int, BeforeValidator(loose), Query(json_schema_extra={"type": "string"})]
PageNumber = Annotated[int, BeforeValidator(_page), Query(alias="p", description="Page, counted from 0.")]
PageSize = Annotated[int, BeforeValidator(_page_size), Query(description="Rows a page: 10, at most 100.")]


def listed(text: str) -> str:
    """A comma-separated list without blanks, empty parts and repetitions."""
    return ",".join(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


def start_of(page: int, size: int) -> int:
    """How many rows lie before a page; so far out that there is nothing counts as the end."""
    return min(page * size, 1_000_000)
