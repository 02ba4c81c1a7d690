"""What the site shows before anybody signs in: status, notice, about, home page."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request

from admin.openapi.examples import example
from admin.web.deps import Deps, DepsOf
from admin.web.envelope import Answer, ok
from admin.web.fields import Shown, extended
from admin.web.gate import GatedRoute, needs
from admin.web.sanitise import safe_html, safe_page
from gateway.domain.identity import Role
from gateway.domain.login_providers import LOGIN_PROVIDERS
from gateway.domain.options import server_address
from gateway.store.settings import options

routes = APIRouter(prefix="/api", tags=["status"], route_class=GatedRoute)


_SHOWN = {
    field: (option, option == provider.switch)
    for provider in LOGIN_PROVIDERS.values()
    for field, option in provider.shown.items()
}


class _OneApis(Shown):
    version: str
    start_time: int
    email_verification: bool
    github_oauth: bool
    github_client_id: str
    lark_client_id: str
    system_name: str
    logo: str
    footer_html: str
    wechat_qrcode: str
    wechat_login: bool
    server_address: str
    turnstile_check: bool
    turnstile_site_key: str
    top_up_link: str
    chat_link: str
    quota_per_unit: int | float
    display_in_currency: bool
    oidc: bool
    oidc_client_id: str
    oidc_well_known: str
    oidc_authorization_endpoint: str
    oidc_token_endpoint: str
    oidc_userinfo_endpoint: str
    # not one-api's:
    passkey_login: bool
    relay_base_url: str
    theme: str
    register_enabled: bool
    password_login: bool
    password_register: bool
    email_domains: list[str]
    lark_login: bool
    pricing_public: bool
    status_public: bool
    build: str


class Status(
    extended(_OneApis, {field: bool if is_switch else str for field, (_, is_switch) in _SHOWN.items()}),
    json_schema_extra=example(
        version="v0.0.0",
        start_time=1_767_225_600,
        system_name="One API",
        server_address="https://gateway.example",
        relay_base_url="https://gateway.example/v1",
        theme="default",
        email_domains=[],
        build="0.1.0",
        quota_per_unit=500_000,
        display_in_currency=True,
    ),
):
    """``version`` is always ``v0.0.0``: one-api's site nags about an update when it differs from its own; ``build`` is
    the real one. ``server_address`` is empty while nobody has set it; ``relay_base_url`` is what clients of OpenAI's
    API are given as their base URL. ``email_domains`` are those of the addresses that may register; empty for all.
    """


_FLAGS = {
    "email_verification": "EmailVerificationEnabled",
    "turnstile_check": "TurnstileCheckEnabled",
    "display_in_currency": "DisplayInCurrencyEnabled",
    "passkey_login": "PasskeyLoginEnabled",
    "register_enabled": "RegisterEnabled",
    "password_login": "PasswordLoginEnabled",
    "password_register": "PasswordRegisterEnabled",
    **{field: option for field, (option, is_switch) in _SHOWN.items() if is_switch},
}
_TEXTS = {
    "system_name": "SystemName",
    "logo": "Logo",
    "turnstile_site_key": "TurnstileSiteKey",
    "top_up_link": "TopUpLink",
    "chat_link": "ChatLink",
    "server_address": "ServerAddress",
    "theme": "Theme",
    **{field: option for field, (option, is_switch) in _SHOWN.items() if not is_switch},
}


@routes.get("/status", summary="What this gateway offers")
@needs(Role.GUEST)
def status(request: Request, deps: DepsOf) -> Answer[Status]:
    current = options.current(deps.store)
    flags = {name: current[key] == "true" for name, key in _FLAGS.items()}
    texts = {name: current[key] for name, key in _TEXTS.items()} | {"footer_html": safe_html(current["Footer"])}
    per_unit = float(current["QuotaPerUnit"])
    fixed = {
        "version": "v0.0.0",
        "start_time": deps.started,
        "quota_per_unit": int(per_unit) if per_unit.is_integer() else per_unit,
        "relay_base_url": _relay(request, deps, current),
        "email_domains": _domains(current),
        "lark_login": bool(current["LarkClientId"]),
        "pricing_public": current["PublicPricing"] == "all",
        "status_public": current["PublicStatus"] == "all",
        "build": deps.settings.version,
    }
    return ok(Status.model_validate(fixed | flags | texts | _openid(current)))


def _relay(request: Request, deps: Deps, current: Mapping[str, str]) -> str:
    """Where the relay is. On one machine it is where the site is; behind CloudFront it is where API Gateway is, which
    only the event of a request tells: a template cannot name an API to a function that the API names.
    """
    if deps.settings.relay_base_url:
        return deps.settings.relay_base_url.rstrip("/")
    called: Mapping[str, Any] = request.scope.get("aws.event", {}).get("requestContext", {})
    if called.get("domainName") and called.get("stage"):
        return f"https://{called['domainName']}/{called['stage']}/v1"
    here = current["ServerAddress"] or f"{request.url.scheme}://{request.headers.get('host', '')}"
    return f"{here}/v1"


def _domains(current: Mapping[str, str]) -> list[str]:
    restricted = current["EmailDomainRestrictionEnabled"] == "true"
    return [name for name in current["EmailDomainWhitelist"].split(",") if name] if restricted else []


def _openid(current: Mapping[str, str]) -> dict[str, str]:
    """Where sites send a browser that is to sign in with OpenID Connect: here, for nonce and challenge, and on."""
    on = current["OidcEnabled"] == "true"
    return {"oidc_authorization_endpoint": f"{server_address(current)}/api/oauth/oidc/authorize"} if on else {}


@routes.get("/notice", summary="The notice to show")
@needs(Role.GUEST, answers="Back on Monday.")
def notice(deps: DepsOf) -> Answer[str]:
    """Markdown as it was written, or, where there is HTML in it, the HTML it renders to without what could act."""
    return ok(safe_page(options.current(deps.store)["Notice"]))


@routes.get("/about", summary="The about page: an address, or Markdown")
@needs(Role.GUEST, answers="# About")
def about(deps: DepsOf) -> Answer[str]:
    """Like the notice; an address alone is meant for a frame."""
    return ok(safe_page(options.current(deps.store)["About"]))


@routes.get("/home_page_content", summary="The home page: an address, or Markdown")
@needs(Role.GUEST, answers="# Welcome")
def home_page(deps: DepsOf) -> Answer[str]:
    """Like the notice; an address alone is meant for a frame."""
    return ok(safe_page(options.current(deps.store)["HomePageContent"]))
