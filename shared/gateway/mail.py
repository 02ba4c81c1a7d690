"""Sending mail over SMTP, from the operator's options."""

import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

_TIMEOUT = 15  # seconds
_IMPLICIT_TLS = 465


class MailFailed(Exception):
    """The mail was not accepted; the message is the server's, or says what is missing."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail goes out. ``sender`` is an address; without account and token nothing is signed in."""

    host: str
    port: int
    account: str
    token: str
    sender: str
    system_name: str

    @classmethod
    def from_options(cls, options: Mapping[str, str]) -> "MailServer":
        """From the options table."""
        return cls(
            host=options["SMTPServer"],
            port=int(options["SMTPPort"]),
            account=options["SMTPAccount"],
            token=options["SMTPToken"],
            sender=options["SMTPFrom"] or options["SMTPAccount"],
            system_name=options["SystemName"],
        )

    def send(self, to: str, subject: str, html: str, *, now: int) -> None:
        """Send one mail, or raise ``MailFailed``. ``to`` may name several addresses, separated by ``;``."""
        if not self.host or not self.sender:
            raise MailFailed("SMTPServer and SMTPFrom (or SMTPAccount) must be set before mail can be sent")
        receivers = [part.strip() for part in to.split(";") if part.strip()]
        if not receivers:
            raise MailFailed("receiver is empty")
        message = compose(self, receivers, subject, html, now=now)
        try:
            with self._connected() as smtp:
                if self.account and self.token:
                    smtp.login(self.account, self.token)
                smtp.send_message(message, from_addr=self.sender, to_addrs=receivers)
        except (smtplib.SMTPException, OSError) as error:
            raise MailFailed(f"{type(error).__name__}: {error}") from error

    def _connected(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self.port == _IMPLICIT_TLS:
            return smtplib.SMTP_SSL(self.host, self.port, timeout=_TIMEOUT, context=context)
        smtp = smtplib.SMTP(self.host, self.port, timeout=_TIMEOUT)
        smtp.ehlo()
        if smtp.has_extn("starttls"):
            smtp.starttls(context=context)
            smtp.ehlo()
        return smtp


def is_address(text: str) -> bool:
    """Whether a text is one plain mail address, with nothing that could begin another header."""
    local, at, domain = text.rpartition("@")
    if not at or not local or "." not in domain or len(text) > 254 or not text.isprintable():
        return False
    if any(character in text for character in " ,;:<>()[]\\\"'\t"):
        return False
    try:
        return Address(addr_spec=text).addr_spec == text
    except (ValueError, IndexError, AttributeError):  # what the parser raises on odd input
        return False


def compose(server: MailServer, receivers: list[str], subject: str, html: str, *, now: int) -> EmailMessage:
    """The mail. Line breaks cannot get into a header: the message class refuses them."""
    message = EmailMessage()
    try:
        local, _, domain = server.sender.rpartition("@")
        message["From"] = Address(display_name=server.system_name, username=local, domain=domain)
        message["To"] = ", ".join(receivers)
        message["Subject"] = " ".join(subject.split())
    except (ValueError, IndexError) as error:
        raise MailFailed(f"a header is not acceptable: {error}") from error
    message["Date"] = format_datetime(datetime.fromtimestamp(now, UTC))
    message["Message-ID"] = make_msgid(domain=domain or None)
    message.set_content(html, subtype="html")
    return message
