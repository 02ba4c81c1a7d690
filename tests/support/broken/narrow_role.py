"""``python -m tests.support.broken.narrow_role``: the local gateway, whose relay may not put entries."""

import sys
from contextlib import ExitStack

from local.functions import Functions, Parts, seed
from local.run import main
from tests.support.enforcing.endpoint import Judge
from tests.support.enforcing.inside import enforced
from tests.support.enforcing.local_run import load
from tests.support.enforcing.policy import Statement


def narrowed() -> Judge:
    """The template's roles but for one right."""
    judge = Judge()
    judge.granted["RelayRole"] = [right for right in judge.granted["RelayRole"] if not _puts_entries(right)]
    return judge


def _puts_entries(right: Statement) -> bool:
    return right.action == "PutItem" and right.target.table == "logs"


def run() -> int:
    """As ``enforcing.local_run`` does."""
    with ExitStack() as stack:

        def loaded() -> Functions:
            functions = load()
            stack.enter_context(enforced(narrowed()))
            return functions

        return main(parts=Parts(seed=seed, load=loaded))


if __name__ == "__main__":
    sys.exit(run())
