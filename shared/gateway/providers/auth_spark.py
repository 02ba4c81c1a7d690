"""iFlytek Spark's signed WebSocket URL.

https://www.xfyun.cn/doc/spark/general_url_authentication.html. Signed are host, date and request line; the date may be
300 seconds off. The base URL is honoured, also a plain ``ws://`` one.
"""

import base64
import hashlib
import hmac
from email.utils import formatdate
from urllib.parse import urlencode, urlsplit

from gateway.records import dataclass

BASE_URL = "wss://spark-api.xf-yun.com"
_SCHEMES = {"http": "ws", "https": "wss", "ws": "ws", "wss": "wss"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SparkKey:
    """The parts of a key ``APPID|APISecret|APIKey``: the secret comes before the key."""

    app_id: str
    secret: str
    key: str


def read_key(key: str) -> SparkKey:
    """The parts of a channel's key; raises ``ValueError`` that says what is wrong with it."""
    parts = [part.strip() for part in key.split("|")]
    if len(parts) != 3 or not all(parts):
        raise ValueError(
            "the key must be APPID|APISecret|APIKey, three parts separated by |, the secret before the key"
        )
    return SparkKey(app_id=parts[0], secret=parts[1], key=parts[2])


def signed_url(key: str, base_url: str, path: str, now: int) -> str:
    """The URL to connect to. ``now`` is unix seconds; ``path`` is the dialect's ``request(ask).path``."""
    parts = read_key(key)
    base = urlsplit(base_url or BASE_URL)
    target = base.path.rstrip("/") + path
    date = formatdate(now, usegmt=True)
    signed = signature(base.netloc, date, target, parts.secret)
    fields = f'api_key="{parts.key}", algorithm="hmac-sha256", headers="host date request-line", signature="{signed}"'
    query = {"authorization": base64.b64encode(fields.encode()).decode(), "date": date, "host": base.netloc}
    return f"{_SCHEMES.get(base.scheme, 'wss')}://{base.netloc}{target}?{urlencode(query)}"


def signature(host: str, date: str, path: str, secret: str) -> str:
    """Base64 of HMAC-SHA256 over host, date and request line."""
    text = f"host: {host}\ndate: {date}\nGET {path} HTTP/1.1"
    return base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()).decode()
