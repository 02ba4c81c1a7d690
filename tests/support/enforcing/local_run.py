"""``python -m local`` with its database enforcing the roles: each function acts in its own, and nobody in none.

What was denied goes, line by line, to a file in the folder of the run.
"""

import sys
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from typing import Any

from local.functions import Functions, Parts, seed
from local.run import main
from tests.support.enforcing.endpoint import Judge
from tests.support.enforcing.inside import AsRole, called_as, enforced
from tests.support.enforcing.policy import Call

DENIED = "denied-calls.txt"


class _Writing(Judge):
    """A judge whose refusals can be read from outside."""

    def refuses(self, role: str, operation: str, request: dict[str, Any]) -> list[Call]:
        refused = super().refuses(role, operation, request)
        if refused:
            with Path(DENIED).open("a") as file:
                file.writelines(f"{role}: {call}\n" for call in refused)
        return refused


def load() -> Functions:
    """As a local run loads them, each in its role."""
    cron = called_as("CronRole", import_module("cron.app").handler)
    admin = import_module("admin.app").connected(run_job=lambda job: cron({"job": job}))
    relay = import_module("relay.asgi").app
    return Functions(relay=AsRole(relay, "RelayRole"), admin=AsRole(admin, "AdminRole"), cron=cron)


def run() -> int:
    """The functions are loaded when the tables are there; from then on nobody is an operator."""
    with ExitStack() as stack:

        def loaded() -> Functions:
            functions = load()
            stack.enter_context(enforced(_Writing(), strict=True))
            return functions

        return main(parts=Parts(seed=seed, load=loaded))


if __name__ == "__main__":
    sys.exit(run())
