"""Signing in with an account elsewhere: from the code a provider handed out to who that is.

Which providers there are, ``domain.login_providers`` says; here stand the three ways they are asked, each the steps its
documentation gives, through the guarded fetcher only.
"""

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import quote

from admin.auth import openid
from admin.auth.openid import NotOpenId, Proof
from admin.texts import messages
from admin.texts.messages import Text, plain
from admin.web.envelope import Refused
from gateway import log
from gateway.domain.login_providers import LOGIN_PROVIDERS, LoginProvider, OAuth
from gateway.domain.options import server_address
from gateway.security.safe_fetch import Fetched, Fetcher, FetchFailed, FetchRefused

Options = Mapping[str, str]

_LONGEST_SUBJECT = 255  # characters, as OpenID Connect has it
_AGENT = "one-api-serverless"  # GitHub answers nobody without a name


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is at a provider. ``email`` only if the provider has verified it."""

    subject: str
    name: str = ""
    username: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Grant:
    """The code a provider handed out, and what its OpenID sign-in is held to."""

    code: str
    proof: Proof | None = None  # OpenID Connect's, and never without


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityProvider:
    """A provider's row, how it is asked, and what is said about it."""

    row: LoginProvider
    ask: "Callable[[IdentityProvider, Fetcher, Options, Grant], Identity]"
    off: Text
    bound: Text
    nobody: Text
    needed: Text  # what switching it on lacks

    @property
    def by_code(self) -> bool:
        """Whether its code is typed in, and no browser comes back with one."""
        return self.row.flow == "wechat-server"


class Unreachable(Exception):
    """The provider did not answer, or not with what it should."""


def _by_oauth(provider: IdentityProvider, fetcher: Fetcher, options: Options, grant: Grant) -> Identity:
    flow = cast(OAuth, provider.row.flow)
    exchange = _client(provider, options) | {"code": grant.code}
    if not flow.bare:
        exchange |= _code_grant(provider, options)
    answer = fetcher.post_json(flow.exchange, exchange) if flow.as_json else fetcher.post_form(flow.exchange, exchange)
    headers = _bearer(_text(answer, "access_token")) | {"User-Agent": _AGENT}
    user = _object(fetcher.get(flow.user, headers))
    subject = _number(user, flow.subject) if flow.numbered else _optional(user, flow.subject)
    if not subject:
        raise Refused(provider.nobody)
    return Identity(subject, _optional(user, flow.name))


def _by_openid(provider: IdentityProvider, fetcher: Fetcher, options: Options, grant: Grant) -> Identity:
    """https://openid.net/specs/openid-connect-core-1_0.html#TokenRequest: a form, not JSON as one-api sends."""
    exchange = _client(provider, options) | {"code": grant.code} | _code_grant(provider, options)
    where = openid.endpoints(fetcher, options)
    proof = cast(Proof, grant.proof)
    exchange["code_verifier"] = proof.verifier
    answer = fetcher.post_form(where.token, exchange)
    user = _object(fetcher.get(where.userinfo, _bearer(_text(answer, "access_token"))))
    if not _optional(user, "sub"):
        raise Refused(provider.nobody)
    id_token = _optional(_object(answer), "id_token")
    openid.check_id_token(id_token, where, exchange["client_id"], proof, _optional(user, "sub"))
    verified = user.get("email_verified") is True
    return Identity(
        _optional(user, "sub"),
        _optional(user, "name"),
        _optional(user, "preferred_username"),
        _optional(user, "email") if verified else "",
    )


def _by_wechat_server(provider: IdentityProvider, fetcher: Fetcher, options: Options, grant: Grant) -> Identity:
    """https://github.com/songquanpeng/wechat-server: the code a follower was sent, for the follower's id."""
    (server,) = provider.row.addresses
    url = f"{options[server]}/api/wechat/user?code={quote(grant.code, safe='')}"
    answer = _object(fetcher.get(url, {"Authorization": options[provider.row.hidden]}))
    if answer.get("success") is not True:
        told = str(answer.get("message") or "")[:200]
        raise Refused(messages.AS_TOLD.of(reason=told) if told else messages.CODE_WRONG)
    if not _optional(answer, "data"):
        raise Refused(messages.CODE_WRONG)
    return Identity(_optional(answer, "data"))


def _provider(row: LoginProvider) -> IdentityProvider:
    asks = {"openid": _by_openid, "wechat-server": _by_wechat_server}
    return IdentityProvider(
        row=row,
        ask=_by_oauth if isinstance(row.flow, OAuth) else asks[row.flow],
        off=Text(
            f"管理员未开启通过{row.inside}登录以及注册",
            f"signing in with {row.label} is switched off",
            code="forbidden",
        ),
        bound=Text(
            f"该{row.inside}{row.account_zh}已被绑定",
            f"this {row.label} account belongs to another user",
            code="conflict",
        ),
        nobody=plain(row.nobody_zh, "upstream") if row.nobody_zh else messages.IDENTITY_EMPTY,
        needed=Text(*row.needs_text, code="conflict"),
    )


PROVIDERS: Mapping[str, IdentityProvider] = {name: _provider(row) for name, row in LOGIN_PROVIDERS.items()}


def identify(provider: IdentityProvider, fetcher: Fetcher, options: Options, grant: Grant) -> Identity:
    """Who holds this code at a provider; ``Refused`` says why nobody does."""
    if not grant.code:
        raise Refused(messages.INVALID_PARAMETER.about("code"))
    with _asking(provider):
        identity = provider.ask(provider, fetcher, options, grant)
    if not identity.subject.strip() or len(identity.subject) > _LONGEST_SUBJECT or not identity.subject.isprintable():
        raise Refused(messages.IDENTITY_EMPTY)
    return identity


def openid_address(provider: IdentityProvider, fetcher: Fetcher, options: Options, state: str, proof: Proof) -> str:
    """Where a browser goes to sign in with OpenID Connect; ``Refused`` if the provider does not say."""
    with _asking(provider):
        where = openid.endpoints(fetcher, options)
        client_id = options[provider.row.client_id]
        return openid.authorization_address(where, client_id, _back(provider, options), state, proof)


@contextmanager
def _asking(provider: IdentityProvider) -> Generator[None]:
    """What a provider does wrong is logged, and refused in the caller's words."""
    try:
        yield
    except (FetchFailed, FetchRefused, Unreachable, NotOpenId) as error:
        log.warning("a provider of identities failed", provider=provider.row.name, reason=str(error)[:200])
        raise Refused(messages.PROVIDER_UNREACHABLE.of(name=provider.row.inside)) from error


def _client(provider: IdentityProvider, options: Options) -> dict[str, str]:
    return {"client_id": options[provider.row.client_id], "client_secret": options[provider.row.hidden]}


def _code_grant(provider: IdentityProvider, options: Options) -> dict[str, str]:
    return {"grant_type": "authorization_code", "redirect_uri": _back(provider, options)}


def _back(provider: IdentityProvider, options: Options) -> str:
    """The page of the site that the provider sends a browser back to."""
    return f"{server_address(options)}/oauth/{provider.row.name}"


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", "Accept": "application/json"}


def _object(answer: Fetched) -> dict[str, Any]:
    if not 200 <= answer.status < 300:
        raise Unreachable(f"status {answer.status}")
    body = answer.json()
    if not isinstance(body, dict):
        raise Unreachable("not an object")
    return cast(dict[str, Any], body)


def _text(answer: Fetched, name: str) -> str:
    value = _optional(_object(answer), name)
    if not value or not value.isprintable() or not value.isascii():
        raise Unreachable(f"no {name}")
    return value


def _optional(fields: Mapping[str, Any], name: str) -> str:
    """A text field; anything else counts as absent."""
    value = fields.get(name)
    return value if isinstance(value, str) else ""


def _number(fields: Mapping[str, Any], name: str) -> str:
    """A whole number's digits; anything else counts as absent."""
    value = fields.get(name)
    return str(value) if isinstance(value, int) else ""
