"""Only edges catch everything: where something must outlive whatever goes wrong.

Tidying up and raising on is not catching.
"""

import ast

from tests.support.sources import name_of, nodes, python_files

EVERYTHING = {"Exception", "BaseException"}
EDGES = {
    "functions/admin/resources/jobs.py": "a job's failure is its caller's answer",
    "functions/relay/app.py": "the relay answers whatever happens",
    "functions/relay/metering.py": "a count that fails, in foreign code too, must not make an answer free",
    "shared/gateway/billing/estimate.py": "a tokenizer that panics refuses nobody: the bound holds",
    "functions/relay/at_once.py": "what happens to a coroutine that is gone on with is told to it, as await would",
    "functions/relay/attempt/unforeseen.py": "a reply that nobody foresaw is its provider's failure",
    "local/schedules.py": "a timer outlives its job",
    "shared/gateway/billing/token_counter.py": "tiktoken's Rust panics, which is no Exception; the rest is raised on",
    "shared/gateway/lambda_runtime/load.py": "Lambda is told why the start failed",
    "shared/gateway/security/credentials.py": "the cipher's own error is imported only when it is needed",
}


def catches_everything(node: ast.AST) -> bool:
    if not isinstance(node, ast.ExceptHandler) or _raises_on(node):
        return False
    if node.type is None:
        return True
    return any(isinstance(part, ast.Name) and part.id in EVERYTHING for part in ast.walk(node.type))


def _raises_on(handler: ast.ExceptHandler) -> bool:
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def test_only_the_listed_edges_catch_every_exception() -> None:
    found = {
        name_of(path)
        for path in python_files()
        if not name_of(path).startswith(("tests/", "bench/")) and any(map(catches_everything, nodes(path)))
    }
    assert found == EDGES.keys()


def test_a_catch_all_is_recognised_in_each_of_its_forms() -> None:
    forms = ["except Exception:", "except BaseException as e:", "except (ValueError, Exception):", "except:"]
    for form in forms:
        assert any(map(catches_everything, ast.walk(ast.parse(f"try: ...\n{form} ..."))))
    for other in ("except ValueError: ...", "except BaseException:\n    close()\n    raise"):
        assert not any(map(catches_everything, ast.walk(ast.parse(f"try: ...\n{other}"))))
