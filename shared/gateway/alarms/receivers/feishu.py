"""A custom bot of Feishu or Lark: https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot"""

import base64
import hashlib
import hmac
from typing import Any

from gateway.alarms.protocol import Alarm, Post, Settings, as_json, shortened, titled, told
from gateway.security.safe_fetch import Fetched

_MOST = 18_000  # bytes of a request: 20 kB


def post(settings: Settings, message: Alarm) -> Post:
    """A text; signed where the bot asks for it."""
    body: dict[str, Any] = {"msg_type": "text", "content": {"text": shortened(titled(message), _MOST)}}
    if settings.get("secret"):
        key = f"{message.at}\n{settings['secret']}".encode()  # the key is what others sign, and nothing is signed
        sign = base64.b64encode(hmac.digest(key, b"", hashlib.sha256)).decode()
        body |= {"timestamp": str(message.at), "sign": sign}
    return Post(settings["address"], as_json(body))


def problem(answer: Fetched) -> str:
    """A refusal has status 200 and a code."""
    said = told(answer)
    code = said.get("code", said.get("StatusCode"))
    return "" if answer.status == 200 and code == 0 else f"status {answer.status}, {str(said.get('msg', ''))[:200]!r}"
