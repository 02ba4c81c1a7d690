"""What the site shows before anybody signs in: status, notice, about, home page."""

from collections.abc import Mapping

from fastapi import APIRouter

from admin.openapi.examples import example
from admin.web.deps import DepsOf
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
    passkey_login: bool  # not one-api's


class Status(
    extended(_OneApis, {field: bool if is_switch else str for field, (_, is_switch) in _SHOWN.items()}),
    json_schema_extra=example(
        version="v0.0.0",
        start_time=1_767_225_600,
        system_name="One API",
        server_address="http://localhost:3000",
        quota_per_unit=500_000,
        display_in_currency=True,
    ),
):
    """``version`` is always ``v0.0.0``: one-api's site nags about an update when it differs from its own."""


_FLAGS = {
    "email_verification": "EmailVerificationEnabled",
    "turnstile_check": "TurnstileCheckEnabled",
    "display_in_currency": "DisplayInCurrencyEnabled",
    "passkey_login": "PasskeyLoginEnabled",
    **{field: option for field, (option, is_switch) in _SHOWN.items() if is_switch},
}
_TEXTS = {
    "system_name": "SystemName",
    "logo": "Logo",
    "turnstile_site_key": "TurnstileSiteKey",
    "top_up_link": "TopUpLink",
    "chat_link": "ChatLink",
    **{field: option for field, (option, is_switch) in _SHOWN.items() if not is_switch},
}


@routes.get("/status", summary="What this gateway offers")
@needs(Role.GUEST)
def status(deps: DepsOf) -> Answer[Status]:
    current = options.current(deps.store)
    flags = {name: current[key] == "true" for name, key in _FLAGS.items()}
    texts = {name: current[key] for name, key in _TEXTS.items()} | {"footer_html": safe_html(current["Footer"])}
    per_unit = float(current["QuotaPerUnit"])
    fixed = {
        "version": "v0.0.0",
        "start_time": deps.started,
        "server_address": server_address(current),
        "quota_per_unit": int(per_unit) if per_unit.is_integer() else per_unit,
    }
    return ok(Status.model_validate(fixed | flags | texts | _openid(current)))


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
