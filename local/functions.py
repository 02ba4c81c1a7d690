"""The deployed functions, loaded into this process after their environment is set."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol

from starlette.types import ASGIApp

from gateway.config import StoreSettings
from gateway.store.accounts.bootstrap import RootCredentials, first_start
from gateway.upkeep.keep_names import keep_names
from gateway.upkeep.seal_settings import seal_settings
from local.failure import RunFailed
from local.schedules import Handler


@dataclass(frozen=True, slots=True)
class Functions:
    """Relay and admin as ASGI applications, and the cron function's handler."""

    relay: ASGIApp
    admin: ASGIApp
    cron: Handler


class Seed(Protocol):
    """Makes the first account; what to print, or None when there was one."""

    def __call__(self, environment: Mapping[str, str]) -> RootCredentials | None: ...


@dataclass(frozen=True, slots=True)
class Parts:
    """What a run puts together; tests put in their own."""

    seed: Seed
    load: Callable[[], Functions]


def load_functions() -> Functions:
    """Import the functions as Lambda would. Their modules read the environment, so this is the last step."""
    cron: Handler = import_module("cron.app").handler

    def run_job(job: str) -> dict[str, Any]:
        return cron({"job": job, "asked": True})

    return Functions(
        relay=import_module("relay.asgi").app,
        admin=import_module("admin.app").connected(run_job=run_job),
        cron=cron,
    )


def seed(environment: Mapping[str, str]) -> RootCredentials | None:
    """The account ``root``, when the tables have none."""
    try:
        seal_settings(StoreSettings.read(environment))
        keep_names(StoreSettings.read(environment))
        return first_start(
            StoreSettings.read(environment),
            root_password=environment.get("INITIAL_ROOT_PASSWORD"),
            root_token=environment.get("INITIAL_ROOT_TOKEN"),
            root_access_token=environment.get("INITIAL_ROOT_ACCESS_TOKEN"),
        )
    except ValueError as error:
        raise RunFailed(str(error)) from None


GATEWAY = Parts(seed=seed, load=load_functions)
