"""A real SMTP server that keeps what it receives."""

from collections.abc import Generator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from socket import socket
from typing import Any, cast

from aiosmtpd.controller import Controller


class Mailbox:
    """The mails received, as parsed messages, and whom they went to."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.receivers: list[list[str]] = []
        self.port = 0

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.mails.append(cast(EmailMessage, message_from_bytes(envelope.content, policy=policy.default)))
        self.receivers.append(list(envelope.rcpt_tos))
        return "250 OK"

    def body(self) -> str:
        """The newest mail's HTML."""
        return html_of(self.mails[-1])


def html_of(mail: EmailMessage) -> str:
    """A mail's HTML."""
    return part(mail, "html")


def text_of(mail: EmailMessage) -> str:
    """The text beside it."""
    return part(mail, "plain")


def part(mail: EmailMessage, kind: str) -> str:
    """One of the alternatives."""
    found = mail.get_body((kind,))
    assert found is not None
    return found.get_content()


@contextmanager
def open_mailbox() -> Generator[Mailbox]:
    """A server on a free port for the time of the block."""
    box = Mailbox()
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        box.port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()
