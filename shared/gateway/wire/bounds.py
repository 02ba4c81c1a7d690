"""How much is read of anything a provider sends. docs/operations.md has every bound of the gateway in one table."""

from gateway.errors import ReplyTooLarge

MOST_REPLY = 64 * 1024 * 1024  # bytes of an answer that is kept whole
MOST_STREAM = 256 * 1024 * 1024  # bytes of a stream whose events are read: a long answer with logprobs has some 100
MOST_EVENT = 16 * 1024 * 1024  # bytes of an event, or value, that is not complete yet


def check_reply(size: int) -> None:
    """Raises ``ReplyTooLarge`` for an answer that has come to more than is kept."""
    if size > MOST_REPLY:
        raise ReplyTooLarge("the provider's answer", MOST_REPLY)


def check_stream(size: int) -> None:
    """Raises ``ReplyTooLarge`` for a stream that has come to more than is read."""
    if size > MOST_STREAM:
        raise ReplyTooLarge("the provider's stream", MOST_STREAM)


def check_event(size: int) -> None:
    """Raises ``ReplyTooLarge`` for an event that has come to more than is kept."""
    if size > MOST_EVENT:
        raise ReplyTooLarge("an event of the provider's stream", MOST_EVENT)
