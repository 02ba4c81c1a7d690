"""Bytes that are no request, or not a whole one: refused, and everybody else is served as before."""

import contextlib
import socket

import pytest

from tests.e2e.support import CHAT, Account, Channel, Operator


def exchanged(operator: Operator, head: bytes, body: bytes = b"") -> bytes:
    """What comes back for these bytes, up to the end of the connection or a second of silence."""
    with socket.create_connection(("127.0.0.1", operator.gateway.port), timeout=5) as wire:
        with contextlib.suppress(OSError):  # refused before everything was sent
            wire.sendall(head + body)
        seen = b""
        try:
            while piece := wire.recv(65_536):
                seen += piece
                wire.settimeout(0.5)
        except (TimeoutError, ConnectionResetError):
            pass
        return seen


@pytest.mark.parametrize("size", [100_000, 3_000_000])
def test_a_giant_header_is_refused(operator: Operator, account: Account, channel: Channel, size: int) -> None:
    head = f"GET /v1/models HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {account.key}\r\nx-long: {'x' * size}\r\n\r\n"
    seen = exchanged(operator, head.encode())
    assert (seen == b"" and size > 1_000_000) or seen[:13] in (b"HTTP/1.1 431 ", b"HTTP/1.1 400 ")
    check_nothing_happened(account, channel)


@pytest.mark.parametrize(
    "head",
    [b"\x00\xff\xfe nonsense\r\n\r\n", b"POST /v1/chat/completions HTTP/1.1\r\ncontent-length: x\r\n\r\n"],
    ids=["bytes", "length"],
)
def test_what_is_not_http_is_refused(operator: Operator, head: bytes) -> None:
    assert exchanged(operator, head).startswith(b"HTTP/1.1 400 ")


def test_a_body_that_never_comes_harms_nobody(operator: Operator, account: Account, channel: Channel) -> None:
    head = f"POST {CHAT} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {account.key}\r\ncontent-length: 999\r\n\r\n{{"
    with socket.create_connection(("127.0.0.1", operator.gateway.port), timeout=5) as wire:
        wire.sendall(head.encode())
    check_nothing_happened(account, channel)


def check_nothing_happened(account: Account, channel: Channel) -> None:
    assert account.chat().status_code == 200  # over the same connection, if it was kept
    assert len(channel.asked()) == 1
    account.settled(1)
