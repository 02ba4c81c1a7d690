"""Functions fit on a screen, files in a head. Files that are data are exempt."""

import ast
from pathlib import Path

import pytest

from local.places import ROOT
from tests.support.sources import name_of, nodes, python_files

FUNCTION_LINES = 40
FILE_LINES = 400
DATA = {"shared/gateway/providers/catalog_rows/compatible.py"}


@pytest.mark.parametrize("path", [path for path in python_files() if name_of(path) not in DATA], ids=name_of)
def test_a_file_and_its_functions_keep_to_their_size(path: Path) -> None:
    too_long = [
        f"{node.name} in line {node.lineno} has {length} lines"
        for node in nodes(path)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_LINES
    ]
    assert not too_long
    assert len(path.read_text().splitlines()) <= FILE_LINES


def test_only_what_is_long_is_exempt_as_data() -> None:
    assert not [name for name in DATA if len((ROOT / name).read_text().splitlines()) <= FILE_LINES]
