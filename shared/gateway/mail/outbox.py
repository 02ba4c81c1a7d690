"""Where mail leaves: by SES where the deployment has an identity for it, else by the SMTP server of the options."""

from collections.abc import Mapping, Sequence
from email.message import EmailMessage
from typing import Protocol

from gateway.mail.message import addresses, compose
from gateway.records import dataclass


class Transport(Protocol):
    """One way out, with the address that mails come from."""

    @property
    def sender(self) -> str: ...
    def deliver(self, message: EmailMessage, receivers: Sequence[str]) -> None: ...


@dataclass(frozen=True, slots=True)
class Outbox:
    """``ses_identity`` is a verified domain or address of this region; empty: SMTP."""

    ses_identity: str = ""

    def is_set_up(self, options: Mapping[str, str]) -> bool:
        """Whether it is worth trying."""
        return bool(self.ses_identity or options["SMTPServer"])

    def send(self, options: Mapping[str, str], to: str, subject: str, html: str, *, now: int) -> None:
        """Send one mail, or raise ``MailFailed``. ``to`` may name several addresses, separated by ``;``."""
        transport = self._transport(options)
        receivers = addresses(to)
        message = compose(
            sender=transport.sender,
            name=options["SystemName"],
            receivers=receivers,
            subject=subject,
            html=html,
            now=now,
        )
        transport.deliver(message, receivers)

    def _transport(self, options: Mapping[str, str]) -> Transport:
        if self.ses_identity:
            from gateway.mail.ses import SesIdentity  # noqa: PLC0415 (see compose)

            return SesIdentity.from_options(self.ses_identity, options)
        from gateway.mail.smtp import SmtpServer  # noqa: PLC0415

        return SmtpServer.from_options(options)
