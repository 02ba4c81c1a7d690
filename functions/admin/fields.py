"""How values arrive: bodies decoded as strictly and as tolerantly as one-api does, numbers in addresses loosely."""

from typing import Annotated, Any

from fastapi import Path, Query
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

LARGEST = 2**53 - 1  # what JavaScript can hold exactly
PAGE = 10  # one-api's page size
MOST_PER_PAGE = 100
MOST_FOUND = 100  # results of a search


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


class Shown(BaseModel):
    """A part of an answer."""

    model_config = ConfigDict(frozen=True)


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def loose(value: Any) -> int:
    """A whole number; whatever cannot be read is 0, as one-api has it. A fraction counts as unreadable."""
    try:
        number = int(str(value).strip())
    except ValueError:
        return 0
    return number if abs(number) <= LARGEST else 0


def _page(value: Any) -> int:
    return max(0, loose(value))


def _page_size(value: Any) -> int:
    size = loose(value)
    return min(size, MOST_PER_PAGE) if size > 0 else PAGE


Id = Annotated[int, Path(ge=-LARGEST, le=LARGEST)]
Whole = Annotated[int, Field(ge=-LARGEST, le=LARGEST)]
Loose = Annotated[int, BeforeValidator(loose), Query(json_schema_extra={"type": "string"})]
PageNumber = Annotated[int, BeforeValidator(_page), Query(alias="p", description="Page, counted from 0.")]
PageSize = Annotated[int, BeforeValidator(_page_size), Query(description="Rows a page: 10, at most 100.")]


def start_of(page: int, size: int) -> int:
    """How many rows lie before a page; so far out that there is nothing counts as the end."""
    return min(page * size, 1_000_000)
