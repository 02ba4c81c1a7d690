"""What the management API needs from outside."""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, cast

from fastapi import Depends, Request

from gateway.clock import Clock
from gateway.config import AdminSettings, StoreSettings
from gateway.domain.options import parse
from gateway.jobs import in_background
from gateway.mail.outbox import Outbox
from gateway.security.safe_fetch import Fetcher
from gateway.store.context import Store, open_store

RunJob = Callable[[str], dict[str, Any]]
StartJob = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deps:
    """``run_job`` runs a job of the cron function by name and answers what its handler answers; ``start_job`` does not
    wait for it.
    """

    store: Store
    settings: AdminSettings
    session_secret: bytes
    fetcher: Fetcher
    outbox: Outbox
    run_job: RunJob
    start_job: StartJob
    started: int  # unix seconds

    @property
    def clock(self) -> Clock:
        return self.store.clock


def connect(
    store: StoreSettings,
    settings: AdminSettings,
    *,
    run_job: RunJob,
    start_job: StartJob | None = None,
    clock: Clock | None = None,
) -> Deps:
    """Dependencies on real tables. Jobs are started in this process unless ``start_job`` says otherwise."""
    opened = open_store(store, clock=clock, defaults=_defaults(settings))
    return Deps(
        store=opened,
        settings=settings,
        session_secret=session_secret(store, settings),
        fetcher=Fetcher(frozenset(settings.fetch_allowed_hosts)),
        outbox=Outbox(settings.ses_identity),
        run_job=run_job,
        start_job=start_job or in_background(run_job),
        started=opened.clock.now(),
    )


def _defaults(settings: AdminSettings) -> dict[str, str]:
    """The options that the environment has a default for; a value that does not do counts as none."""
    try:
        return {"Theme": parse("Theme", settings.theme)}
    except ValueError:
        return {}


def session_secret(store: StoreSettings, settings: AdminSettings) -> bytes:
    """What signs sessions: SESSION_SECRET, else derived from the encryption key, which is never optional."""
    if settings.session_secret:
        return settings.session_secret.encode()
    return hmac.digest(store.encryption_key.encode(), b"session", hashlib.sha256)


def deps_of(request: Request) -> Deps:
    """The dependencies of the application that serves this request."""
    return cast(Deps, request.app.state.deps)


DepsOf = Annotated[Deps, Depends(deps_of)]
