"""Condition, update and projection expressions as trees, parsed once for each text.

A tree's nodes are tuples that begin with their kind. A path is a tuple of names, placeholders and list positions.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from tests.support.contending.refusals import Refused, invalid

Node = tuple[Any, ...]
Path = tuple[str | int, ...]

_TOKEN = re.compile(r"\s*(<>|<=|>=|[=<>(),+\-.\[\]]|[#:]?\w+)")
_COMPARISONS = frozenset({"=", "<>", "<", "<=", ">", ">="})
_TESTS = frozenset({"attribute_exists", "attribute_not_exists", "attribute_type", "begins_with", "contains"})
_CLAUSES = frozenset({"SET", "ADD", "REMOVE", "DELETE"})


@dataclass(frozen=True, slots=True)
class Parsed:
    """A tree, and the placeholders that its text mentions."""

    tree: Any
    mentioned: frozenset[str]


@lru_cache(4096)
def condition(text: str, kind: str = "ConditionExpression") -> Parsed:
    """A condition, filter or key condition."""
    parser = _Parser(text, kind)
    return parser.finish(parser.either())


@lru_cache(4096)
def update(text: str) -> Parsed:
    """An update: a tuple of ``(verb, path, operand)``."""
    parser = _Parser(text, "UpdateExpression")
    return parser.finish(parser.clauses())


@lru_cache(4096)
def projection(text: str) -> Parsed:
    """A tuple of paths."""
    parser = _Parser(text, "ProjectionExpression")
    return parser.finish(tuple(parser.listed(parser.path)))


class _Parser:
    def __init__(self, text: str, kind: str) -> None:
        self._text, self._kind, self._at = text, kind, 0
        self._tokens: list[str] = []
        position = 0
        while rest := text[position:].strip():
            if not (found := _TOKEN.match(text, position)):
                raise self._wrong(rest[0])
            self._tokens.append(found[1])
            position = found.end()

    def finish(self, tree: Any) -> Parsed:
        if self._at < len(self._tokens) or not self._tokens:
            raise self._wrong(self._peek())
        return Parsed(tree, frozenset(token for token in self._tokens if token[0] in "#:"))

    def either(self) -> Node:
        parts = [self._both()]
        while self._word("OR"):
            parts.append(self._both())
        return ("or", *parts) if len(parts) > 1 else parts[0]

    def _both(self) -> Node:
        parts = [self._negated()]
        while self._word("AND"):
            parts.append(self._negated())
        return ("and", *parts) if len(parts) > 1 else parts[0]

    def _negated(self) -> Node:
        if self._word("NOT"):
            return ("not", self._negated())
        if self._took("("):
            inner = self.either()
            self._expect(")")
            return inner
        if self._peek() in _TESTS and self._peek(1) == "(":
            name = self._take()
            return (name, *self._arguments())
        return self._comparison()

    def _comparison(self) -> Node:
        left = self.operand()
        if self._peek() in _COMPARISONS:
            return ("compare", self._take(), left, self.operand())
        if self._word("BETWEEN"):
            low = self.operand()
            if not self._word("AND"):
                raise self._wrong(self._peek())
            return ("between", left, low, self.operand())
        if self._word("IN"):
            return ("in", left, *self._arguments())
        raise self._wrong(self._peek())

    def clauses(self) -> tuple[Node, ...]:
        actions: list[Node] = []
        seen: set[str] = set()
        while self._peek():
            verb = self._take().upper()
            if verb not in _CLAUSES or verb in seen:
                raise self._wrong(verb)
            seen.add(verb)
            actions += self.listed(lambda verb=verb: self._action(verb))
        return tuple(actions)

    def _action(self, verb: str) -> Node:
        path = self.path()
        if verb == "REMOVE":
            return (verb, path, None)
        if verb == "SET":
            self._expect("=")
            return (verb, path, self._sum())
        return (verb, path, self.operand())

    def _sum(self) -> Node:
        left = self.operand()
        while self._peek() in ("+", "-"):
            left = ("calculate", self._take(), left, self.operand())
        return left

    def operand(self) -> Node:
        if self._peek().startswith(":"):
            return ("value", self._take())
        if self._peek(1) == "(" and self._peek() in ("size", "if_not_exists", "list_append"):
            name = self._take()
            return (name, *self._arguments())
        return ("path", self.path())

    def path(self) -> Path:
        parts: list[str | int] = [self._name()]
        while self._peek() in (".", "["):
            if self._take() == ".":
                parts.append(self._name())
            else:
                parts.append(int(self._take()))
                self._expect("]")
        return tuple(parts)

    def listed(self, element: Any) -> list[Any]:
        elements = [element()]
        while self._took(","):
            elements.append(element())
        return elements

    def _arguments(self) -> list[Node]:
        self._expect("(")
        arguments = self.listed(self._sum)
        self._expect(")")
        return arguments

    def _name(self) -> str:
        token = self._take()
        if token[0] != "#" and not re.fullmatch(r"[A-Za-z_]\w*", token):
            raise self._wrong(token)
        return token

    def _peek(self, ahead: int = 0) -> str:
        place = self._at + ahead
        return self._tokens[place] if place < len(self._tokens) else ""

    def _take(self) -> str:
        token = self._peek()
        if not token:
            raise self._wrong("<EOF>")
        self._at += 1
        return token

    def _word(self, word: str) -> bool:
        return self._took(self._peek()) if self._peek().upper() == word else False

    def _took(self, token: str) -> bool:
        if token and self._peek() == token:
            self._at += 1
            return True
        return False

    def _expect(self, token: str) -> None:
        if not self._took(token):
            raise self._wrong(self._peek())

    def _wrong(self, token: str) -> Refused:
        return invalid(f'Invalid {self._kind}: Syntax error; token: "{token}", near: "{self._text}"')
