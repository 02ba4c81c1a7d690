"""Any server that takes a POST, signed as Standard Webhooks has it: https://www.standardwebhooks.com"""

import base64
import hashlib
import hmac
from binascii import Error

from gateway.alarms.protocol import Alarm, Post, Settings, as_json
from gateway.security.safe_fetch import Fetched

_PREFIX = "whsec_"  # of a secret in base64


def post(settings: Settings, message: Alarm) -> Post:
    """The alarm in fields; the signature covers id, time and body."""
    said = {"type": message.event, "timestamp": message.at, "system": message.system}
    body = as_json(said | {"subject": message.subject, "text": message.text})
    headers = {"webhook-id": message.id, "webhook-timestamp": str(message.at)}
    if settings.get("secret"):
        headers["webhook-signature"] = signature(settings["secret"], message.id, message.at, body)
    return Post(settings["address"], body, headers)


def signature(secret: str, message_id: str, at: int, body: bytes) -> str:
    """What a receiver computes too."""
    signed = f"{message_id}.{at}.".encode() + body
    digest = hmac.digest(_key(secret), signed, hashlib.sha256)
    return f"v1,{base64.b64encode(digest).decode()}"


def problem(answer: Fetched) -> str:
    """Any 2xx is a yes."""
    return "" if 200 <= answer.status < 300 else f"status {answer.status}"


def _key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix(_PREFIX), validate=True) if _PREFIX in secret else secret.encode()
    except Error:
        return secret.encode()
