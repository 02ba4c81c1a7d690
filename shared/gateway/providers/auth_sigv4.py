"""AWS Signature Version 4 for calls to Bedrock.

Path segments are quoted once on the wire and once more in what is signed, as everywhere but in S3.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

import hashlib
import hmac
import time
from urllib.parse import parse_qsl, quote, urlsplit

from gateway.outbound.protocol import WireRequest

_ALGORITHM = "AWS4-HMAC-SHA256"
_DEFAULT_PORTS = {"http": 80, "https": 443}


def sign(
    call: WireRequest, url: str, ak: str, sk: str, *, region: str, service: str = "bedrock", now: int, token: str = ""
) -> dict[str, str]:
    """Headers to add to a call of this full URL: ``x-amz-date``, ``authorization``, and the session token if any.

    ``now`` is unix time in seconds. The call must be sent with the host of the URL and its own ``content-type``.
    """
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
    added = {"x-amz-date": stamp} | ({"x-amz-security-token": token} if token else {})
    signed = _signed_headers(call, url, added)
    names = ";".join(signed)
    scope = f"{stamp[:8]}/{region}/{service}/aws4_request"
    request = _canonical_request(call, url, signed, names)
    text = f"{_ALGORITHM}\n{stamp}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
    key = _key(sk, stamp[:8], region, service)
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    credential = f"Credential={ak}/{scope}"
    return added | {"authorization": f"{_ALGORITHM} {credential}, SignedHeaders={names}, Signature={signature}"}


def _signed_headers(call: WireRequest, url: str, added: dict[str, str]) -> dict[str, str]:
    """Host, content type and everything Amazon's own, sorted, with single spaces."""
    own = {name.lower(): value for name, value in call.headers.items()}
    kept = {name: value for name, value in own.items() if name == "content-type" or name.startswith("x-amz")}
    signed = {"host": _host(url)} | kept | added
    return {name: " ".join(signed[name].split()) for name in sorted(signed)}


def _host(url: str) -> str:
    parts = urlsplit(url)
    default = parts.port is None or parts.port == _DEFAULT_PORTS.get(parts.scheme)
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    return host if default else f"{host}:{parts.port}"


def _canonical_request(call: WireRequest, url: str, signed: dict[str, str], names: str) -> str:
    parts = urlsplit(url)
    pairs = sorted((quote(key, safe="-_.~"), quote(value, safe="-_.~")) for key, value in _query(parts.query))
    headers = "".join(f"{name}:{value}\n" for name, value in signed.items())
    return "\n".join(
        (
            call.method,
            quote(parts.path or "/", safe="/-_.~"),
            "&".join(f"{key}={value}" for key, value in pairs),
            headers,
            names,
            hashlib.sha256(call.body).hexdigest(),
        )
    )


def _query(query: str) -> list[tuple[str, str]]:
    return parse_qsl(query, keep_blank_values=True)


def _key(secret: str, day: str, region: str, service: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in (day, region, service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key
