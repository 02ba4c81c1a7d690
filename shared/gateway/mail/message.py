"""What a mail is made of: safe headers, HTML, and the same as text for readers that show none."""

from collections.abc import Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid


class MailFailed(Exception):
    """The mail did not go out. The message is fit for anybody; ``detail`` is for the log."""

    def __init__(self, message: str, *, detail: str = "") -> None:
        super().__init__(message)
        self.detail = detail or message


def is_address(text: str) -> bool:
    """Whether a text is one plain mail address, with nothing that could begin another header."""
    return "." in text.rpartition("@")[2] and _is_receiver(text)


def addresses(text: str) -> list[str]:
    """The addresses of a text that may name several, separated by ``;``; ``MailFailed`` if one is none."""
    found = [part.strip() for part in text.split(";") if part.strip()]
    if not found:
        raise MailFailed("receiver is empty")
    wrong = [one for one in found if not _is_receiver(one)]
    if wrong:
        raise MailFailed(f"{wrong[0][:60]!r} is not a mail address")
    return found


def compose(*, sender: str, name: str, receivers: Sequence[str], subject: str, html: str, now: int) -> EmailMessage:
    """The mail of this sender. Line breaks cannot get into a header: the message class refuses them."""
    from email.headerregistry import Address  # noqa: PLC0415 (0.8 MB and 10 ms; few processes send mail)

    from gateway.mail.plain import text_of  # noqa: PLC0415 (a parser of HTML, 1 MB)

    message = EmailMessage()
    local, _, domain = sender.rpartition("@")
    try:
        message["From"] = Address(display_name=name, username=local, domain=domain)
        message["To"] = ", ".join(receivers)
        message["Subject"] = " ".join(subject.split())
        message["Message-ID"] = make_msgid(domain=domain or None)
    except (ValueError, IndexError) as error:
        raise MailFailed("a header is not acceptable: check SystemName and SMTPFrom", detail=str(error)) from error
    message["Date"] = format_datetime(datetime.fromtimestamp(now, UTC))
    message["Auto-Submitted"] = "auto-generated"  # so that nobody's absence is answered: RFC 3834
    message.set_content(text_of(html))
    message.add_alternative(html, subtype="html")
    return message


def _is_receiver(text: str) -> bool:
    local, _, domain = text.rpartition("@")
    if not local or not domain or len(text) > 254 or not text.isprintable():
        return False
    if any(character in text for character in " ,;:<>()[]\\\"'"):
        return False
    from email.headerregistry import Address  # noqa: PLC0415 (see compose)

    try:
        return Address(addr_spec=text).addr_spec == text
    except (ValueError, IndexError, AttributeError):  # what the parser raises on odd input
        return False
