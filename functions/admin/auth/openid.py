"""What OpenID Connect has and one-api does not: discovery, PKCE, and a nonce in an ID token.

https://openid.net/specs/openid-connect-core-1_0.html, https://openid.net/specs/openid-connect-discovery-1_0.html,
RFC 7636. Verifier and nonce are derived from the state and the browser's session, so nothing but the state is stored.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode

from gateway.security.safe_fetch import Fetcher
from gateway.wire import base64url

SCOPE = "openid profile email"

_WELL_KNOWN = "/.well-known/openid-configuration"
_ENDPOINTS = {  # as discovery documents call them -> option
    "authorization_endpoint": "OidcAuthorizationEndpoint",
    "token_endpoint": "OidcTokenEndpoint",
    "userinfo_endpoint": "OidcUserinfoEndpoint",
}


class NotOpenId(Exception):
    """The provider's answer is not what the standard says; the text is for logs."""


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where a provider is asked. ``issuer`` is empty where only addresses were configured."""

    authorization: str
    token: str
    userinfo: str
    issuer: str


@dataclass(frozen=True, slots=True)
class Proof:
    """What only the browser's own sign-in can show: a PKCE verifier, and the nonce its ID token must have."""

    verifier: str
    nonce: str

    @classmethod
    def derived(cls, secret: bytes, browser: str, state: str) -> "Proof":
        """From the state, which is good once, and the session that it is good in."""
        return cls(_derived(secret, "verifier", browser, state), _derived(secret, "nonce", browser, state))

    def challenge(self) -> str:
        """The verifier's hash, which goes out first."""
        return base64url.encode(hashlib.sha256(self.verifier.encode()).digest())


def endpoints(fetcher: Fetcher, options: Mapping[str, str]) -> Endpoints:
    """As configured; what is not, as the provider's discovery document says. Raises ``NotOpenId``."""
    configured = {name: options[key] for name, key in _ENDPOINTS.items()}
    where = options["OidcWellKnown"]
    issuer = where.removesuffix(_WELL_KNOWN) if where.endswith(_WELL_KNOWN) else ""
    if where and not all(configured.values()):
        found = _discovered(fetcher, where, issuer)
        configured = {name: address or found[name] for name, address in configured.items()}
    return Endpoints(
        configured["authorization_endpoint"], configured["token_endpoint"], configured["userinfo_endpoint"], issuer
    )


def authorization_address(where: Endpoints, client_id: str, redirect_uri: str, state: str, proof: Proof) -> str:
    """Where the browser goes to sign in. Raises ``NotOpenId`` if nobody said where that is."""
    if not where.authorization:
        raise NotOpenId("no authorization endpoint")
    query = {
        "client_id": client_id,
        "redirect_uri": redirect_uri,
        "response_type": "code",
        "scope": SCOPE,
        "state": state,
        "nonce": proof.nonce,
        "code_challenge": proof.challenge(),
        "code_challenge_method": "S256",
    }
    return f"{where.authorization}{'&' if '?' in where.authorization else '?'}{urlencode(query)}"


def check_id_token(token: str, where: Endpoints, client_id: str, proof: Proof, subject: str) -> None:
    """Check what an ID token claims. Raises ``NotOpenId``.

    It came straight from the provider over TLS, which stands for its signature (Core, 3.1.3.7, 6.).
    """
    claims = _claims(token, where, client_id, subject)
    wrong = [
        name
        for name, right in (
            ("nonce", claims.get("nonce") == proof.nonce),
            ("azp", claims.get("azp", client_id) == client_id),
        )
        if not right
    ]
    if wrong:
        raise NotOpenId(f"the ID token has another {' and '.join(wrong)}")


def _discovered(fetcher: Fetcher, where: str, issuer: str) -> dict[str, str]:
    answer = fetcher.get(where)
    document: Any = answer.json()
    if answer.status != 200 or not isinstance(document, dict):
        raise NotOpenId("no discovery document")
    told = cast(dict[str, Any], document)
    if issuer and str(told.get("issuer")).rstrip("/") != issuer:
        raise NotOpenId("the discovery document of another issuer")
    if not all(isinstance(told.get(name), str) for name in _ENDPOINTS):
        raise NotOpenId("a discovery document without endpoints")
    return {name: told[name] for name in _ENDPOINTS}


def _claims(token: str, where: Endpoints, client_id: str, subject: str) -> dict[str, Any]:
    """What an ID token claims, if it is this issuer's, for this client, of this subject, and its time is not over."""
    import jwt  # noqa: PLC0415 (67 ms, most of it cryptography's; needed only here)

    checks: Any = {
        "verify_signature": False,
        **{f"verify_{claim}": True for claim in ("aud", "exp", "sub")},
        "verify_iss": bool(where.issuer),
        "require": ["aud", "exp", "sub"],
    }
    issuers = [where.issuer, f"{where.issuer}/"] if where.issuer else None
    try:
        return jwt.decode(token, options=checks, audience=client_id, issuer=issuers, subject=subject)
    except (
        jwt.PyJWTError,
        ValueError,
        TypeError,
        ArithmeticError,
        RecursionError,
    ) as error:
        raise NotOpenId(f"no ID token of ours: {error}") from error


def _derived(secret: bytes, purpose: str, browser: str, state: str) -> str:
    return base64url.encode(hmac.digest(secret, f"openid {purpose}:{browser}:{state}".encode(), hashlib.sha256))
