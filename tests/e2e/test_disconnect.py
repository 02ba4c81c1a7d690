"""Callers who leave: each pays once, for what the provider delivered."""

import json
import math
import socket
from collections.abc import Callable
from fractions import Fraction

import pytest

from gateway.billing.token_counter import Counter
from tests.e2e.support import CHAT, MODEL, Account, Channel, asking, until
from tests.fakes.upstream import UpstreamProcess

Option = Callable[[str, str], None]


class Caller:
    """A caller on a socket of its own, who can hang up."""

    def __init__(self, account: Account, text: str, *, stream: bool = True) -> None:
        body = json.dumps(asking(text, stream=stream)).encode()
        head = (
            f"POST {CHAT} HTTP/1.1\r\nhost: gateway\r\nauthorization: Bearer {account.key}\r\n"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        self._socket = socket.create_connection(("127.0.0.1", account.operator.gateway.port), timeout=10)
        self._socket.sendall(head.encode() + body)

    def read_to(self, text: bytes) -> None:
        seen = b""
        while text not in seen:
            piece = self._socket.recv(65_536)
            assert piece, seen
            seen += piece

    def leave(self) -> None:
        self._socket.close()


@pytest.mark.parametrize(
    ("place", "seen"),
    [("", b""), ("gate_after=2", b"word1 "), ("gate_after=5", b"word4 ")],
    ids=["before the first chunk", "mid-stream", "after the last chunk but before the end marker"],
)
def test_a_caller_who_left_pays_once_for_what_the_provider_charges(
    account: Account, channel: Channel, upstream: UpstreamProcess, place: str, seen: bytes
) -> None:
    gate = f"left{channel.id}"
    caller = Caller(account, f"@@fake gate={gate} {place} chunks=5 prompt_tokens=70@@")
    upstream.wait(gate=gate)
    caller.read_to(seen)
    caller.leave()
    upstream.release(gate)
    (entry,) = account.settled(1)
    (answer,) = channel.answers()
    assert answer["outcome"] == "complete"
    assert answer["usage"]["prompt_tokens"] == entry["prompt_tokens"] == 70
    assert answer["usage"]["completion_tokens"] == entry["completion_tokens"] == 5
    assert entry["quota"] == math.ceil((70 + 5 * 4) * Fraction("0.075")) == 7
    assert account.quota() == 10**9 - 7


def test_a_caller_who_left_a_whole_answer_pays_for_it(
    account: Account, channel: Channel, upstream: UpstreamProcess
) -> None:
    gate = f"whole{channel.id}"
    caller = Caller(account, f"@@fake gate={gate} prompt_tokens=70@@", stream=False)
    upstream.wait(gate=gate)
    caller.leave()
    upstream.release(gate)
    (entry,) = account.settled(1)
    assert (entry["prompt_tokens"], entry["completion_tokens"]) == (70, 5)


def test_a_provider_that_breaks_off_after_the_caller_left_is_paid_for_what_came(
    account: Account, channel: Channel, upstream: UpstreamProcess
) -> None:
    gate = f"broke{channel.id}"
    caller = Caller(account, f"hello there @@fake gate={gate} gate_after=2 disconnect_after=4 chunks=9@@")
    caller.read_to(b"word1 ")
    caller.leave()
    upstream.release(gate)
    (entry,) = account.settled(1)
    assert entry["completion_tokens"] >= 4
    assert entry["prompt_tokens"] > 0
    (details,) = account.details()
    assert details["result"] == "partial"


def test_nothing_is_charged_when_the_only_provider_fails_after_the_caller_left(
    account: Account, channel: Channel, upstream: UpstreamProcess
) -> None:
    gate = f"none{channel.id}"
    caller = Caller(account, f"@@fake gate={gate} status=500@@")
    upstream.wait(gate=gate)
    caller.leave()
    upstream.release(gate)
    until(lambda: not account.holds())
    assert account.entries() == []
    assert account.quota() == 10**9


@pytest.mark.parametrize("reached", [0, 2], ids=["before the first chunk", "mid-stream"])
def test_where_the_operator_stops_streams_the_provider_is_left_too_and_what_came_is_paid(
    account: Account, channel: Channel, upstream: UpstreamProcess, option: Option, reached: int
) -> None:
    option("DisconnectPolicy", "stop")
    gate = f"stop{channel.id}"
    caller = Caller(account, f"hello there @@fake gate={gate} gate_after={reached} chunks=500@@")
    upstream.wait(gate=gate)
    caller.read_to(b'"role":"assistant"' if reached == 0 else b"word1 ")
    caller.leave()
    (entry,) = account.settled(1)  # nobody has opened the gate
    (answer,) = channel.answers()
    assert answer["chunks_sent"] == reached
    until(lambda: channel.answers()[0]["outcome"] == "aborted")
    (details,) = account.details()
    assert details["result"] == "partial"
    words = {0: 0, 2: 4}[reached]  # "word", "0", " word", "1", and the last blank belongs to what was to come
    assert words <= entry["completion_tokens"] <= words + 2
    (asked,) = channel.asked()
    assert entry["prompt_tokens"] == Counter(MODEL, approximate=False).prompt(asked.json)
    upstream.release(gate)


def test_a_caller_who_left_before_anything_came_is_not_charged_where_streams_are_stopped(
    account: Account, channel: Channel, upstream: UpstreamProcess, option: Option
) -> None:
    option("DisconnectPolicy", "stop")
    gate = f"early{channel.id}"
    caller = Caller(account, f"@@fake gate={gate}@@")
    upstream.wait(gate=gate)
    caller.leave()
    until(lambda: not account.holds())
    assert account.entries() == []
    until(lambda: channel.answers()[0]["outcome"] == "aborted")
    upstream.release(gate)
