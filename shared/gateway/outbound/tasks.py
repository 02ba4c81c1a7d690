"""A dialect as a table some of whose operations are tasks: started, asked for until done, their files fetched."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gateway.outbound import pictures
from gateway.outbound.base import Answer, Ask, Media, Reply
from gateway.outbound.exchange import Fetch, Step, Task
from gateway.outbound.operations import TableDialect


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDialect(TableDialect):
    """A ``PollingDialect``. ``step`` reads every reply about a task; what it made may lie behind addresses."""

    step: Callable[[Ask, Reply], Step]

    def created(self, ask: Ask, reply: Reply) -> Step:
        return self.step(ask, reply)

    def poll(self, ask: Ask, task: Task, reply: Reply) -> Step:
        return self.step(ask, reply)

    def finish(self, ask: Ask, fetch: Fetch, files: Mapping[str, Media]) -> Answer:
        return pictures.with_bytes(fetch, files)
