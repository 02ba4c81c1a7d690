"""Access tokens of a Google service account: a signed assertion is exchanged at the account's ``token_uri``.

https://developers.google.com/identity/protocols/oauth2/service-account#httprest. Pure: the exchange itself is the
caller's, ``token_call`` says what to send and ``token_reply`` reads the answer.
"""

from dataclasses import field
from typing import Any
from urllib.parse import urlencode, urlsplit

from gateway.outbound.errors.body import read_error
from gateway.outbound.errors.verdicts import by_status
from gateway.outbound.protocol import Fault, ProviderFault, WireRequest, WireResponse
from gateway.providers import jwt
from gateway.records import dataclass
from gateway.wire.json import obj, parse, string, whole

SCOPE = "https://www.googleapis.com/auth/cloud-platform"
TOKEN_URI = "https://oauth2.googleapis.com/token"  # noqa: S105
LIFETIME = 3600  # seconds; Google's upper limit
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


class BadCredentials(ValueError):
    """The stored service account is none: the message says what is wrong, without its secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceAccount:
    """What is needed of a service account's key file."""

    email: str
    private_key: str = field(repr=False)
    key_id: str = ""
    token_uri: str = TOKEN_URI
    project_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessToken:
    """A bearer token and the unix second it ends at."""

    token: str = field(repr=False)
    expires_at: int


def service_account(text: str) -> ServiceAccount:
    """The account in a key file's JSON; raises ``BadCredentials``."""
    found = parse(text)
    if not isinstance(found, dict):
        raise BadCredentials("the service account must be the JSON of a key file")
    account = obj(found)
    missing = [name for name in ("client_email", "private_key") if not string(account.get(name))]
    if missing:
        raise BadCredentials(f"the service account's JSON lacks {' and '.join(missing)}")
    uri = string(account.get("token_uri")) or TOKEN_URI
    if urlsplit(uri).scheme not in ("https", "http") or not urlsplit(uri).netloc:
        raise BadCredentials(f"the service account's token_uri is {uri!r}, which is no web address")
    return ServiceAccount(
        email=string(account["client_email"]),
        private_key=string(account["private_key"]),
        key_id=string(account.get("private_key_id")),
        token_uri=uri,
        project_id=string(account.get("project_id")),
    )


def assertion(account: ServiceAccount, now: int, scope: str = SCOPE) -> str:
    """The signed JWT (RS256), valid for an hour from ``now``; raises ``BadCredentials`` for a broken key."""
    head: dict[str, Any] = {"typ": "JWT", "alg": "RS256"} | ({"kid": account.key_id} if account.key_id else {})
    claims = {"iat": now, "exp": now + LIFETIME, "iss": account.email, "aud": account.token_uri, "scope": scope}
    return jwt.signed(head, claims, lambda text: _signature(account.private_key, text))


def _signature(private_key: str, text: bytes) -> bytes:
    # Importing cryptography takes 30 ms of a cold start, and only Vertex channels need it.
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415
    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import padding, rsa  # noqa: PLC0415

    pem = private_key.replace("\\n", "\n").encode()  # a key pasted from JSON keeps its escapes
    try:
        key = serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise BadCredentials("the service account's private_key is no PEM key") from None
    if not isinstance(key, rsa.RSAPrivateKey):
        raise BadCredentials("the service account's private_key must be an RSA key")
    return key.sign(text, padding.PKCS1v15(), hashes.SHA256())


def token_call(account: ServiceAccount, now: int, scope: str = SCOPE) -> tuple[str, WireRequest]:
    """Base URL and call of the exchange at the account's own ``token_uri``."""
    uri = urlsplit(account.token_uri)
    body = urlencode({"grant_type": _GRANT, "assertion": assertion(account, now, scope)}).encode()
    path = (uri.path or "/") + (f"?{uri.query}" if uri.query else "")
    headers = {"content-type": "application/x-www-form-urlencoded"}
    return f"{uri.scheme}://{uri.netloc}", WireRequest(path=path, body=body, headers=headers)


def token_reply(reply: WireResponse, now: int) -> AccessToken:
    """The token in the answer; raises ``ProviderFault``: a refused account is out of use, anything else is not."""
    body = obj(parse(reply.body))
    token = string(body.get("access_token"))
    if reply.status == 200 and token:
        return AccessToken(token=token, expires_at=now + (whole(body.get("expires_in")) or LIFETIME))
    error = read_error(reply.body)
    refused = bool(error.words & _REFUSALS) or string(error.code) in _REFUSALS
    kind = "disable" if refused else by_status(reply.status).kind
    message = f"Google gave no access token for the service account: {error.message or reply.status}"
    raise ProviderFault(Fault(kind="retry" if kind == "caller" else kind, status=502, message=message, code=error.code))


_REFUSALS = frozenset({"invalid_grant", "invalid_client", "unauthorized_client", "account_disabled"})
