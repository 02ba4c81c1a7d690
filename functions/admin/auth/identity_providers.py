"""Signing in with an account elsewhere: from the code a provider handed out to who that is.

One function per provider, each the steps its documentation gives. They ask through the guarded fetcher only.
"""

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import quote

from admin.auth import openid
from admin.auth.openid import NotOpenId, Proof
from admin.texts import messages
from admin.texts.messages import Text
from admin.web.envelope import Refused
from gateway import log
from gateway.domain.options import server_address
from gateway.security.safe_fetch import Fetched, Fetcher, FetchFailed, FetchRefused

Options = Mapping[str, str]

_LONGEST_SUBJECT = 255  # characters, as OpenID Connect has it


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is at a provider. ``email`` only if the provider has verified it."""

    subject: str
    name: str = ""
    username: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Grant:
    """The code a provider handed out, and what its OpenID sign-in is held to, if it began here."""

    code: str
    proof: Proof | None = None


@dataclass(frozen=True, slots=True)
class IdentityProvider:
    """One provider: what switches it on, which attribute of an account it fills, how it identifies."""

    prefix: str  # of the names of accounts made through it
    attribute: str  # of an account
    switch: tuple[str, str]  # the option, and the value that is off
    identify: Callable[[Fetcher, Options, Grant], Identity]
    off: Text
    bound: Text
    display_name: str


class Unreachable(Exception):
    """The provider did not answer, or not with what it should."""


def github(fetcher: Fetcher, options: Options, grant: Grant) -> Identity:
    """By GitHub's number, because its login names can change hands.

    https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps
    """
    exchange = {
        "client_id": options["GitHubClientId"],
        "client_secret": options["GitHubClientSecret"],
        "code": grant.code,
    }
    token = _text(fetcher.post_json(_GITHUB_EXCHANGE, exchange), "access_token")
    user = _object(fetcher.get(_GITHUB_USER, _bearer(token) | {"User-Agent": "one-api-serverless"}))
    number = user.get("id")
    if not isinstance(number, int):
        raise Refused(messages.IDENTITY_EMPTY)
    return Identity(str(number), _optional(user, "name"))


def lark(fetcher: Fetcher, options: Options, grant: Grant) -> Identity:
    """https://open.feishu.cn/document/authentication-management/access-token/get-user-access-token"""
    exchange = {
        "client_id": options["LarkClientId"],
        "client_secret": options["LarkClientSecret"],
        "code": grant.code,
        "grant_type": "authorization_code",
        "redirect_uri": f"{server_address(options)}/oauth/lark",
    }
    token = _text(fetcher.post_json(_LARK_EXCHANGE, exchange), "access_token")
    user = _object(fetcher.get(_LARK_USER, _bearer(token)))
    if not _optional(user, "open_id"):
        raise Refused(messages.LARK_EMPTY)
    return Identity(_optional(user, "open_id"), _optional(user, "name"))


def oidc(fetcher: Fetcher, options: Options, grant: Grant) -> Identity:
    """https://openid.net/specs/openid-connect-core-1_0.html#TokenRequest: a form, not JSON as one-api sends."""
    exchange = {
        "client_id": options["OidcClientId"],
        "client_secret": options["OidcClientSecret"],
        "code": grant.code,
        "grant_type": "authorization_code",
        "redirect_uri": f"{server_address(options)}/oauth/oidc",
    }
    where = openid.endpoints(fetcher, options)
    if grant.proof is not None:
        exchange["code_verifier"] = grant.proof.verifier
    answer = fetcher.post_form(where.token, exchange)
    user = _object(fetcher.get(where.userinfo, _bearer(_text(answer, "access_token"))))
    if not _optional(user, "sub"):
        raise Refused(messages.OIDC_EMPTY)
    if grant.proof is not None:
        id_token = _optional(_object(answer), "id_token")
        openid.check_id_token(id_token, where, options["OidcClientId"], grant.proof, _optional(user, "sub"))
    verified = user.get("email_verified") is True
    return Identity(
        _optional(user, "sub"),
        _optional(user, "name"),
        _optional(user, "preferred_username"),
        _optional(user, "email") if verified else "",
    )


def wechat(fetcher: Fetcher, options: Options, grant: Grant) -> Identity:
    """https://github.com/songquanpeng/wechat-server: the code a follower was sent, for the follower's id."""
    url = f"{options['WeChatServerAddress']}/api/wechat/user?code={quote(grant.code, safe='')}"
    answer = _object(fetcher.get(url, {"Authorization": options["WeChatServerToken"]}))
    if answer.get("success") is not True:
        told = str(answer.get("message") or "")[:200]
        raise Refused(messages.AS_TOLD.of(reason=told) if told else messages.CODE_WRONG)
    if not _optional(answer, "data"):
        raise Refused(messages.CODE_WRONG)
    return Identity(_optional(answer, "data"))


_GITHUB_EXCHANGE, _GITHUB_USER = "https://github.com/login/oauth/access_token", "https://api.github.com/user"
_LARK_EXCHANGE = "https://open.feishu.cn/open-apis/authen/v2/oauth/token"
_LARK_USER = "https://passport.feishu.cn/suite/passport/oauth/userinfo"

PROVIDERS: Mapping[str, IdentityProvider] = {
    "github": IdentityProvider(
        "github",
        "github_id",
        ("GitHubOAuthEnabled", "false"),
        github,
        Text("管理员未开启通过 GitHub 登录以及注册", "signing in with GitHub is switched off"),
        Text("该 GitHub 账户已被绑定", "this GitHub account belongs to another user"),
        "GitHub User",
    ),
    "oidc": IdentityProvider(
        "oidc",
        "oidc_id",
        ("OidcEnabled", "false"),
        oidc,
        Text("管理员未开启通过 OIDC 登录以及注册", "signing in with OIDC is switched off"),
        Text("该 OIDC 账户已被绑定", "this OIDC account belongs to another user"),
        "OIDC User",
    ),
    "lark": IdentityProvider(
        "lark",
        "lark_id",
        ("LarkClientId", ""),
        lark,
        Text("管理员未开启通过飞书登录以及注册", "signing in with Lark is switched off"),
        Text("该飞书账户已被绑定", "this Lark account belongs to another user"),
        "Lark User",
    ),
    "wechat": IdentityProvider(
        "wechat",
        "wechat_id",
        ("WeChatAuthEnabled", "false"),
        wechat,
        Text("管理员未开启通过微信登录以及注册", "signing in with WeChat is switched off"),
        Text("该微信账号已被绑定", "this WeChat account belongs to another user"),
        "WeChat User",
    ),
}


def identify(name: str, fetcher: Fetcher, options: Options, grant: Grant) -> Identity:
    """Who holds this code at a provider; ``Refused`` says why nobody does."""
    if not grant.code:
        raise Refused(messages.INVALID_PARAMETER)
    with _asking(name):
        identity = PROVIDERS[name].identify(fetcher, options, grant)
    if not identity.subject.strip() or len(identity.subject) > _LONGEST_SUBJECT or not identity.subject.isprintable():
        raise Refused(messages.IDENTITY_EMPTY)
    return identity


_NAMES = {"github": " GitHub ", "lark": "飞书", "oidc": " OIDC ", "wechat": "微信"}


def oidc_address(fetcher: Fetcher, options: Options, state: str, proof: Proof) -> str:
    """Where a browser goes to sign in with OpenID Connect; ``Refused`` if the provider does not say."""
    with _asking("oidc"):
        where = openid.endpoints(fetcher, options)
        back = f"{server_address(options)}/oauth/oidc"
        return openid.authorization_address(where, options["OidcClientId"], back, state, proof)


@contextmanager
def _asking(name: str) -> Generator[None]:
    """What a provider does wrong is logged, and refused in the caller's words."""
    try:
        yield
    except (FetchFailed, FetchRefused, Unreachable, NotOpenId) as error:
        log.warning("a provider of identities failed", provider=name, reason=str(error)[:200])
        raise Refused(messages.PROVIDER_UNREACHABLE.of(name=_NAMES[name])) from error


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
