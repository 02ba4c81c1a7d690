"""Handing a mail to Amazon SES: https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html"""

from collections.abc import Mapping, Sequence
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from gateway.mail.message import MailFailed
from gateway.records import dataclass

_CONNECT, _READ = 5, 10  # seconds
_TRIES = 3


@dataclass(frozen=True, slots=True)
class SesIdentity:
    """A verified domain or address. ``sender`` belongs to it: the functions' role allows no other."""

    identity: str
    sender: str

    @classmethod
    def from_options(cls, identity: str, options: Mapping[str, str]) -> "SesIdentity":
        """The sender is SMTPFrom, or the identity itself where that is an address."""
        sender = options["SMTPFrom"] or (identity if "@" in identity else "")
        if not _belongs(sender.lower(), identity.lower()):
            raise MailFailed(f"SMTPFrom must be an address of {identity}, from which mail goes out")
        return cls(identity, sender)

    def deliver(self, message: EmailMessage, receivers: Sequence[str]) -> None:
        """Send it, or raise ``MailFailed``."""
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 (see _client)

        try:
            _client().send_email(
                FromEmailAddress=self.sender,
                Destination={"ToAddresses": list(receivers)},
                Content={"Raw": {"Data": message.as_bytes(policy=SMTP)}},
            )
        except (BotoCoreError, ClientError) as error:
            code = _code(error)
            raise MailFailed(f"Amazon SES did not take it ({code})", detail=f"{code}: {error}") from error


def _belongs(sender: str, identity: str) -> bool:
    """Whether SES lets an identity send as this address: it itself, or one of its domain or below."""
    if "@" in identity:
        return sender == identity
    local, _, domain = sender.rpartition("@")
    return bool(local) and (domain == identity or domain.endswith(f".{identity}"))


def _code(error: Any) -> str:
    """SES's own word for what is wrong, such as ``MessageRejected``; without the account and role it names."""
    answer: Any = getattr(error, "response", {})
    return str(answer.get("Error", {}).get("Code") or type(error).__name__)


def _client() -> Any:
    import boto3  # noqa: PLC0415 (110 ms, and few requests send mail)
    from botocore.config import Config  # noqa: PLC0415

    patience = Config(connect_timeout=_CONNECT, read_timeout=_READ, retries={"total_max_attempts": _TRIES})
    # A session of its own: boto3's common one must not make clients in several threads at once.
    return boto3.Session().client("sesv2", config=patience)  # pyright: ignore[reportUnknownMemberType]
