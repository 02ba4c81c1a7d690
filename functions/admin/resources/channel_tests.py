"""Testing channels: one at once, or all of them by the job that also runs at its time."""

import asyncio
from typing import Literal

from fastapi import APIRouter

from admin.openapi.examples import TestedModel, TestScope, example
from admin.texts import messages
from admin.web.deps import Deps, DepsOf
from admin.web.envelope import Answer, Done, Refused, done, ok
from admin.web.fields import Id, Shown
from admin.web.gate import GatedRoute, needs
from gateway.config import RelaySettings
from gateway.domain.identity import Role
from gateway.store.channels import channels
from gateway.store.schema.channels import ChannelRow
from gateway.store.settings import progress
from gateway.upkeep.channel_tests import RUN, Outcome, Tester, note
from gateway.upstream import Upstream
from gateway.upstream.protocol import Timeouts

routes = APIRouter(prefix="/api/channel/test", tags=["channels"], route_class=GatedRoute)

PATIENCE = 25.0  # seconds: whoever asked gives up at 29, as API Gateway does
JOBS = {"all": "test_channels", "disabled": "test_disabled_channels"}


class Tested(
    Done,
    json_schema_extra=example(
        message="Hello! How can I help?", time=0.813, modelName="gpt-4o-mini", model="gpt-4o-mini"
    ),
):
    """``time`` in seconds; ``message`` is the model's answer. A test that failed is a refusal with these beside."""

    time: int | float = 0
    modelName: str = ""
    model: str = ""  # the same: what the page of one-api reads


class Run(
    Shown,
    json_schema_extra=example(
        state="done",
        scope="all",
        total=3,
        done=3,
        failed=1,
        started_at=1_767_225_600,
        finished_at=1_767_225_604,
    ),
):
    """How far the newest test of all channels is. ``failed`` are of the ``done`` ones; times in unix seconds."""

    state: Literal["idle", "waiting", "running", "done"]
    scope: str
    total: int
    done: int
    failed: int
    started_at: int
    finished_at: int


@routes.get("", summary="Test all channels, or those out of service, in the background")
@routes.post("", summary="Test all channels, or those out of service, in the background")
@needs(Role.ADMIN, refuses=(messages.TEST_SCOPE, messages.TEST_RUNNING))
def test_all(deps: DepsOf, scope: TestScope = "") -> Done:
    """See `/api/channel/test/progress` for how far it is. Refused and slow channels go out of service."""
    scope = scope or "all"
    if scope not in JOBS:
        raise Refused(messages.TEST_SCOPE.of(scope=scope[:60]))
    if not progress.ask(deps.store, RUN, scope):
        raise Refused(messages.TEST_RUNNING)
    deps.start_job(JOBS[scope])
    return done()


@routes.get("/progress", summary="How far the newest test of all channels is")
@needs(Role.ADMIN)
def show_progress(deps: DepsOf) -> Answer[Run]:
    return ok(Run.model_validate(progress.read(deps.store, RUN), from_attributes=True))


@routes.get("/{channel_id}", summary="Test one channel, whatever its status; the status stays as it is")
@routes.post("/{channel_id}", summary="Test one channel, whatever its status; the status stays as it is")
@needs(Role.ADMIN, refuses=(messages.NOT_FOUND, messages.AS_TOLD))
def test_one(channel_id: Id, deps: DepsOf, model: TestedModel = "") -> Tested:
    """A test that fails answers `success: false` with what the provider said."""
    row = channels.get(deps.store, channel_id)
    if row is None:
        raise Refused(messages.NOT_FOUND)
    outcome = asyncio.run(_tested(deps, row, model))
    note(deps.store, row, outcome, response_time=outcome.milliseconds if outcome.passed else 0)
    names = {"modelName": outcome.model, "model": outcome.model}
    if not outcome.passed:
        raise Refused(messages.AS_TOLD.of(reason=outcome.message), more={"time": 0, **names})
    return Tested(success=True, message=outcome.message, time=round(outcome.seconds, 3), **names)


async def _tested(deps: Deps, row: ChannelRow, model: str) -> Outcome:
    upstream = Upstream(timeouts=Timeouts(connect=5), proxy=deps.settings.relay_proxy)
    try:
        return await Tester(deps.store, RelaySettings.read(), upstream, patience=PATIENCE).test(row, model)
    finally:
        await upstream.close()
