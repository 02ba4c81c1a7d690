"""A custom robot of DingTalk: https://open.dingtalk.com/document/orgapp/custom-robots-send-group-messages"""

import base64
import hashlib
import hmac
from urllib.parse import quote

from gateway.alarms.protocol import Alarm, Post, Settings, as_json, shortened, titled, told
from gateway.security.safe_fetch import Fetched

_MOST = 18_000  # bytes of a request: 20 kB


def post(settings: Settings, message: Alarm) -> Post:
    """A text; the signature goes into the address."""
    address = settings["address"]
    if settings.get("secret"):
        at = message.at * 1000
        digest = hmac.digest(settings["secret"].encode(), f"{at}\n{settings['secret']}".encode(), hashlib.sha256)
        sign = quote(base64.b64encode(digest).decode(), safe="")
        address += f"{'&' if '?' in address else '?'}timestamp={at}&sign={sign}"
    body = {"msgtype": "text", "text": {"content": shortened(titled(message), _MOST)}}
    return Post(address, as_json(body))


def problem(answer: Fetched) -> str:
    """A refusal has status 200 and a code."""
    said = told(answer)
    taken = answer.status == 200 and said.get("errcode") == 0
    return "" if taken else f"status {answer.status}, {str(said.get('errmsg', ''))[:200]!r}"
