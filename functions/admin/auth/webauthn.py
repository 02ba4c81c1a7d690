"""WebAuthn as a relying party: what a browser is asked, and what its answer proves.

https://www.w3.org/TR/webauthn-3/. The ``fido2`` library reads and checks answers; it takes 75 ms to import (its
signature schemes, the public suffix list) and is imported only then.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import SplitResult, urlsplit

from gateway.wire import base64url

T = TypeVar("T")

SECONDS = 300  # the user has for it
LONGEST_ID = 1_023  # bytes, by the specification
ALGORITHMS = (-7, -8, -257)  # ES256, EdDSA, RS256

_DOMAIN = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?")
_DEFAULT_PORTS = {"https": 443, "http": 80}


class NotProven(Exception):
    """An answer that cannot be read, or does not prove what was asked. The text is for logs."""


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """Who asks: credentials belong to the domain ``id``, and only pages of ``origin`` may use them."""

    id: str
    origin: str
    name: str


@dataclass(frozen=True, slots=True)
class Credential:
    """A credential an authenticator made; ``data`` holds its public key. Both base64url."""

    id: str
    data: str
    sign_count: int


def relying_party(server_address: str, scheme: str, host: str, name: str) -> RelyingParty | None:
    """From the configured address, or, where that is unset or local, from the address of the request.

    A host that the caller made up gains nothing: a browser answers with the origin it is really on, an authenticator
    with the domain it made the credential for, and that one is stored. ``None`` where browsers offer no passkeys:
    addresses without a domain name, or without https.
    """
    place = _place(server_address)
    if place is None or _is_local(place.hostname or ""):
        place = _place(f"{scheme}://{host}") or place
    if place is None or not place.hostname:
        return None
    domain = place.hostname
    if not _DOMAIN.fullmatch(domain) or domain.rpartition(".")[2].isdigit():
        return None
    if place.scheme != "https" and not (_is_local(domain) and place.scheme == "http"):
        return None
    port = f":{place.port}" if place.port not in (None, _DEFAULT_PORTS[place.scheme]) else ""
    return RelyingParty(domain, f"{place.scheme}://{domain}{port}", name)


def creation_options(
    party: RelyingParty, challenge: str, *, handle: str, name: str, display_name: str, known: Iterable[str]
) -> dict[str, Any]:
    """What ``PublicKeyCredential.parseCreationOptionsFromJSON`` takes: a discoverable credential, user verified."""
    return {
        "rp": {"id": party.id, "name": party.name},
        "user": {"id": base64url.encode(bytes.fromhex(handle)), "name": name, "displayName": display_name or name},
        "challenge": challenge,
        "pubKeyCredParams": [{"type": "public-key", "alg": algorithm} for algorithm in ALGORITHMS],
        "timeout": SECONDS * 1_000,
        "excludeCredentials": [{"type": "public-key", "id": credential_id} for credential_id in known],
        "authenticatorSelection": {
            "residentKey": "required",
            "requireResidentKey": True,
            "userVerification": "required",
        },
        "attestation": "none",
    }


def request_options(party: RelyingParty, challenge: str) -> dict[str, Any]:
    """What ``PublicKeyCredential.parseRequestOptionsFromJSON`` takes: whichever discoverable credential there is."""
    return {
        "challenge": challenge,
        "timeout": SECONDS * 1_000,
        "rpId": party.id,
        "allowCredentials": [],
        "userVerification": "required",
    }


def challenge_of(client_data: str) -> str:
    """The challenge that an answer claims to answer, base64url. Raises ``NotProven``."""
    return base64url.encode(_proving(lambda: _client_data(client_data).challenge))


def created(party: RelyingParty, answer: Mapping[str, Any]) -> Credential:
    """The credential that was made. Raises ``NotProven``; whether the challenge is ours is the caller's to know."""
    return _proving(lambda: _created(party, answer))


def asserted(party: RelyingParty, data: str, answer: Mapping[str, Any]) -> int:
    """Check that the credential with this data signed; answers its counter. Raises ``NotProven`` as ``created``."""
    return _proving(lambda: _asserted(party, data, answer))


def _created(party: RelyingParty, answer: Mapping[str, Any]) -> Credential:
    client_data = _client_data(answer["response"]["clientDataJSON"])
    made = _server(party).register_complete(_state(client_data), answer)
    credential = made.credential_data
    if credential is None or base64url.encode(credential.credential_id) != answer["rawId"]:
        raise ValueError("the credential is not the one that was attested")
    if len(credential.credential_id) > LONGEST_ID or credential.public_key.ALGORITHM not in ALGORITHMS:
        raise ValueError("a credential that was not asked for")
    _must_be_a_key(credential.public_key)
    return Credential(answer["rawId"], base64url.encode(bytes(credential)), made.counter)


def _must_be_a_key(public_key: Any) -> None:
    """Nobody has signed with it yet, so it is tried: a key refuses a wrong signature, and what is no key fails."""
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 (see the module text)

    with suppress(InvalidSignature):
        public_key.verify(b"", b"")


def _asserted(party: RelyingParty, data: str, answer: Mapping[str, Any]) -> int:
    from fido2.webauthn import AttestedCredentialData, AuthenticatorData  # noqa: PLC0415 (see the module text)

    client_data = _client_data(answer["response"]["clientDataJSON"])
    known = AttestedCredentialData(base64url.decode(data))
    _server(party).authenticate_complete(_state(client_data), [known], answer)
    return AuthenticatorData(base64url.decode(answer["response"]["authenticatorData"])).counter


def _client_data(text: str) -> Any:
    from fido2.webauthn import CollectedClientData  # noqa: PLC0415 (see the module text)

    read: Any = CollectedClientData(base64url.decode(text))
    if read.cross_origin is not False:
        raise ValueError("asked inside a page of another site")
    return read


def _state(client_data: Any) -> dict[str, Any]:
    return {"challenge": base64url.encode(client_data.challenge), "user_verification": "required"}


def _server(party: RelyingParty) -> Any:
    from fido2.server import Fido2Server  # noqa: PLC0415 (see the module text)
    from fido2.webauthn import PublicKeyCredentialRpEntity  # noqa: PLC0415 (see the module text)

    entity = PublicKeyCredentialRpEntity(id=party.id, name=party.name)
    return Fido2Server(entity, verify_origin=lambda origin: origin == party.origin)


def _proving(read: Callable[[], T]) -> T:
    """Whatever the library makes of nonsense means that nothing was proven."""
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 (see the module text)

    nonsense = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, AssertionError, RecursionError)
    try:
        return read()
    except (*nonsense, NotImplementedError, UnsupportedAlgorithm) as error:
        raise NotProven(f"{type(error).__name__}: {error}") from error


def _place(address: str) -> SplitResult | None:
    try:
        place = urlsplit(address.lower())
        _ = place.port
    except ValueError:
        return None
    return place if place.hostname and place.scheme in _DEFAULT_PORTS else None


def _is_local(host: str) -> bool:
    """Whether this names the machine it is said on; browsers take such names for secure without https."""
    return host in ("localhost", "127.0.0.1", "::1") or host.endswith(".localhost")
