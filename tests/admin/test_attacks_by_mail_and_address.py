"""Attacks through what leaves the gateway: headers and markup in mails, addresses that lead inside.

Which addresses are refused, however they are written, is held by ``tests/gateway/security``; headers by
``tests/gateway/mail``; addresses in requests to models by ``tests/e2e/relay/test_media.py``.
"""

import re
import socket
from collections.abc import Callable, Generator
from typing import Any

import pytest

from admin.texts import mails
from admin.texts.mails import Mail
from admin.web.deps import Deps
from gateway.alarms.office import Item, Office
from gateway.alarms.sending import Sender
from gateway.store.accounts import users
from gateway.store.settings import options
from tests.admin.api import PASSWORD, Api
from tests.support.mailbox import Mailbox, html_of, open_mailbox, text_of

MARKUP = "<img src=x onerror=a()> \"'&"
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture
def mailbox(deps: Deps) -> Generator[Mailbox]:
    with open_mailbox() as box:
        set_options(deps, SMTPServer="127.0.0.1", SMTPPort=str(box.port), SMTPFrom="gateway@example.org")
        yield box


def office(deps: Deps) -> Office:
    """What the operator is told with."""
    current = options.current(deps.store)
    return Office(store=deps.store, sender=Sender(deps.fetcher, pauses=()), outbox=deps.outbox, options=current)


def set_options(deps: Deps, **values: str) -> None:
    for key, value in values.items():
        options.put(deps.store, key, value)


def with_address(api: Api, deps: Deps, address: str) -> None:
    user = users.get(deps.store, api.new_user("alice"))
    assert user is not None
    users.change(deps.store, user, {"email": address})


# ---- mails

MAILS: dict[str, Callable[[str], Mail]] = {
    "verification": lambda system: mails.verification(system, "12345678"),
    "address known": mails.address_known,
    "codes guessed": mails.codes_guessed,
    "reset": lambda system: mails.reset(system, "https://gate.example", "a@example.org", "token"),
}


@pytest.mark.parametrize("name", MAILS)
def test_every_mail_is_written_in_both_languages_and_escapes_what_it_is_given(name: str) -> None:
    mail = MAILS[name](MARKUP)
    assert CHINESE.search(mail.subject.zh) and CHINESE.search(mail.body.zh)
    assert not CHINESE.search(mail.subject.en) and not CHINESE.search(mail.body.en)
    for body in (mail.body.zh, mail.body.en):
        assert "<img" not in body and "&lt;img src=x onerror=a()&gt; &quot;&#x27;&amp;" in body


@pytest.mark.parametrize(
    ("language", "chinese"),
    [("zh-CN,zh;q=0.9,en;q=0.8", True), ("en-GB,en;q=0.9,zh;q=0.8", False), ("EN", False), ("", True), ("fr", True)],
)
def test_codes_and_links_come_in_the_language_of_who_asks(
    api: Api, deps: Deps, mailbox: Mailbox, language: str, chinese: bool
) -> None:
    with_address(api, deps, "alice@example.org")
    asked = {"verification": "new@example.org", "reset_password": "alice@example.org"}
    for path, address in asked.items():
        answer = api.get(f"/api/{path}", params={"email": address}, headers={"accept-language": language})
        assert answer["success"]
        mail = mailbox.mails[-1]
        for text in (mail["Subject"], html_of(mail), text_of(mail)):
            assert bool(CHINESE.search(text)) == chinese
    assert api.get("/api/verification?email=alice@example.org", headers={"accept-language": language})["success"]
    assert bool(CHINESE.search(mailbox.body())) == chinese


def test_the_operators_name_is_a_name_and_no_markup_wherever_a_mail_shows_it(
    api: Api, deps: Deps, mailbox: Mailbox
) -> None:
    set_options(deps, SystemName=f"{MARKUP}, b@evil.example")
    assert api.get("/api/verification?email=a@example.org")["success"]
    mail = mailbox.mails[-1]
    assert [address.addr_spec for address in mail["From"].addresses] == ["gateway@example.org"]
    assert mailbox.receivers == [["a@example.org"]]
    assert "<img" not in html_of(mail)


@pytest.mark.parametrize("host", ["evil.example", "evil.example:443", "gate.example@evil.example"])
def test_a_reset_link_leads_to_the_configured_address_whatever_host_was_asked(
    api: Api, deps: Deps, mailbox: Mailbox, host: str
) -> None:
    set_options(deps, ServerAddress="https://gate.example")
    with_address(api, deps, "alice@example.org")
    forged = {"host": host, "x-forwarded-host": host, "x-forwarded-proto": "http", "forwarded": f"host={host}"}
    assert api.get("/api/reset_password?email=alice@example.org", headers=forged)["success"]
    links = re.findall(r"https?://[^\s\"<)]+", html_of(mailbox.mails[-1]) + text_of(mailbox.mails[-1]))
    assert links
    assert all(link.startswith("https://gate.example/user/reset?email=alice%40example.org") for link in links)


def test_an_address_in_a_reset_link_cannot_add_to_it(api: Api, deps: Deps, mailbox: Mailbox) -> None:
    with_address(api, deps, "a&token=x#@example.org")
    assert api.get("/api/reset_password", params={"email": "a&token=x#@example.org"})["success"]
    assert "email=a%26token%3Dx%23%40example.org&amp;token=" in html_of(mailbox.mails[-1])


@pytest.mark.parametrize("break_", ["\r\n", "\n", "\r", "\x00", "\x0b", "\x7f", "\x1f"])
def test_no_name_holds_what_could_begin_a_header(api: Api, break_: str) -> None:
    name = f"a{break_}Bcc:b@c"
    form = {"username": name, "password": PASSWORD}
    assert not api.post("/api/user/register", form)["success"]
    assert not api.root.post("/api/user/", form)["success"]
    number = api.new_user("alice")
    assert not api.root.put("/api/user/", {"id": number, "display_name": name})["success"]
    assert not api.signed_in("alice").put("/api/user/self", {"username": name})["success"]
    for key in ("SystemName", "SMTPFrom", "SMTPServer", "SMTPAccount", "SMTPToken"):
        assert not api.root.put("/api/option/", {"key": key, "value": name})["success"]


@pytest.mark.parametrize("address", ["a@b.c\r\nBcc: d@e.f", "a@b.c\nRCPT TO:<d@e.f>", "a@b.c, d@e.f", "a@b.c> SIZE=1"])
def test_an_address_that_was_stored_somehow_injects_nothing(deps: Deps, mailbox: Mailbox, address: str) -> None:
    """From an import, say; registration lets none of them in."""
    root = users.get(deps.store, 1)
    assert root is not None
    users.change(deps.store, root, {"email": address})
    told = office(deps).tell("s", [Item(event="job_failed", key="1", html="<p>b</p>")])
    assert not told.reached and told.problems.keys() == {"mail"}
    assert mailbox.mails == []


def test_a_subject_of_several_lines_is_one(deps: Deps, mailbox: Mailbox) -> None:
    root = users.get(deps.store, 1)
    assert root is not None
    users.change(deps.store, root, {"email": "root@example.org"})
    subject = "down\r\nBcc: d@e.f\r\n\r\n<script>"
    assert office(deps).tell(subject, [Item(event="job_failed", key="1", html="<p>b</p>")]).reached == {"1"}
    assert mailbox.mails[-1]["Subject"] == "down Bcc: d@e.f <script>"
    assert mailbox.receivers == [["root@example.org"]]


# ---- addresses

NO_ADDRESS = ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "gopher://x.example/", "ftp://x.example"]


@pytest.mark.parametrize("address", NO_ADDRESS)
def test_no_setting_and_no_channel_takes_an_address_of_another_kind(api: Api, deps: Deps, address: str) -> None:
    keys = [key for key in options.current(deps.store) if key.endswith(("Address", "Endpoint", "WellKnown", "Link"))]
    assert len(keys) == 15
    for key in (*keys, "Logo", "WeChatAccountQRCodeImageURL"):
        assert not api.root.put("/api/option/", {"key": key, "value": address})["success"], key
    form = {"type": 1, "name": "c", "key": "k", "models": "m", "base_url": address}
    assert not api.root.post("/api/channel/", form)["success"]
    assert api.root.get("/api/channel/")["data"] == []


@pytest.fixture
def listening() -> Generator[socket.socket]:
    """Something inside that nobody must reach."""
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        made.listen()
        made.setblocking(False)
        yield made


def inside(port: int) -> list[str]:
    hosts = [
        "127.0.0.1",
        "localhost",
        "2130706433",
        "0x7f.1",
        "127.1",
        "0",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
    ]
    return [f"{scheme}://{host}:{port}" for scheme in ("https", "http") for host in hosts]


def test_no_setting_leads_inside(api: Api, deps: Deps, listening: socket.socket) -> None:
    set_options(deps, WeChatAuthEnabled="true", OidcEnabled="true", OidcClientId="id", OidcClientSecret="s")
    set_options(deps, OidcAuthorizationEndpoint="https://id.example/authorize")
    for number, address in enumerate(inside(listening.getsockname()[1])):
        names = ("WeChatServerAddress", "OidcTokenEndpoint", "OidcUserinfoEndpoint", "MessagePusherAddress")
        set_options(deps, **dict.fromkeys(names, address))
        browser = Api(api.app, "", {"x": str(number)})
        browser.client._transport.client = (f"10.0.0.{number}", 1)  # so that the limit is not what refuses
        assert browser.get("/api/oauth/wechat?code=c")["success"] is False
        state = browser.get("/api/oauth/oidc/authorize")["data"].partition("&state=")[2].partition("&")[0]
        assert state
        assert browser.get("/api/oauth/oidc", params={"code": "c", "state": state})["success"] is False
        told = office(deps).tell("s", [Item(event="job_failed", key=str(number), html="b")])
        assert not told.reached and "pusher" in told.problems
    with pytest.raises(BlockingIOError):
        listening.accept()


@pytest.mark.parametrize("host", ["169.254.169.254", "169.254.170.2", "[::ffff:169.254.169.254]", "[fd00:ec2::254]"])
def test_no_channel_asks_a_cloud_for_its_credentials(api: Api, host: str) -> None:
    """Private networks are open to channels, because models of one's own are served there; this is not."""
    form = {"type": 8, "name": "c", "key": "k", "models": "gpt-4o", "base_url": f"http://{host}"}
    assert api.root.post("/api/channel/", form)["success"]
    (channel,) = api.root.get("/api/channel/")["data"]
    answer: Any = api.root.get(f"/api/channel/test/{channel['id']}")
    assert answer["success"] is False and "could not be reached" in answer["message"]
    assert api.root.put("/api/channel/", {"id": channel["id"], "type": 1})["success"]
    answer = api.root.get(f"/api/channel/update_balance/{channel['id']}")
    assert answer["success"] is False and "could not be reached" in answer["message"]
