"""Mail by Amazon SES: the signed request, the message in it, and what is refused."""

from collections.abc import Generator

import pytest

from gateway.domain.options import DEFAULTS
from gateway.mail.message import MailFailed
from gateway.mail.outbox import Outbox
from tests.support.mailbox import html_of, text_of
from tests.support.ses_server import SesServer, open_ses

OPTIONS = DEFAULTS | {"SMTPFrom": "gateway@mail.example.org", "SystemName": "Ünsere API"}
SECRET = "a secret key"


@pytest.fixture
def ses(monkeypatch: pytest.MonkeyPatch) -> Generator[SesServer]:
    with open_ses(secret_key=SECRET, region="eu-west-1") as server:
        settings = {
            "AWS_ENDPOINT_URL_SESV2": server.url,
            "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_DEFAULT_REGION": "eu-west-1",
            "AWS_REGION": "eu-west-1",
        }
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        yield server


def send(outbox: Outbox, to: str = "a@example.org", html: str = "<p>您好</p>") -> None:
    outbox.send(OPTIONS, to, "邮箱验证邮件", html, now=1_800_000_000)


def test_a_mail_goes_out_signed_and_whole(ses: SesServer) -> None:
    outbox = Outbox("example.org")
    assert outbox.is_set_up(DEFAULTS)
    send(outbox, "a@example.org; b@example.org", "<p>您好 " + "x" * 3000 + "</p>")
    (mail,) = ses.mails
    assert ses.said == [
        {
            "FromEmailAddress": "gateway@mail.example.org",
            "Destination": {"ToAddresses": ["a@example.org", "b@example.org"]},
        }
    ]
    assert mail["From"] == "Ünsere API <gateway@mail.example.org>"
    assert mail["To"] == "a@example.org, b@example.org"
    assert mail["Subject"] == "邮箱验证邮件"
    assert mail["Message-ID"].endswith("@mail.example.org>")
    assert mail.get_content_type() == "multipart/alternative"
    assert text_of(mail).strip() == "您好 " + "x" * 3000
    assert html_of(mail).strip() == "<p>您好 " + "x" * 3000 + "</p>"
    assert max(map(len, ses.raw[0].splitlines())) < 998
    assert b"\n" not in ses.raw[0].replace(b"\r\n", b"")


def test_a_wrong_key_is_refused_and_the_reason_kept_from_callers(
    ses: SesServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another")
    with pytest.raises(MailFailed) as failed:
        send(Outbox("example.org"))
    assert "signature" in failed.value.detail
    assert "signature" not in str(failed.value)
    assert ses.mails == []


def test_what_ses_refuses_has_its_word_for_the_caller_and_the_rest_for_the_log(ses: SesServer) -> None:
    arn = "arn:aws:sts::123456789012:assumed-role/one-api-AdminRole/f"
    ses.refusal = (403, {"message": f"User {arn} is not authorized", "__type": "AccessDeniedException"})
    with pytest.raises(MailFailed) as failed:
        send(Outbox("example.org"))
    assert str(failed.value) == "Amazon SES did not take it (AccessDeniedException)"
    assert arn in failed.value.detail


def test_ses_that_is_not_there_is_a_failure(monkeypatch: pytest.MonkeyPatch, ses: SesServer) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_SESV2", "http://127.0.0.1:9")
    monkeypatch.setattr("gateway.mail.ses._TRIES", 1)
    with pytest.raises(MailFailed):
        send(Outbox("example.org"))


@pytest.mark.parametrize(
    ("identity", "sender", "comes_from"),
    [
        ("example.org", "gw@example.org", "gw@example.org"),
        ("Example.org", "gw@mail.EXAMPLE.org", "gw@mail.EXAMPLE.org"),
        ("gw@example.org", "", "gw@example.org"),
        ("gw@example.org", "GW@example.org", "GW@example.org"),
        ("example.org", "", None),
        ("example.org", "gw@evil-example.org", None),
        ("example.org", "gw@example.org.evil.example", None),
        ("example.org", "example.org", None),
        ("gw@example.org", "other@example.org", None),
    ],
)
def test_the_sender_belongs_to_the_identity(ses: SesServer, identity: str, sender: str, comes_from: str | None) -> None:
    options = OPTIONS | {"SMTPFrom": sender}
    if comes_from is None:
        with pytest.raises(MailFailed, match="SMTPFrom"):
            Outbox(identity).send(options, "a@example.org", "s", "b", now=0)
        assert ses.mails == []
    else:
        Outbox(identity).send(options, "a@example.org", "s", "b", now=0)
        assert ses.said[0]["FromEmailAddress"] == comes_from
