"""An incoming webhook of Slack: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks"""

from gateway.alarms.protocol import Alarm, Post, Settings, as_json, shortened, titled
from gateway.security.safe_fetch import Fetched

_MOST = 30_000  # bytes; Slack cuts after 40,000 characters
_ESCAPED = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}  # or names of channels would become mentions


def post(settings: Settings, message: Alarm) -> Post:
    """A text."""
    text = "".join(_ESCAPED.get(character, character) for character in titled(message))
    return Post(settings["address"], as_json({"text": shortened(text, _MOST)}))


def problem(answer: Fetched) -> str:
    """Slack answers ``ok``, or a word for what is wrong."""
    return "" if answer.status == 200 else f"status {answer.status}, {answer.body[:200].decode(errors='replace')!r}"
