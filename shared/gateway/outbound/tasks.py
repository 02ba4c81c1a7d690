"""A dialect as a table some of whose operations are tasks: started, asked for until done, their files fetched."""

from collections.abc import Callable, Mapping

from gateway.outbound.canonical import images as canonical_images
from gateway.outbound.exchange import Fetch, Step, Task
from gateway.outbound.protocol import CanonicalResponse, Media, ProviderRequest, WireResponse
from gateway.outbound.tables import TableDialect
from gateway.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDialect(TableDialect):
    """A ``PollingDialect``. ``step`` reads every reply about a task; what it made may lie behind addresses."""

    step: Callable[[ProviderRequest, WireResponse], Step]

    def created(self, request: ProviderRequest, reply: WireResponse) -> Step:
        return self.step(request, reply)

    def poll(self, request: ProviderRequest, task: Task, reply: WireResponse) -> Step:
        return self.step(request, reply)

    def finish(self, request: ProviderRequest, fetch: Fetch, files: Mapping[str, Media]) -> CanonicalResponse:
        return canonical_images.with_bytes(fetch, files)
