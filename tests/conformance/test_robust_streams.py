"""Streams as servers and proxies mangle them, of every dialect that streams, through the gateway."""

import json

import pytest

from tests.conformance import recorded
from tests.conformance.conftest import SPARK, Gateway, of_sockets
from tests.conformance.samples import Sample, all_samples, replayed
from tests.conformance.sdk_view import asked, hear
from tests.conformance.stream_variants import LINES, SSE, events
from tests.e2e.support import events as events_of
from tests.gateway.outbound.test_claude_and_google_conformance import FAULTS
from tests.gateway.outbound.test_recorded_native import CHATS

pytestmark = pytest.mark.conformance

OF_EACH = 2  # the shortest streams of a channel type and its settings

# End with [DONE] and with nothing else: without it they are cut short, which test_replay holds.
NEEDS_DONE = {"spark/http-stream", "cloudflare/run-stream-padding"}


def chosen() -> list[Sample]:
    """Some streams of every kind of channel."""
    kinds: dict[tuple[int, str], list[Sample]] = {}
    for sample in replayed(all_samples()):
        part_only = sample.name in CHATS and CHATS[sample.name][1]["finish"] is None
        if sample.stream and sample.operation == "chat" and sample.name not in FAULTS and not part_only:
            kinds.setdefault((sample.type, json.dumps(sample.config)), []).append(sample)
    return [s for found in kinds.values() for s in sorted(found, key=lambda one: len(one.body))[:OF_EACH]]


STREAMS = chosen()


def manglings(sample: Sample) -> list[str]:
    if sample.body[:2] == b"\0\0":  # AWS frames, which nothing in between can change
        return []
    return [*LINES] if sample.body[:1] == b"{" else [name for name in SSE if (name, sample.name) not in EXCEPT]


EXCEPT = {("nodone", name) for name in NEEDS_DONE}


@pytest.mark.parametrize("sample", of_sockets(STREAMS), ids=lambda sample: sample.name)
def test_a_mangled_stream_says_the_same(gateway: Gateway, sample: Sample) -> None:
    for name in manglings(sample):
        try:
            recorded.check(sample, hear(gateway.client, sample, gateway.model(sample), name))
        except AssertionError as error:
            raise AssertionError(f"{name}: {error}") from error


def test_a_silent_provider_loses_no_caller(gateway: Gateway) -> None:
    if not STREAMS:
        pytest.skip("the recorded traffic does not lie beside the project")
    several = [sample for sample in STREAMS if len(events(sample.body)) > 1 and sample.type != SPARK]
    for sample in several:
        quick, slow = (gateway.account.post(asked(sample, gateway.model(sample), cut)) for cut in ("whole", "silence"))
        assert b"\n: " in b"\n" + slow.content, f"{sample.name}: nothing came while the provider was silent"
        assert says(slow.content) == says(quick.content), sample.name


def says(content: bytes) -> list[object]:
    """The choices of a stream, without ids that are made anew for each request."""
    seen = [event for event in events_of(content) if isinstance(event, dict)]
    return [[c.get("finish_reason"), (c.get("delta") or {}).get("content")] for e in seen for c in e.get("choices", [])]
