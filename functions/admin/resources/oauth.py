"""Signing in, registering and binding through an account elsewhere."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from starlette.responses import RedirectResponse

from admin.auth import identity_providers
from admin.auth.accounts import TAKEN, demand_another_way_in, form_problem, sign_up
from admin.auth.identity_providers import PROVIDERS, Grant, Identity, IdentityProvider, Options
from admin.auth.openid import Proof
from admin.auth.presence import Presence, PresenceOf, demand_presence
from admin.auth.second_factor import SignedIn, sign_in
from admin.openapi.examples import BegunState, ProviderCode, ProviderState, StateFor
from admin.texts import messages
from admin.web.deps import Deps, DepsOf
from admin.web.envelope import Answer, Done, Refused, done, ok
from admin.web.gate import GatedRoute, needs
from admin.web.session import Caller, CallerOf, Session, browser_session, current_session, identify
from gateway.domain.identity import Role, UserStatus
from gateway.domain.login_providers import LOGIN_PROVIDERS
from gateway.mail.message import is_address
from gateway.security.generated import alphanumeric
from gateway.store.accounts import codes, users
from gateway.store.accounts.identities import value_of, with_identity
from gateway.store.accounts.users import Taken
from gateway.store.schema.users import UserRow
from gateway.store.settings import options, sequence

routes = APIRouter(prefix="/api/oauth", tags=["sign-in elsewhere"], route_class=GatedRoute)

# What signing in elsewhere may be refused for, whoever the provider is.
_SIGN_IN = (
    messages.INVALID_PARAMETER,
    messages.PROVIDER_UNREACHABLE,
    messages.IDENTITY_EMPTY,
    messages.REGISTER_OFF,
    messages.BANNED,
    *TAKEN,
    (messages.BUSY, 503),
)
_COMING_BACK = (
    *_SIGN_IN,
    (messages.STATE_WRONG, 403),
    (messages.CROSS_SITE, 403),
    messages.BAD_ACCESS_TOKEN,
    messages.CONFIRM_FIRST,
)

STATE, OPENID_STATE = "oauth-state", "openid-state"
_PROVEN = "p-"  # how states begin whose sign-in has a verifier and a nonce
_STATE_SECONDS = 600

_NAMES = f"^({'|'.join(PROVIDERS)})$"
ProviderName = Annotated[str, Path(pattern=_NAMES, description="The provider.", examples=["github"])]
Handler = Callable[..., Any]


@routes.get("/state", summary="A state for one sign-in elsewhere, bound to this browser, and to a provider if named")
@needs(Role.GUEST, critical=True, refuses=(messages.INVALID_PARAMETER,), answers="Qk3vT9aBcDQk3vT9aBcDQk3v")
def new_state(request: Request, response: Response, deps: DepsOf, provider: StateFor = "") -> Answer[str]:
    if provider and provider not in LOGIN_PROVIDERS:
        raise Refused(messages.INVALID_PARAMETER.about("provider"))
    session = browser_session(request, response, deps)
    state = f"{provider}-{alphanumeric(24)}" if provider else alphanumeric(24)
    codes.issue(deps.store, STATE, f"{session.nonce} {provider}", state, seconds=_STATE_SECONDS)
    return ok(state)


@routes.get(
    "/oidc/authorize",
    summary="Where to sign in with OpenID Connect: an address with state, nonce and PKCE",
    response_model=Answer[str],
    responses={303: {"description": "With a `state`: the browser is sent to that address."}},
)
@needs(
    Role.GUEST,
    critical=True,
    refuses=(PROVIDERS["oidc"].off, messages.PROVIDER_UNREACHABLE, (messages.STATE_WRONG, 403)),
    answers="https://id.example/authorize?client_id=gateway&state=p-Qk3vT9aBcDQk3vT9aBcDQk3v",
)
def authorize_oidc(request: Request, response: Response, deps: DepsOf, state: BegunState = "") -> Any:
    """One-api's site sends browsers here, to what `/api/status` calls the authorization endpoint, with a state from
    `/api/oauth/state`.
    """
    if not state:
        session = browser_session(request, response, deps)
        return ok(_begun_openid(deps, session))
    begun = current_session(request, deps)
    if begun is None or not _redeemed(deps, begun, "oidc", state):
        raise Refused(messages.STATE_WRONG, status=403)
    return RedirectResponse(_begun_openid(deps, begun), status_code=303)


def _begun_openid(deps: Deps, session: Session) -> str:
    """The address of a provider of OpenID Connect, with a state, a nonce and a challenge of this browser."""
    current = _switched_on(deps, PROVIDERS["oidc"])
    state = _PROVEN + alphanumeric(24)
    proof = Proof.derived(deps.session_secret, session.nonce, state)
    address = identity_providers.openid_address(PROVIDERS["oidc"], deps.fetcher, current, state, proof)
    codes.issue(deps.store, OPENID_STATE, session.nonce, state, seconds=_STATE_SECONDS)
    return address


def _redeemed(deps: Deps, session: Session, name: str, state: str) -> bool:
    """Whether a state was made in this browser, for this provider or for none; it is used up."""
    meant = name if "-" in state else ""
    return codes.redeem(deps.store, STATE, f"{session.nonce} {meant}", state)


def _signs_in_by_code(provider: IdentityProvider) -> Handler:
    @needs(
        Role.GUEST,
        critical=True,
        refuses=(*_SIGN_IN, provider.off, provider.nobody, messages.CODE_WRONG, messages.AS_TOLD),
    )
    def by_code(request: Request, response: Response, deps: DepsOf, code: ProviderCode = "") -> Answer[SignedIn]:
        current = _switched_on(deps, provider)
        identity = identity_providers.identify(provider, deps.fetcher, current, Grant(code))
        return _signed_in(request, response, deps, current, provider, identity)

    return by_code


def _binds_by_code(provider: IdentityProvider) -> Handler:
    @needs(
        Role.COMMON,
        critical=True,
        refuses=(
            messages.CONFIRM_FIRST,
            messages.INVALID_PARAMETER,
            messages.PROVIDER_UNREACHABLE,
            provider.nobody,
            provider.off,
            provider.bound,
            messages.CODE_WRONG,
            messages.AS_TOLD,
        ),
    )
    def bind_by_code(caller: CallerOf, presence: PresenceOf, deps: DepsOf, code: ProviderCode = "") -> Done:
        demand_presence(presence)
        current = _switched_on(deps, provider)
        identity = identity_providers.identify(provider, deps.fetcher, current, Grant(code))
        _bind(deps, caller, provider, identity)
        return done()

    return bind_by_code


def _comes_back(provider: IdentityProvider) -> Handler:
    @needs(Role.GUEST, critical=True, refuses=(*_COMING_BACK, provider.off, provider.bound, provider.nobody))
    def come_back(
        request: Request, response: Response, deps: DepsOf, code: ProviderCode = "", state: ProviderState = ""
    ) -> Answer[SignedIn]:
        return _callback(provider, request, response, deps, code, state)

    return come_back


def _callback(
    provider: IdentityProvider, request: Request, response: Response, deps: Deps, code: str, state: str
) -> Answer[SignedIn]:
    """Who has a session binds; who has none signs in."""
    session = current_session(request, deps)
    if session is None or not state or not _came_back(deps, session, provider, state):
        raise Refused(messages.STATE_WRONG, status=403)
    caller = _caller(request, deps, session)
    if caller is not None:
        demand_presence(Presence(caller, deps))
    current = _switched_on(deps, provider)
    openid = provider.row.flow == "openid"
    proof = Proof.derived(deps.session_secret, session.nonce, state) if openid else None
    identity = identity_providers.identify(provider, deps.fetcher, current, Grant(code, proof))
    if caller is not None:
        _bind(deps, caller, provider, identity)
        return Answer[SignedIn](success=True, message="bind")
    return _signed_in(request, response, deps, current, provider, identity)


def _came_back(deps: Deps, session: Session, provider: IdentityProvider, state: str) -> bool:
    """Whether this browser began with this provider: OpenID Connect always with nonce and challenge."""
    if provider.row.flow == "openid":
        return codes.redeem(deps.store, OPENID_STATE, session.nonce, state)
    return _redeemed(deps, session, provider.row.name, state)


def _route(name: str, path: str, handler: Handler, summary: str) -> None:
    handler.__name__ = name  # the document calls the operation so
    routes.get(path, summary=summary)(handler)


for _name, _provider in PROVIDERS.items():
    _label = _provider.row.label
    if _provider.by_code:
        _route(_name, f"/{_name}", _signs_in_by_code(_provider), f"Sign in with a code from the {_label} account")
        _binding = f"Bind the caller's account to a {_label} account"
        _route(f"bind_{_name}", f"/{_name}/bind", _binds_by_code(_provider), _binding)
    else:
        _returning = f"Come back from {_label}: sign in, or bind when signed in"
        _route(_name, f"/{_name}", _comes_back(_provider), _returning)


@routes.delete("/{name}/bind", summary="Take a binding off the caller's account")
@needs(Role.COMMON, critical=True, refuses=(messages.LAST_WAY_IN,))
def unbind(name: ProviderName, caller: CallerOf, deps: DepsOf) -> Done:
    attribute = LOGIN_PROVIDERS[name].attribute
    if value_of(caller.user, attribute):
        demand_another_way_in(deps.store, caller.user, attribute)
        users.change(deps.store, caller.user, {attribute: ""})
    return done()


def _caller(request: Request, deps: Deps, session: Session) -> Caller | None:
    """Whoever is signed in in this browser; an access token does not count here."""
    if not session.user_id:
        return None
    caller = identify(request, deps)
    return caller if caller is not None and caller.session is not None else None


def _switched_on(deps: Deps, provider: IdentityProvider) -> Options:
    current = options.current(deps.store)
    if not provider.row.on(current):
        raise Refused(provider.off)
    return current


def _bind(deps: Deps, caller: Caller, provider: IdentityProvider, identity: Identity) -> None:
    try:
        users.change(deps.store, caller.user, {provider.row.attribute: identity.subject})
    except Taken as taken:
        raise Refused(provider.bound) from taken


def _signed_in(
    request: Request,
    response: Response,
    deps: Deps,
    current: Options,
    provider: IdentityProvider,
    identity: Identity,
) -> Answer[SignedIn]:
    user = users.find(deps.store, provider.row.attribute, identity.subject)
    if user is None:
        if current["RegisterEnabled"] != "true":
            raise Refused(messages.REGISTER_OFF)
        user = _new_account(deps, current, provider, identity)
    if user.status != UserStatus.ENABLED:
        raise Refused(messages.BANNED)
    return sign_in(response, request, deps, user)


def _new_account(deps: Deps, current: Options, provider: IdentityProvider, identity: Identity) -> UserRow:
    number = sequence.next_id(deps.store, "user")
    fallback = f"{provider.row.name}_{number}"
    email = identity.email if _usable(deps, identity.email) else ""
    wanted = identity.username
    if not wanted or form_problem({"username": wanted}) or users.named(deps.store, wanted):
        wanted = fallback
    display = identity.name[:20] if not form_problem({"display_name": identity.name[:20]}) else ""
    row = UserRow(id=number, username=wanted, display_name=display or f"{provider.row.label} User", email=email)
    return sign_up(deps.store, with_identity(row, provider.row.attribute, identity.subject), current)


def _usable(deps: Deps, email: str) -> bool:
    """Whether a provider's address can be taken over."""
    return is_address(email) and not form_problem({"email": email}) and not users.find(deps.store, "email", email)
