"""The guarded fetcher: where it goes, and where it does not."""

import socket
from collections.abc import Generator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import httpcore
import pytest

from gateway.security.addresses import hands_out_credentials, is_own, is_public
from gateway.security.safe_fetch import MOST_BYTES, Fetcher, FetchFailed, FetchRefused, _Guarded

PUBLIC = ["1.1.1.1", "8.8.8.8", "2606:4700:4700::1111"]
PRIVATE = [
    "127.0.0.1",
    "127.1.2.3",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "255.255.255.255",
    "224.0.0.1",
    "240.0.0.1",
    "198.18.0.1",
    "192.0.2.1",
    "::1",
    "::",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd00:ec2::254",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::127.0.0.1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::7f00:1",
    "64:ff9b::101:101",
    "2002:7f00:1::",
    "2001:0:a00:1::",
    "2002:a9fe:a9fe::",
    "::ffff:0:127.0.0.1",
    "::ffff:1.1.1.1",
    "fec0::1",
    "192.88.99.1",
    "192.0.0.8",
    "2001:db8::1",
    "3fff::1",
    "4000::1",
    "nonsense",
    "",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", PRIVATE)
def test_everything_else_is_not_whatever_it_hides_in(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    ("address", "credentials", "own"),
    [
        ("169.254.169.254", True, False),
        ("169.254.170.2", True, False),
        ("::ffff:169.254.169.254", True, False),
        ("64:ff9b::a9fe:a9fe", True, False),
        ("2002:a9fe:a9fe::", True, False),
        ("fe80::1%eth0", True, False),
        ("fd00:ec2::254", True, False),
        ("100.100.100.200", True, False),
        ("192.0.0.192", True, False),
        ("168.63.129.16", True, False),
        ("::ffff:168.63.129.16", True, False),
        ("64:ff9b::a83f:8110", True, False),
        ("fd20:ce::254", True, False),
        ("100.100.100.201", False, False),
        ("127.9.9.9", False, True),
        ("0.0.0.0", False, True),
        ("::1", False, True),
        ("::", False, True),
        ("::ffff:127.0.0.1", False, True),
        ("10.0.0.1", False, False),
        ("192.168.1.1", False, False),
        ("fd12::1", False, False),
        ("1.1.1.1", False, False),
        ("a name", False, False),
    ],
)
def test_what_channels_may_not_lead_to(address: str, credentials: bool, own: bool) -> None:
    assert (hands_out_credentials(address), is_own(address)) == (credentials, own)
    assert not (credentials and is_public(address))


class _Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/redirect":
            self.send_response(302)
            self.send_header("Location", "/secret")
            self.end_headers()
            return
        body = b"x" * (MOST_BYTES + 1) if self.path == "/endless" else b'{"path": "%s"}' % self.path.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(201)
        self.end_headers()
        self.wfile.write(self.headers["Content-Type"].encode() + b" " + body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def server() -> Generator[str]:
    """A server on a private address, as ``host:port``."""
    running = HTTPServer(("127.0.0.1", 0), _Answers)
    thread = Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"127.0.0.1:{running.server_port}"
    running.shutdown()
    running.server_close()
    thread.join()


def test_a_listed_host_is_fetched(server: str) -> None:
    fetched = Fetcher(frozenset({server})).get(f"http://{server}/a?b=c")
    assert (fetched.status, fetched.json()) == (200, {"path": "/a?b=c"})


def test_bodies_go_out_as_json_or_as_a_form(server: str) -> None:
    fetcher = Fetcher(frozenset({"127.0.0.1"}))
    assert fetcher.post_json(f"http://{server}/", {"a": 1}).body == b'application/json {"a": 1}'
    assert fetcher.post_form(f"http://{server}/", {"a": "1 2"}).body == b"application/x-www-form-urlencoded a=1+2"


def test_a_redirect_is_an_answer_and_not_followed(server: str) -> None:
    assert Fetcher(frozenset({server})).get(f"http://{server}/redirect").status == 302


def test_an_endless_answer_is_cut_off(server: str) -> None:
    with pytest.raises(FetchFailed):
        Fetcher(frozenset({server})).get(f"http://{server}/endless")


def test_an_answer_that_is_not_json_is_a_failure(server: str) -> None:
    with pytest.raises(FetchFailed):
        Fetcher(frozenset({server})).post_json(f"http://{server}/", {}).json()


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://localhost/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0/",
        "https://169.254.169.254/latest/meta-data/",
        "https://[64:ff9b::a9fe:a9fe]/",
    ],
)
def test_a_name_that_leads_to_a_private_address_is_refused(url: str) -> None:
    with pytest.raises((FetchRefused, FetchFailed)):
        Fetcher().get(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/",
        "ftp://example.org/",
        "file:///etc/passwd",
        "gopher://example.org/",
        "//example.org/",
        "https:///path",
        "https://user:password@example.org/",
        "https://example.org/\r\nHost: other",
        "https://exämple.org/",
        "https://example.org:99999/",
        "https://[::1",
        "",
    ],
)
def test_an_address_of_another_form_is_refused_before_anything_is_resolved(url: str) -> None:
    with pytest.raises(FetchRefused):
        Fetcher().get(url)


@pytest.mark.parametrize(
    "host",
    [
        "１２７.0.0.1",
        "0177.0.0.1",
        "127.1",
        "localhost.",
        "[::1%25lo]",
        "[2002:7f00:1::]",
        "[fd00:ec2::254]",
        "[fec0::1]",
    ],
)
def test_a_private_host_is_refused_however_it_is_written(host: str) -> None:
    with pytest.raises((FetchRefused, FetchFailed)):
        Fetcher().get(f"https://{host}/")


class _Dialled(httpcore.NetworkBackend):
    """Notes where it is told to connect, and connects nowhere."""

    def __init__(self) -> None:
        self.hosts: list[str] = []

    def connect_tcp(self, host: str, port: int, *_: Any) -> httpcore.NetworkStream:
        self.hosts.append(host)
        raise httpcore.ConnectError


def test_a_name_that_changes_its_mind_gains_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The connection goes to the address that was checked, and the next is checked anew."""
    answers = [["1.1.1.1"], ["127.0.0.1"], ["1.1.1.1", "10.0.0.1"]]

    def resolve(host: str, port: int, type: int) -> list[tuple[Any, ...]]:
        return [(socket.AF_INET, type, 6, "", (address, port)) for address in answers.pop(0)]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    dialled = _Dialled()
    backend = _Guarded(Fetcher(), dialled)
    with pytest.raises(httpcore.ConnectError):
        backend.connect_tcp("rebinding.example", 443, None)
    for _ in range(2):
        with pytest.raises(FetchRefused):
            backend.connect_tcp("rebinding.example", 443, None)
    assert dialled.hosts == ["1.1.1.1"]


def test_a_listed_name_does_not_open_other_names(server: str) -> None:
    with pytest.raises(FetchRefused):
        Fetcher(frozenset({"127.0.0.1:1"})).get(f"http://{server}/")


def test_nothing_listening_is_a_failure() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    with pytest.raises(FetchFailed):
        Fetcher(frozenset({"127.0.0.1"})).get(f"http://127.0.0.1:{port}/")
