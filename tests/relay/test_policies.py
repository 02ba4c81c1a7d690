"""Policies around requests and replies: in every client dialect, whole and streamed, and who pays."""

import json
from dataclasses import dataclass, replace
from typing import Any

import pytest

from gateway.domain.usage import Usage
from gateway.errors import BadRequest
from gateway.outbound.protocol import CanonicalResponse
from gateway.wire.json import Json
from relay.admitted_request import AdmittedRequest
from relay.inbound.protocol import ParsedRequest
from tests.relay.policy_cases import CASES, CHAT, RESPONSE, TEXT, chunk, event, of_chat
from tests.support.memory_gateway import MemoryOperator
from tests.support.policed_relay import PolicedRelay
from tests.support.redaction import MARK, WORD, RedactedReply, Redaction

EITHER = pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
EVERY = pytest.mark.parametrize("name", CASES)


def read(answer: Any, streamed: bool) -> Any:
    if not streamed:
        return answer.json()
    lines = [line.removeprefix("data: ") for line in answer.text.splitlines() if line.startswith("data: ")]
    return [json.loads(line) for line in lines if line != "[DONE]"]


@EVERY
@EITHER
def test_without_policies_bytes_pass_where_both_speak_the_same(
    operator: MemoryOperator, name: str, streamed: bool
) -> None:
    relay = CASES[name].relay(operator, streamed)
    answer = CASES[name].ask(relay, streamed)
    said = read(answer, streamed)
    assert CASES[name].text(said) == TEXT
    if name in ("chat", "messages", "gemini", "responses"):
        assert json.loads(relay.asked[0]) | {"stream_options": None} == json.loads(answer.request.content) | {
            "stream_options": None
        }
        sent = b"".join(relay.pieces)
        assert (name == "chat" and streamed) or answer.content == sent  # there the usage is left out


@EVERY
@EITHER
def test_a_word_is_redacted_in_request_and_reply_and_the_providers_usage_is_charged(
    operator: MemoryOperator, name: str, streamed: bool
) -> None:
    relay = CASES[name].relay(operator, streamed, Redaction())
    answer = CASES[name].ask(relay, streamed)
    assert answer.status_code == 200, answer.text
    (asked,) = relay.asked
    assert WORD.encode() not in asked and f"Is it {MARK}?".encode() in asked
    assert CASES[name].text(read(answer, streamed)) == TEXT.replace(WORD, MARK)
    assert WORD not in answer.text
    (entry,) = relay.account.entries()
    assert (entry["prompt_tokens"], entry["completion_tokens"], entry["is_stream"]) == (11, 7, streamed)
    assert entry["quota"] > 0 and not relay.account.holds()


def test_a_stream_that_broke_gives_out_what_was_held_back_and_is_charged_as_it_was_produced(
    operator: MemoryOperator,
) -> None:
    relay = PolicedRelay(
        operator, [event(item) for item in (chunk({"content": "sec"}), chunk({"content": " a sec"}))], Redaction()
    )
    answer = relay.post("/v1/chat/completions", CASES["chat"].body | {"stream": True})
    said = read(answer, True)
    assert of_chat(said[:-1]) == "sec a sec" and said[-1]["error"]
    assert relay.account.details()[0]["result"] == "partial"


class Refusing(RedactedReply):
    """Refuses everything: on admission, or the reply."""

    def __init__(self, *, at_once: bool) -> None:
        super().__init__()
        self.at_once = at_once

    async def admit(self, admitted: AdmittedRequest) -> ParsedRequest | CanonicalResponse:
        return self._refused() if self.at_once else admitted.parsed

    def reply(self, admitted: AdmittedRequest, parsed: ParsedRequest) -> "Refusing":
        return self

    async def whole(self, answer: CanonicalResponse) -> CanonicalResponse:
        return self._refused()

    def chunks(self, chunks: list[Json]) -> list[Json]:
        return self._refused()

    def _refused(self) -> Any:
        raise BadRequest("not in this house", code="not_here")


@EVERY
@EITHER
def test_a_refused_request_is_told_so_in_the_callers_dialect_and_costs_nothing(
    operator: MemoryOperator, name: str, streamed: bool
) -> None:
    relay = CASES[name].relay(operator, streamed, Refusing(at_once=True))
    answer = CASES[name].ask(relay, streamed)
    assert answer.status_code == 400
    assert answer.json()["error"]["message"].startswith("not in this house")
    assert relay.free()


@EVERY
@EITHER
def test_a_refused_reply_was_produced_and_is_paid_for(operator: MemoryOperator, name: str, streamed: bool) -> None:
    relay = CASES[name].relay(operator, streamed, Refusing(at_once=False))
    answer = CASES[name].ask(relay, streamed)
    assert answer.status_code == 400 and answer.json()["error"]["message"].startswith("not in this house")
    (entry,) = relay.account.entries()
    assert entry["quota"] > 0 and not relay.account.holds()


@dataclass
class Remembering:
    """A cache of one answer; ``asked`` counts its questions."""

    answer: CanonicalResponse
    asked: int = 0

    async def admit(self, admitted: AdmittedRequest) -> ParsedRequest | CanonicalResponse:
        self.asked += 1
        return self.answer

    def reply(self, admitted: AdmittedRequest, parsed: ParsedRequest) -> None:
        return None


@EVERY
@EITHER
def test_a_policys_own_answer_is_free_and_passes_the_policies_before_it(
    operator: MemoryOperator, name: str, streamed: bool
) -> None:
    known = RESPONSE if name.startswith("responses") else CHAT
    cache = Remembering(CanonicalResponse(body=known, usage=Usage(prompt=1, completion=1)))
    relay = CASES[name].relay(operator, streamed, Redaction(), cache, Refusing(at_once=True))
    answer = CASES[name].ask(relay, streamed)
    assert answer.status_code == 200, answer.text
    assert CASES[name].text(read(answer, streamed)) == TEXT.replace(WORD, MARK)
    assert cache.asked == 1
    assert relay.free()


class Longer:
    """Asks for more than the caller did, and looks at no reply."""

    async def admit(self, admitted: AdmittedRequest) -> ParsedRequest | CanonicalResponse:
        return admitted.parsed.with_body(admitted.parsed.body | {"max_tokens": 10_000})

    def reply(self, admitted: AdmittedRequest, parsed: ParsedRequest) -> None:
        return None


def test_what_is_held_is_the_price_of_the_changed_request_and_an_unwatched_reply_passes(
    operator: MemoryOperator,
) -> None:
    plain, longer = (CASES["chat"].relay(operator, False, *policies) for policies in ((), (Longer(),)))
    for relay in (plain, longer):
        relay.account.change(quota=1_000)  # enough for the one, too little for all of the other
    body = CASES["chat"].body | {"max_tokens": 1}
    answer = plain.post("/v1/chat/completions", body)
    assert answer.content == b"".join(plain.pieces)
    assert longer.post("/v1/chat/completions", body).status_code == 200
    assert 500 <= json.loads(longer.asked[0])["max_tokens"] < 1_000  # a quarter of the balance, at 0.3 a token
    longer.account.change(quota=10**9)
    answer = longer.post("/v1/chat/completions", body)
    assert answer.content == b"".join(longer.pieces)
    assert json.loads(longer.asked[1])["max_tokens"] == 10_000


def test_what_is_proxied_in_a_providers_own_words_is_refused_where_there_are_policies(operator: MemoryOperator) -> None:
    relay = CASES["chat"].relay(operator, False, Longer())
    answer = relay.post(f"/v1/oneapi/proxy/{relay.channel.id}/v1/chat/completions", CASES["chat"].body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "proxy_not_allowed")
    assert not relay.asked


def test_a_request_with_another_body_is_not_sent_as_it_came() -> None:
    parsed = ParsedRequest(operation="chat", model="m", body={"a": 1}, raw=b"{}")
    changed = parsed.with_body({"a": 2})
    assert (changed.body, json.loads(changed.raw), changed.native) == ({"a": 2}, {"a": 2}, False)
    assert replace(changed, body=parsed.body, raw=parsed.raw, native=True) == parsed
