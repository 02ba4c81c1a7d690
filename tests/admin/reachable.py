"""Which refusals a handler can reach, read from its source: every message that it, or what it calls, refers to.

Followed are functions of ``admin``, tables at the top of modules, what a function was made with, and arguments that are
known where a function is called, so that ``_callback(provider, ...)`` reaches the messages of that provider only. A
message whose ``.zh`` or ``.en`` is taken is text for an entry, not a refusal.
"""

import ast
import inspect
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from types import FunctionType, ModuleType
from typing import Any

from admin.texts.messages import Text, plain
from admin.web.envelope import Refused

UNKNOWN = object()
MAILS = ("admin.texts.mails", "admin.texts.reasons")  # nobody's refusal, or a part of one
Reached = set[tuple[Text, int]]


def reachable(handler: Callable[..., Any]) -> Reached:
    """The refusals of a handler with their statuses."""
    walk = _Walk()
    walk.function(handler, {})
    return walk.reached


class _Walk:
    def __init__(self) -> None:
        self.reached: Reached = set()
        self._seen: set[Any] = set()

    def function(self, function: Any, known: Mapping[str, Any]) -> None:
        """Everything a function refers to, with what is known of its arguments."""
        function = inspect.unwrap(function)
        key = (function, tuple(sorted((name, id(value)) for name, value in known.items())))
        module = function.__module__
        if key in self._seen or not module.startswith("admin") or module in MAILS or function.__name__ == "<lambda>":
            return
        self._seen.add(key)
        known = {**inspect.getclosurevars(function).nonlocals, **known}
        tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
        assert isinstance(tree, ast.FunctionDef | ast.AsyncFunctionDef)
        _Body(self, function.__globals__, dict(known)).visit_all(tree.body)

    def value(self, value: Any, status: int = 200) -> None:
        """A table's content, or a message itself."""
        if isinstance(value, Text):
            self.reached.add((value, status))
        elif isinstance(value, FunctionType):
            self.function(value, {})
        elif isinstance(value, type) and issubclass(value, Refused) and value is not Refused:
            self.function(value.__init__, {})
        elif isinstance(value, Mapping):
            for part in value.values():
                self.value(part)
        elif isinstance(value, list | tuple):
            for part in value:
                self.value(part)
        elif is_dataclass(value) and not isinstance(value, type) and type(value).__module__.startswith("admin"):
            for field in fields(value):
                self.value(getattr(value, field.name))


class _Body(ast.NodeVisitor):
    def __init__(self, walk: _Walk, globals_: Mapping[str, Any], known: dict[str, Any]) -> None:
        self._walk, self._globals, self._known, self._status = walk, globals_, known, 200

    def visit_all(self, statements: list[ast.stmt]) -> None:
        for statement in statements:
            self.visit(statement)

    def visit_Assign(self, node: ast.Assign) -> None:
        value = self._resolved(node.value)
        if isinstance(node.targets[0], ast.Attribute) and node.targets[0].attr == "status_code":
            self._status = value  # of the answer that is put together from here on
        if value is UNKNOWN or not isinstance(node.targets[0], ast.Name):
            self.generic_visit(node)
        else:
            self._known[node.targets[0].id] = value

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)

    def visit_Call(self, node: ast.Call) -> None:
        called = self._resolved(node.func)
        if called is Refused:
            self._refused(node)
        elif called in (plain, Text):
            values = [self._resolved(argument) for argument in node.args]
            assert UNKNOWN not in values, f"name this message in admin.texts.messages: {ast.unparse(node)}"
            self._walk.value(called(*values), self._status)
        elif isinstance(called, FunctionType):
            self._called(node, called)
        elif ast.unparse(node.func) == "super().__init__":
            self._refused(node)
        else:
            self.generic_visit(node)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        self.visit_all(node.body)  # what it is for is no refusal yet

    def visit_Name(self, node: ast.Name) -> None:
        self._found(self._resolved(node))

    def visit_Attribute(self, node: ast.Attribute) -> None:
        base = self._resolved(node.value)
        if isinstance(base, Text):
            if node.attr not in ("zh", "en"):
                self._found(base)
            return
        value = self._resolved(node)
        if value is not UNKNOWN:
            self._found(value)
        elif base is UNKNOWN and not self._of_any_row(node):
            self.visit(node.value)
        elif base is not UNKNOWN and not isinstance(base, ModuleType):
            self._found(base)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        value = self._resolved(node)
        if value is UNKNOWN:
            self.generic_visit(node)
        else:
            self._found(value)

    def _refused(self, node: ast.Call) -> None:
        (status,) = [self._resolved(word.value) for word in node.keywords if word.arg == "status"] or [200]
        self._status, before = status, self._status
        for argument in node.args:
            self.visit(argument)
        self._status = before

    def _called(self, node: ast.Call, function: FunctionType) -> None:
        names = list(inspect.signature(function).parameters)
        given = [*zip(names, node.args, strict=False), *((word.arg, word.value) for word in node.keywords if word.arg)]
        known: dict[str, Any] = {}
        for name, argument in given:
            value = self._resolved(argument)
            if value is UNKNOWN:
                self.visit(argument)
            elif isinstance(value, Text):
                self._found(value)
            else:
                known[name] = value
        self._walk.function(function, known)

    def _of_any_row(self, node: ast.Attribute) -> bool:
        """``TABLE[name].attribute`` with an unknown name: that attribute of every row."""
        table = self._resolved(node.value.value) if isinstance(node.value, ast.Subscript) else UNKNOWN
        if not isinstance(table, Mapping):
            return False
        for row in table.values():
            self._found(getattr(row, node.attr, None))
        return True

    def _found(self, value: Any) -> None:
        if value is not UNKNOWN:
            self._walk.value(value, self._status)

    def _resolved(self, node: ast.expr) -> Any:
        """What an expression stands for, as far as that is known without running it."""
        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, ast.Name):
            return self._known.get(node.id, self._globals.get(node.id, UNKNOWN))
        if isinstance(node, ast.Attribute):
            base = self._resolved(node.value)
            plainly = isinstance(base, ModuleType | Text) or (is_dataclass(base) and not isinstance(base, type))
            return getattr(base, node.attr, UNKNOWN) if plainly else UNKNOWN
        if isinstance(node, ast.Subscript):
            base, key = self._resolved(node.value), self._resolved(node.slice)
            return base[key] if isinstance(base, Mapping) and isinstance(key, str) else UNKNOWN
        return UNKNOWN
