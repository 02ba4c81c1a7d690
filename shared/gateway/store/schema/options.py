"""Operators' settings (scope ``option``) as text, as one-api's clients send them. docs/data.md has the other scopes."""

from gateway.store.schema.entity import Entity

OPTIONS = Entity(
    table="options",
    key=("scope", "key"),
    beside={"scope": str, "key": str, "value": str, "changed_at": int, "changed_by": str},
)
