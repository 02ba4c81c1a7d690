"""Message Pusher: https://github.com/songquanpeng/message-pusher, a POST that answers ``{"success", "message"}``."""

from gateway.alarms.protocol import Alarm, Post, Settings, as_json, told
from gateway.security.safe_fetch import Fetched


def post(settings: Settings, message: Alarm) -> Post:
    """The alarm as HTML."""
    body = {
        "title": message.subject,
        "description": message.subject,
        "content": message.html,
        "url": "",
        "channel": "",
        "token": settings.get("token", ""),
    }
    return Post(settings["address"], as_json(body))


def problem(answer: Fetched) -> str:
    """A refusal has status 200."""
    said = told(answer)
    taken = answer.status == 200 and said.get("success") is True
    return "" if taken else f"status {answer.status}, {str(said.get('message', ''))[:200]!r}"
