"""Passkeys: signing in with what a device or a security key holds, instead of a password and a code.

Both ceremonies take two requests. The first hands out a challenge, bound to the browser's session, which is good for
one answer within five minutes; the second takes the browser's answer as ``PublicKeyCredential.toJSON()`` writes it.
"""

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import Field

from admin.auth import webauthn
from admin.auth.accounts import demand_another_way_in, somebody_below
from admin.auth.presence import PresenceOf, demand_presence
from admin.auth.second_factor import demand
from admin.auth.shown_user import User, login_user
from admin.auth.webauthn import NotProven, RelyingParty
from admin.openapi.examples import Credential, example
from admin.texts import messages
from admin.web.deps import Deps, DepsOf
from admin.web.envelope import Answer, Done, Refused, done, ok
from admin.web.fields import Id, Shown, Submitted
from admin.web.gate import GatedRoute, needs
from admin.web.session import Caller, CallerOf, browser_session, current_session, start_session
from gateway import log
from gateway.domain.identity import Role, UserStatus
from gateway.store.accounts import codes, passkeys, second_factors, users
from gateway.store.accounts.passkeys import Passkey, Ring
from gateway.store.schema.users import UserRow
from gateway.store.settings import options
from gateway.wire import base64url

routes = APIRouter(prefix="/api/user", tags=["passkeys"], route_class=GatedRoute)

_REGISTER, _SIGN_IN = "passkey-new", "passkey"
_LONGEST_NAME = 40

Encoded = Annotated[str, Field(max_length=20_000, description="base64url")]


class Beginning(Submitted, json_schema_extra=example(code="")):
    """``code``: of the second factor, where the account has one."""

    code: str = ""


class Answered(Submitted):
    """What both ``navigator.credentials`` answers say of the credential."""

    id: Encoded = ""
    raw_id: Encoded = Field(default="", alias="rawId")
    type: str = "public-key"


class Attestation(Submitted):
    client_data: Encoded = Field(default="", alias="clientDataJSON")
    attestation_object: Encoded = Field(default="", alias="attestationObject")


class Made(
    Answered,
    json_schema_extra=example(
        id="ZGV2aWNl",
        rawId="ZGV2aWNl",
        type="public-key",
        response={"clientDataJSON": "eyJ0eXBlIjoi", "attestationObject": "o2NmbXRk"},
        name="phone",
    ),
):
    """What ``navigator.credentials.create`` answered, and what the user calls it."""

    response: Attestation = Attestation()
    name: str = ""


class Assertion(Submitted):
    client_data: Encoded = Field(default="", alias="clientDataJSON")
    authenticator_data: Encoded = Field(default="", alias="authenticatorData")
    signature: Encoded = ""
    user_handle: Encoded = Field(default="", alias="userHandle")


class Signed(
    Answered,
    json_schema_extra=example(
        id="ZGV2aWNl",
        rawId="ZGV2aWNl",
        type="public-key",
        response={
            "clientDataJSON": "eyJ0eXBlIjoi",
            "authenticatorData": "SZYN5YgO",
            "signature": "MEUCIQDx",
            "userHandle": "YWxpY2U",
        },
    ),
):
    """What ``navigator.credentials.get`` answered."""

    response: Assertion = Assertion()


class Renaming(Submitted, json_schema_extra=example(id="ZGV2aWNl", name="phone")):
    id: Encoded = ""
    name: str = ""


class Ceremony(Shown, json_schema_extra=example(publicKey={"challenge": "q83vEjRWeJA", "timeout": 300_000})):
    """``publicKey``: for ``PublicKeyCredential.parseCreationOptionsFromJSON`` or ``parseRequestOptionsFromJSON``."""

    public_key: dict[str, Any] = Field(serialization_alias="publicKey")


class ShownPasskey(Shown, json_schema_extra=example(id="ZGV2aWNl", name="phone", created_time=1_767_225_600)):
    """Times in unix seconds; ``last_used_time`` 0: never yet."""

    id: str
    name: str
    created_time: int
    last_used_time: int


@routes.post("/passkey/register/begin", summary="Begin to make a passkey: options for navigator.credentials.create")
@needs(
    Role.COMMON,
    unreadable=messages.INVALID_PARAMETER,
    refuses=(
        messages.PASSKEYS_OFF,
        messages.PASSKEYS_NO_DOMAIN,
        messages.CONFIRM_FIRST,
        messages.SECOND_CODE_WRONG,
        (messages.TOO_MANY, 429),
        messages.PASSKEYS_FULL,
    ),
)
def begin_registration(
    body: Beginning, caller: CallerOf, presence: PresenceOf, request: Request, deps: DepsOf
) -> Answer[Ceremony]:
    party = _party(request, deps)
    factor = second_factors.get(deps.store, caller.user.id)
    if factor is not None and factor.confirmed:  # a passkey will stand for both factors
        demand(deps, factor, body.code)
    else:
        demand_presence(presence)
    ring = passkeys.opened(deps.store, caller.user.id)
    if len(ring.keys) >= passkeys.MOST:
        raise Refused(messages.PASSKEYS_FULL.of(most=passkeys.MOST))
    challenge = _challenge(deps, _REGISTER, _registrant(caller))
    asked = webauthn.creation_options(
        party,
        challenge,
        handle=ring.handle,
        name=caller.user.username,
        display_name=caller.user.display_name,
        known=[key.id for key in ring.keys],
    )
    return ok(Ceremony(public_key=asked))


@routes.post("/passkey/register/finish", summary="Keep the passkey that the browser has made")
@needs(
    Role.COMMON,
    unreadable=messages.INVALID_PARAMETER,
    refuses=(
        messages.PASSKEYS_OFF,
        messages.PASSKEYS_NO_DOMAIN,
        messages.PASSKEY_NAME,
        messages.PASSKEY_WRONG,
        messages.PASSKEYS_FULL,
        messages.PASSKEY_KNOWN,
    ),
)
def finish_registration(body: Made, caller: CallerOf, request: Request, deps: DepsOf) -> Answer[ShownPasskey]:
    party = _party(request, deps)
    name = _name(body.name)
    try:
        _redeem(deps, _REGISTER, _registrant(caller), body.response.client_data)
        made = webauthn.created(party, _as_sent(body))
    except NotProven as refused:
        raise _failed(refused) from refused
    ring = passkeys.opened(deps.store, caller.user.id)
    if len(ring.keys) >= passkeys.MOST:
        raise Refused(messages.PASSKEYS_FULL.of(most=passkeys.MOST))
    key = Passkey(
        id=made.id,
        rp_id=party.id,
        public_key=made.data,
        sign_count=made.sign_count,
        name=name or f"passkey {len(ring.keys) + 1}",
        created_time=deps.clock.now(),
    )
    if not passkeys.add(deps.store, ring, key):
        raise Refused(messages.PASSKEY_KNOWN)
    return ok(_shown(key))


@routes.post("/passkey/login/begin", summary="Begin to sign in with a passkey: options for navigator.credentials.get")
@needs(Role.GUEST, refuses=(messages.PASSKEYS_OFF, messages.PASSKEYS_NO_DOMAIN))
def begin_sign_in(request: Request, response: Response, deps: DepsOf) -> Answer[Ceremony]:
    party = _party(request, deps)
    session = browser_session(request, response, deps)
    challenge = _challenge(deps, _SIGN_IN, session.nonce)
    return ok(Ceremony(public_key=webauthn.request_options(party, challenge)))


@routes.post("/passkey/login/finish", summary="Sign in with what the passkey signed; no second factor is asked for")
@needs(
    Role.GUEST,
    critical=True,
    unreadable=messages.INVALID_PARAMETER,
    refuses=(
        messages.PASSKEYS_OFF,
        messages.PASSKEYS_NO_DOMAIN,
        messages.PASSKEY_WRONG,
        messages.BANNED,
        (messages.BUSY, 503),
    ),
)
def finish_sign_in(body: Signed, request: Request, response: Response, deps: DepsOf) -> Answer[User]:
    party = _party(request, deps)
    session = current_session(request, deps)
    try:
        _redeem(deps, _SIGN_IN, session.nonce if session is not None else "", body.response.client_data)
        user = _owner(deps, party, body)
    except NotProven as refused:
        raise _failed(refused) from refused
    start_session(response, request, deps, user)
    return ok(login_user(user))


@routes.get("/passkey", summary="The caller's passkeys")
@needs(Role.COMMON)
def own_passkeys(caller: CallerOf, deps: DepsOf) -> Answer[list[ShownPasskey]]:
    ring = passkeys.get(deps.store, caller.user.id)
    return ok([_shown(key) for key in ring.keys] if ring is not None else [])


@routes.put("/passkey", summary="Give one of the caller's passkeys another name")
@needs(
    Role.COMMON,
    unreadable=messages.INVALID_PARAMETER,
    refuses=(messages.NOT_FOUND, messages.PASSKEY_NAME, messages.INVALID_PARAMETER, (messages.BUSY, 503)),
)
def rename_passkey(body: Renaming, caller: CallerOf, deps: DepsOf) -> Answer[ShownPasskey]:
    ring, key = _own(deps, caller, body.id)
    if not _name(body.name):
        raise Refused(messages.INVALID_PARAMETER.about("name"))
    renamed = replace(key, name=_name(body.name))
    if not passkeys.update(deps.store, ring, renamed):
        raise _changing()
    return ok(_shown(renamed))


@routes.delete("/passkey/{credential}", summary="Delete one of the caller's passkeys")
@needs(Role.COMMON, refuses=(messages.NOT_FOUND, messages.LAST_WAY_IN, (messages.BUSY, 503)))
def delete_passkey(credential: Credential, caller: CallerOf, deps: DepsOf) -> Done:
    ring, key = _own(deps, caller, credential)
    demand_another_way_in(deps.store, caller.user, key.id)
    if not passkeys.remove(deps.store, ring, [key]):
        raise _changing()
    return done()


@routes.delete("/{user_id}/passkey", summary="Delete all passkeys of the account of somebody who lost them")
@needs(Role.ADMIN, refuses=(messages.NO_SUCH_USER, messages.CANNOT_CHANGE_EQUAL, (messages.BUSY, 503)))
def take_off_passkeys(user_id: Id, caller: CallerOf, deps: DepsOf) -> Done:
    user = somebody_below(deps.store, user_id, caller.user)
    ring = passkeys.get(deps.store, user.id)
    if ring is not None and not passkeys.remove(deps.store, ring, ring.keys):
        raise _changing()
    return done()


def _party(request: Request, deps: Deps) -> RelyingParty:
    current = options.current(deps.store)
    if current["PasskeyLoginEnabled"] != "true":
        raise Refused(messages.PASSKEYS_OFF)
    host = request.headers.get("host", "")
    party = webauthn.relying_party(current["ServerAddress"], request.url.scheme, host, current["SystemName"])
    if party is None:
        raise Refused(messages.PASSKEYS_NO_DOMAIN)
    return party


def _challenge(deps: Deps, purpose: str, subject: str) -> str:
    challenge = base64url.encode(bytes.fromhex(deps.clock.token(32)))
    codes.issue(deps.store, purpose, subject, challenge, seconds=webauthn.SECONDS)
    return challenge


def _redeem(deps: Deps, purpose: str, subject: str, client_data: str) -> None:
    """Use the challenge up, whatever becomes of the answer."""
    challenge = webauthn.challenge_of(client_data)
    if not subject or not codes.redeem(deps.store, purpose, subject, challenge):
        raise NotProven("a challenge that is not ours, was used, or has expired")


def _owner(deps: Deps, party: RelyingParty, body: Signed) -> UserRow:
    """Whose passkey signed. Raises ``NotProven``."""
    ring = passkeys.find(deps.store, body.raw_id)
    key = ring.key(body.raw_id) if ring is not None else None
    if ring is None or key is None or key.rp_id != party.id:
        raise NotProven("an unknown passkey")
    if body.response.user_handle != base64url.encode(bytes.fromhex(ring.handle)):
        raise NotProven("the passkey of another account")
    count = webauthn.asserted(party, key.public_key, _as_sent(body))
    if (count or key.sign_count) and count <= key.sign_count:
        raise NotProven(f"the counter went from {key.sign_count} to {count}: the passkey may have been copied")
    user = users.get(deps.store, ring.user_id)
    if user is None or user.status != UserStatus.ENABLED:
        raise Refused(messages.BANNED)
    if not passkeys.update(deps.store, ring, replace(key, sign_count=count, used_time=deps.clock.now())):
        raise _changing()
    return user


def _own(deps: Deps, caller: Caller, credential_id: str) -> tuple[Ring, Passkey]:
    ring = passkeys.get(deps.store, caller.user.id)
    key = ring.key(credential_id) if ring is not None else None
    if ring is None or key is None:
        raise Refused(messages.NOT_FOUND)
    return ring, key


def _registrant(caller: Caller) -> str:
    """Whom a challenge is for: the account, and the browser, if it came with a session."""
    return f"{caller.user.id}#{caller.session.nonce if caller.session is not None else ''}"


def _name(text: str) -> str:
    name = text.strip()
    if len(name) > _LONGEST_NAME or not name.isprintable():
        raise Refused(messages.PASSKEY_NAME.of(most=_LONGEST_NAME))
    return name


def _as_sent(body: Made | Signed) -> dict[str, Any]:
    """The browser's answer with the names it had."""
    return body.model_dump(by_alias=True, exclude={"name"})


def _shown(key: Passkey) -> ShownPasskey:
    return ShownPasskey(id=key.id, name=key.name, created_time=key.created_time, last_used_time=key.used_time)


def _failed(refused: NotProven) -> Refused:
    log.warning("a passkey was refused", reason=str(refused)[:200])
    return Refused(messages.PASSKEY_WRONG)


def _changing() -> Refused:
    return Refused(messages.BUSY, status=503, retry_after=1)
