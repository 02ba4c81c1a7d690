"""Which parts of a call to Bedrock are signed; the signature is ``wire.sigv4``'s.

Path segments are quoted once on the wire and once more in what is signed, as everywhere but in S3.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from urllib.parse import parse_qsl, quote, urlsplit

from gateway.outbound.protocol import WireRequest
from gateway.wire import sigv4

_DEFAULT_PORTS = {"http": 80, "https": 443}


def sign(
    call: WireRequest, url: str, ak: str, sk: str, *, region: str, service: str = "bedrock", now: int, token: str = ""
) -> dict[str, str]:
    """Headers to add to a call of this full URL: ``x-amz-date``, ``authorization``, and the session token if any.

    ``now`` is unix time in seconds. The call must be sent with the host of the URL and its own ``content-type``.
    """
    moment = sigv4.amz_date(now)
    added = {"x-amz-date": moment} | ({"x-amz-security-token": token} if token else {})
    parts = urlsplit(url)
    path = quote(parts.path or "/", safe="/-_.~")
    names, request = sigv4.canonical(
        call.method, path, _query(parts.query), _signed_headers(call, url, added), call.body
    )
    signing = sigv4.signing_key(access_key=ak, secret_key=sk, day=moment[:8], region=region, service=service)
    return added | {"authorization": signing.authorization(moment, names, request)}


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


def _query(query: str) -> str:
    given = parse_qsl(query, keep_blank_values=True)
    pairs = sorted((quote(key, safe="-_.~"), quote(value, safe="-_.~")) for key, value in given)
    return "&".join(f"{key}={value}" for key, value in pairs)
