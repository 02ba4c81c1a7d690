"""Every recorded error through the gateway: the caller gets its status and words in OpenAI's shape.

What each of them means is classified by name in the tables of the dialects' own tests; here the union of those
tables is held against the recordings.
"""

import httpx
import pytest

from tests.conformance.conftest import Gateway, of_sockets
from tests.conformance.samples import Sample, all_samples
from tests.conformance.sdk_view import asked
from tests.e2e.support import error_of
from tests.e2e.support import events as events_of
from tests.gateway.outbound import test_claude_and_google_conformance as claude_and_google
from tests.gateway.outbound import test_recorded_native as native
from tests.gateway.outbound.openai import test_conformance as compatible

pytestmark = pytest.mark.conformance

# Sample to what it means. Where two dialects are tested with one sample, both tables say the same.
KINDS: dict[str, str] = {
    **compatible.MEANS,
    "ollama/compat-err401": "disable",  # of Ollama's OpenAI address, a custom channel's
    **{name: kind for name, (kind, _) in native.ERRORS.items()},
    **{name: kind for name, (kind, _) in claude_and_google.FAULTS.items()},
}
ALL = all_samples()
ERRORS = [s for s in ALL if s.error or s.name in KINDS]

# Status that the caller gets where it is not the provider's own: the provider said 200, or nothing that fits.
STATUS: dict[str, int] = {name: status for name, (_, status) in native.ERRORS.items()} | {
    name: status for name, (_, status) in claude_and_google.FAULTS.items()
}
# An error event behind others: an error status where nothing had been sent by then, else the last event.
AFTER_BEGINNING = {"groq/stream-error-tooluse", "anthropic/stream-error-midway", "openai/responses-stream-ratelimited"}


def name_of(sample: Sample) -> str:
    return sample.name


def test_every_error_of_the_recordings_is_classified() -> None:
    if not ALL:
        pytest.skip("the recorded traffic does not lie beside the project")
    assert {s.name for s in ALL if s.error} - KINDS.keys() == set()
    assert KINDS.keys() - {s.name for s in ALL} == set()


@pytest.mark.parametrize("sample", of_sockets(ERRORS), ids=name_of)
def test_a_recorded_error_reaches_the_caller_in_openais_shape(gateway: Gateway, sample: Sample) -> None:
    reply = ask(gateway, sample)
    if reply.status_code == 200:
        assert sample.name in AFTER_BEGINNING
        *_, last = [event for event in events_of(reply.content) if event != "[DONE]"]
        assert last["error"]["message"]
        return
    assert error_of(reply)["message"]
    expected = STATUS.get(sample.name, sample.status)
    assert reply.status_code == (expected if expected >= 400 else reply.status_code) >= 400


def ask(gateway: Gateway, sample: Sample) -> httpx.Response:
    path = {"responses": "responses", "embeddings": "embeddings"}.get(sample.operation, "chat/completions")
    return gateway.account.post(asked(sample, gateway.model(sample), "whole"), path=f"/v1/{path}")
