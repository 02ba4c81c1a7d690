"""What mails are made of: headers that hold, and text beside the HTML."""

from email.message import EmailMessage

import pytest

from gateway.domain.options import DEFAULTS
from gateway.mail.message import MailFailed, addresses, compose, is_address
from gateway.mail.outbox import Outbox
from gateway.mail.plain import text_of
from tests.support.mailbox import html_of
from tests.support.mailbox import text_of as plain_part

INJECTION = "x\r\nBcc: everybody@example.org\r\n\r\n<script>"


def mail(**changes: str) -> EmailMessage:
    fields = {"sender": "gw@example.org", "name": "Gate", "subject": "s", "html": "<p>b</p>"} | changes
    to = fields.pop("to", "a@example.org")
    return compose(receivers=[to], now=1_800_000_000, **fields)


def test_a_mail_has_html_and_the_same_as_text() -> None:
    made = mail(html='<p>您好 &lt;alice&gt;</p><p><a href="https://x.example/?a=1&amp;b=2">Here</a></p>')
    assert made.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in made.iter_parts()] == ["text/plain", "text/html"]
    assert plain_part(made) == "您好 <alice>\n\nHere (https://x.example/?a=1&b=2)\n"
    assert html_of(made).startswith("<p>您好 &lt;alice&gt;</p>")
    assert made["Auto-Submitted"] == "auto-generated"
    assert made["Date"] == "Fri, 15 Jan 2027 08:00:00 +0000"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>a</p><p>b</p>", "a\n\nb\n"),
        ("<p>a<br>b\n c</p>", "a\nb c\n"),
        ('<p><a href="https://x">https://x</a></p>', "https://x\n"),
        ('<p><a href="https://x">there</a> and on</p>', "there (https://x) and on\n"),
        ("a &amp; b &lt;c&gt;", "a & b <c>\n"),
        ("", "\n"),
    ],
)
def test_text_keeps_paragraphs_breaks_and_where_links_lead(html: str, text: str) -> None:
    assert text_of(html) == text


@pytest.mark.parametrize("field", ["sender", "name", "to"])
def test_a_line_break_gets_into_no_header(field: str) -> None:
    with pytest.raises(MailFailed):
        mail(**{field: INJECTION if field == "name" else f"a@example.org{INJECTION}"})


def test_a_line_break_in_a_subject_is_a_blank() -> None:
    made = mail(subject=INJECTION)
    assert made["Subject"] == "x Bcc: everybody@example.org <script>"
    assert made["Bcc"] is None


@pytest.mark.parametrize("name", ['"Gate" <b@evil.example>', "Gate, b@evil.example", "=?utf-8?q?=0aBcc:x?=", "门"])
def test_a_display_name_stays_a_name(name: str) -> None:
    made = mail(name=name)
    (sender,) = made["From"].addresses
    assert (sender.addr_spec, len(made["From"].addresses)) == ("gw@example.org", 1)
    assert b"evil.example" not in b"".join(
        line for line in made.as_bytes().splitlines() if line.lower().startswith((b"to:", b"bcc:", b"cc:"))
    )


@pytest.mark.parametrize(
    "to",
    ["", " ; ", "a@b.c,d@e.f", "A <a@b.c>", "a b@c.d", INJECTION, "a@b.c\r\nBcc: d@e.f", "a", "@", "a@", "x;a@b.c"],
)
def test_receivers_are_plain_addresses(to: str) -> None:
    with pytest.raises(MailFailed):
        addresses(to)


def test_several_receivers_are_separated_by_semicolons() -> None:
    assert addresses(" a@example.org; root@intranet ") == ["a@example.org", "root@intranet"]
    assert not is_address("root@intranet")  # nobody registers with that


def test_mail_that_is_not_set_up_says_what_is_missing() -> None:
    assert not Outbox().is_set_up(DEFAULTS)
    with pytest.raises(MailFailed, match="SMTPServer"):
        Outbox().send(DEFAULTS, "a@example.org", "s", "b", now=0)
