"""What a table of the store is, as data: its keys, its columns, its indexes.

The columns of a row are the fields of its dataclass and are spelled nowhere else; ``items`` makes PynamoDB's models of
them. Nothing here needs PynamoDB, whose import takes 130 ms: the relay reads what lies in tables without it.
"""

from collections.abc import Mapping
from dataclasses import field, fields
from types import UnionType
from typing import Any, ClassVar, Protocol, get_args, get_origin

from gateway.records import dataclass


class Row(Protocol):
    """A frozen dataclass whose fields are columns."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Index:
    """A secondary index: its key (hash, then range), and whether it holds whole items or only their keys."""

    hash_key: str
    range_key: str
    whole: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """One table. ``beside`` are columns that no field of the row is: keys, and what only markers have."""

    table: str
    key: tuple[str, ...]  # the hash key, and the range key if there is one
    row: type[Row] | None = None
    beside: Mapping[str, type] = field(default_factory=dict[str, type])
    indexes: Mapping[str, Index] = field(default_factory=dict[str, Index])

    @property
    def columns(self) -> dict[str, type]:
        """Every column by name: ``str``, ``int``, ``bool``, ``dict`` for a map, ``object`` for JSON kept as text."""
        of_row: dict[str, Any] = (
            {} if self.row is None else {column.name: _kind(column.type) for column in fields(self.row)}
        )
        return {**self.beside, **of_row}


def _kind(declared: Any) -> Any:
    """The kind of a field: of ``int | None`` it is the first, and of ``dict[str, Any]`` the bare one."""
    plain = get_args(declared)[0] if isinstance(declared, UnionType) else declared
    return get_origin(plain) or plain
