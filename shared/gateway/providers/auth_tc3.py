"""Tencent Cloud's signature TC3-HMAC-SHA256, as Hunyuan wants it.

https://cloud.tencent.com/document/api/1729/101843. Signed are the content type, the host, the action and the body.
The host is Tencent's, also when the channel's base URL is a proxy: the signature is checked behind it.
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import urlsplit

from gateway.outbound.protocol import WireRequest
from gateway.records import dataclass

HOST = "hunyuan.tencentcloudapi.com"
SERVICE = "hunyuan"
_ALGORITHM = "TC3-HMAC-SHA256"
_SIGNED = "content-type;host;x-tc-action"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tc3Key:
    """The parts of a key ``AppId|SecretId|SecretKey``; the application's id is on no wire."""

    secret_id: str
    secret_key: str


def read_key(key: str) -> Tc3Key:
    """The parts of a channel's key; raises ``ValueError`` that says what is wrong with it."""
    parts = [part.strip() for part in key.split("|")]
    if len(parts) != 3 or not all(parts):
        raise ValueError("the key must be AppId|SecretId|SecretKey, three parts separated by |")
    if not parts[0].isdecimal():
        raise ValueError("the AppId (first part of the key) must be a number")
    return Tc3Key(secret_id=parts[1], secret_key=parts[2])


def signed(call: WireRequest, key: str, now: int, base_url: str = "") -> Mapping[str, str]:
    """The call's headers with timestamp and signature added. ``now`` is unix seconds."""
    pair, host = read_key(key), host_of(base_url)
    action, content_type = call.headers["x-tc-action"], call.headers["content-type"]
    scope = f"{datetime.fromtimestamp(now, UTC):%Y-%m-%d}/{SERVICE}/tc3_request"
    request = _canonical(content_type, host, action, call.body)
    signature = _signature(pair.secret_key, scope, "\n".join((_ALGORITHM, str(now), scope, _hash(request.encode()))))
    credential = f"Credential={pair.secret_id}/{scope}"
    return {
        **call.headers,
        "x-tc-timestamp": str(now),
        "authorization": f"{_ALGORITHM} {credential}, SignedHeaders={_SIGNED}, Signature={signature}",
    }


def host_of(base_url: str) -> str:
    """The host to sign for: a Tencent host as it is (there are regions), Hunyuan's main one for everything else."""
    host = urlsplit(base_url).netloc
    return host if host.endswith(".tencentcloudapi.com") else HOST


def _canonical(content_type: str, host: str, action: str, body: bytes) -> str:
    headers = f"content-type:{content_type}\nhost:{host}\nx-tc-action:{action.lower()}\n"
    return "\n".join(("POST", "/", "", headers, _SIGNED, _hash(body)))


def _signature(secret: str, scope: str, text: str) -> str:
    date, service, end = scope.split("/")
    key = ("TC3" + secret).encode()
    for part in (date, service, end):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
