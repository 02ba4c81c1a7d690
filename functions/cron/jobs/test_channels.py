"""Test every channel, those first that were not tested for longest; and tell root what became of them.

A round ends after so many minutes: what is left comes first in the next one. One round at a time.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from cron.deps import Deps
from gateway.domain.channel import ChannelStatus
from gateway.store.channels import channels
from gateway.store.context import Store
from gateway.store.schema.channels import ChannelRow
from gateway.store.settings import options, progress
from gateway.store.settings.progress import Progress
from gateway.upkeep import channel_tests, notices
from gateway.upkeep.channel_tests import RUN, Outcome, Tester
from gateway.upstream import Upstream
from gateway.upstream.protocol import Timeouts

AT_ONCE = 8
PATIENCE = 60.0  # seconds for one channel
LONGEST = 600.0  # seconds after which no further channel is begun


async def run(deps: Deps) -> dict[str, Any]:
    """Test all channels."""
    return await _round(deps, "all")


async def run_disabled(deps: Deps) -> dict[str, Any]:
    """Test the channels that are out of service."""
    return await _round(deps, "disabled")


@dataclass(slots=True)
class _Round:
    """One run over the channels; figures for the log and for who watches."""

    store: Store
    name: str
    options: Mapping[str, str]
    progress: Progress
    changed: dict[str, int] = field(default_factory=lambda: {"disabled": 0, "restored": 0})

    def record(self, row: ChannelRow, outcome: Outcome) -> None:
        """Keep what came of one test; the channel may go out of service or come back."""
        channel_tests.note(self.store, row, outcome, response_time=outcome.milliseconds)
        status = channel_tests.judge(self.store, row, outcome, self.options)
        if status is not None:
            self.changed["restored" if status == ChannelStatus.ENABLED else "disabled"] += 1
        self.progress = replace(
            self.progress, done=self.progress.done + 1, failed=self.progress.failed + (not outcome.passed)
        )
        progress.tell(self.store, RUN, self.name, self.progress)


async def _round(deps: Deps, scope: str) -> dict[str, Any]:
    store, name = deps.store, deps.clock.token()
    if not progress.take(store, RUN, name, scope):
        return {"running": True}
    rows = [row for row in channels.every(store) if scope == "all" or row.status != ChannelStatus.ENABLED]
    begun = replace(progress.read(store, RUN), total=len(rows))
    running = _Round(store, name, options.current(store), begun)
    try:
        await _test(deps, running, sorted(rows, key=lambda row: (row.test_time, row.id)))
    finally:  # a round that failed must not keep the next one away
        running.progress = replace(running.progress, state="done", finished_at=deps.clock.now())
        progress.tell(store, RUN, name, running.progress)
    told = await asyncio.to_thread(notices.tell_channel_changes, deps.office(running.options))
    figures = {key: value for key, value in asdict(running.progress).items() if key in ("total", "done", "failed")}
    return {**figures, **running.changed, "told": told}


async def _test(deps: Deps, running: _Round, rows: list[ChannelRow]) -> None:
    upstream = Upstream(timeouts=Timeouts(connect=5), proxy=deps.settings.relay_proxy, client=deps.client)
    tester = Tester(deps.store, deps.settings, upstream, patience=PATIENCE)
    turn, writing = asyncio.Semaphore(AT_ONCE), asyncio.Lock()
    deadline = deps.clock.monotonic() + LONGEST

    async def one(row: ChannelRow) -> None:
        async with turn:
            if deps.clock.monotonic() > deadline:
                return
            outcome = await tester.test(row)
        async with writing:
            await asyncio.to_thread(running.record, row, outcome)

    try:
        await asyncio.gather(*map(one, rows))
    finally:
        await upstream.close()
