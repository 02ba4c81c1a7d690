"""No module is below itself, and none is there that nobody uses."""

import re
from fnmatch import fnmatchcase

from tests.support.imports import cycle, import_graph, modules

# Modules that something other than an import reaches, and what that is.
ENTRY_POINTS = {
    "*.asgi": "the handler that infra/template.yaml names",
    "cron.entry": "the handler that infra/template.yaml names",
    "local.__main__": "python -m local",
    "gateway.lambda_runtime.__main__": "python -m gateway.lambda_runtime",
    "admin.resources.*": "found by being there",
    "relay.inbound.*.routes": "found by being there",
    "gateway.outbound.*": "named by rows of the catalogue, loaded by gateway.outbound.registry",
}


def test_no_module_imports_itself_by_way_of_others() -> None:
    assert cycle(import_graph()) == []


def test_a_cycle_is_noticed_also_between_a_package_and_its_own_module() -> None:
    assert cycle({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c", "b"]
    assert cycle({"a": {"a.b"}, "a.b": {"a"}}) == ["a", "a.b", "a"]
    assert cycle({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []


def test_every_module_is_imported_by_the_product_or_named_as_an_entry_point() -> None:
    graph = import_graph()
    used = {below for name, names in graph.items() for below in names if below != name}
    packages = {name for name, path in modules().items() if path.name == "__init__.py"}
    idle = {name for name in graph.keys() - used - packages if not _is_entry(name)}
    assert not idle, f"nobody imports {sorted(idle)}"


def test_every_entry_point_is_there() -> None:
    assert not [pattern for pattern in ENTRY_POINTS if not any(fnmatchcase(name, pattern) for name in modules())]


def _is_entry(name: str) -> bool:
    if name.startswith("gateway.outbound."):
        return _is_dialect(name)
    return any(fnmatchcase(name, pattern) for pattern in ENTRY_POINTS)


def _is_dialect(name: str) -> bool:
    """A dialect's own file, or one in its folder that the registry loads by name."""
    return bool(re.fullmatch(r"gateway\.outbound\.(retired\.)?\w+(\.(dialect|meter))?", name))
