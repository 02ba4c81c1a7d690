"""A bot of Telegram: https://core.telegram.org/bots/api#sendmessage"""

from gateway.alarms.protocol import Alarm, Post, Settings, as_json, shortened, titled, told
from gateway.security.safe_fetch import Fetched

_MOST = 4_096  # characters, so never more bytes
_ADDRESS = "https://api.telegram.org"


def post(settings: Settings, message: Alarm) -> Post:
    """A text for one chat; the address is another one where a server of one's own stands in front."""
    address = (settings.get("address") or _ADDRESS).rstrip("/")
    body = {"chat_id": settings["chat"], "text": shortened(titled(message), _MOST)}
    return Post(f"{address}/bot{settings['token']}/sendMessage", as_json(body))


def problem(answer: Fetched) -> str:
    """A refusal says why in ``description``."""
    said = told(answer)
    taken = answer.status == 200 and said.get("ok") is True
    return "" if taken else f"status {answer.status}, {str(said.get('description', ''))[:200]!r}"
