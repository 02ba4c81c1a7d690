"""Handing a mail to the operator's SMTP server."""

import smtplib
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import field
from email.message import EmailMessage

from gateway.mail.message import MailFailed
from gateway.records import dataclass

_TIMEOUT = 15  # seconds
_IMPLICIT_TLS = 465
_HERE = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where mail goes out. ``sender`` is an address; without account and token nothing is signed in."""

    host: str
    port: int
    account: str
    token: str = field(repr=False)
    sender: str

    @classmethod
    def from_options(cls, options: Mapping[str, str]) -> "SmtpServer":
        """From the options table; ``MailFailed`` says what is missing there."""
        sender = options["SMTPFrom"] or options["SMTPAccount"]
        if not options["SMTPServer"] or not sender:
            raise MailFailed("SMTPServer and SMTPFrom (or SMTPAccount) must be set before mail can be sent")
        return cls(
            host=options["SMTPServer"],
            port=int(options["SMTPPort"]),
            account=options["SMTPAccount"],
            token=options["SMTPToken"],
            sender=sender,
        )

    def deliver(self, message: EmailMessage, receivers: Sequence[str]) -> None:
        """Send it, or raise ``MailFailed``."""
        try:
            with self._connected() as smtp:
                if self.account and self.token:
                    self._sign_in(smtp)
                smtp.send_message(message, from_addr=self.sender, to_addrs=receivers)
        except (smtplib.SMTPException, OSError, ValueError) as error:  # ValueError: a command with a line break
            detail = f"{type(error).__name__}: {error}"
            raise MailFailed(f"the mail server did not take it ({type(error).__name__})", detail=detail) from error

    def _sign_in(self, smtp: smtplib.SMTP) -> None:
        """Never in clear text over a network: who cuts STARTTLS out of the greeting would be told the password."""
        if not isinstance(smtp.sock, ssl.SSLSocket) and self.host not in _HERE:
            raise MailFailed("the mail server offers no encryption, so the account was not told to it")
        smtp.login(self.account, self.token)

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
