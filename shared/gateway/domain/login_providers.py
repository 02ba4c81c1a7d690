"""The providers that people may sign in with, a row each: a name, what the operator sets, what the site is shown.

All else follows from the row. Its name is the last part of its address (``/api/oauth/<name>``), begins the names of
accounts made through it, marks who is whose (``<name>#<subject>``), and with ``_id`` behind it names the identity of an
account. ``admin.auth.identity_providers`` asks a provider in the way that ``flow`` says.
"""

from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from gateway.records import dataclass

Choices = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuth:
    """The code grant of OAuth 2 (RFC 6749, 4.1.3), then an address that says whose the token is."""

    exchange: str  # where a code becomes a token
    user: str  # where a token's owner is told
    subject: str  # the field of that with what never changes
    name: str = "name"
    numbered: bool = False  # the subject is a number
    as_json: bool = False  # asks for a token in JSON; the standard has a form
    bare: bool = False  # asks for a token with the client and the code, and nothing else


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginProvider:
    """One provider. Options are keys of ``domain.options``, which makes them from here."""

    name: str
    label: str
    zh: str = ""  # the label inside a Chinese sentence, blanks and all; the label between blanks if empty
    account_zh: str = "账户"
    nobody_zh: str = ""  # what is said when it names nobody, if one-api has words of its own
    flow: OAuth | Literal["openid", "wechat-server"]
    switch: str = ""  # the option that is ``true`` where it is on; if empty, it is on once there is a client id
    client_id: str = ""
    hidden: str  # the option with the secret that is shown to the provider and to nobody else
    addresses: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    shown: Mapping[str, str] = field(default_factory=dict[str, str])  # field of /api/status -> option
    needs: Choices = ()  # switching it on takes all options of one of these
    needs_text: tuple[str, str] = ("", "")  # what is said if not, in Chinese and English

    @property
    def attribute(self) -> str:
        """Which attribute of an account is the identity there."""
        return f"{self.name}_id"

    @property
    def inside(self) -> str:
        """The label inside a Chinese sentence."""
        return self.zh or f" {self.label} "

    def on(self, options: Mapping[str, str]) -> bool:
        """Whether the operator has switched it on."""
        return options[self.switch] == "true" if self.switch else bool(options[self.client_id])


_ROWS = (
    LoginProvider(
        name="github",
        label="GitHub",
        flow=OAuth(  # https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps
            exchange="https://github.com/login/oauth/access_token",
            user="https://api.github.com/user",
            subject="id",  # because login names can change hands
            numbered=True,
            as_json=True,
            bare=True,
        ),
        switch="GitHubOAuthEnabled",
        client_id="GitHubClientId",
        hidden="GitHubClientSecret",
        shown={"github_oauth": "GitHubOAuthEnabled", "github_client_id": "GitHubClientId"},
        needs=(("GitHubClientId",),),
        needs_text=(
            "无法启用 GitHub OAuth，请先填入 GitHub Client Id 以及 GitHub Client Secret！",
            "GitHub login needs the GitHub client id and secret first",
        ),
    ),
    LoginProvider(
        name="oidc",
        label="OIDC",
        nobody_zh="oidc id 为空！",
        flow="openid",
        switch="OidcEnabled",
        client_id="OidcClientId",
        hidden="OidcClientSecret",
        addresses=("OidcWellKnown", "OidcAuthorizationEndpoint", "OidcTokenEndpoint", "OidcUserinfoEndpoint"),
        shown={
            "oidc": "OidcEnabled",
            "oidc_client_id": "OidcClientId",
            "oidc_well_known": "OidcWellKnown",
            "oidc_authorization_endpoint": "OidcAuthorizationEndpoint",
            "oidc_token_endpoint": "OidcTokenEndpoint",
            "oidc_userinfo_endpoint": "OidcUserinfoEndpoint",
        },
        needs=(
            ("OidcClientId", "OidcTokenEndpoint", "OidcUserinfoEndpoint"),
            ("OidcClientId", "OidcWellKnown"),  # the provider says the rest
        ),
        needs_text=(
            "无法启用 OIDC 登录，请先填入 OIDC 相关配置信息！",
            "OIDC login needs its client id and endpoints first",
        ),
    ),
    LoginProvider(
        name="lark",
        label="Lark",
        zh="飞书",
        nobody_zh="lark id 为空！",
        flow=OAuth(  # https://open.feishu.cn/document/authentication-management/access-token/get-user-access-token
            exchange="https://open.feishu.cn/open-apis/authen/v2/oauth/token",
            user="https://passport.feishu.cn/suite/passport/oauth/userinfo",
            subject="open_id",
            as_json=True,
        ),
        client_id="LarkClientId",
        hidden="LarkClientSecret",
        shown={"lark_client_id": "LarkClientId"},
    ),
    LoginProvider(
        name="wechat",
        label="WeChat",
        zh="微信",
        account_zh="账号",
        flow="wechat-server",
        switch="WeChatAuthEnabled",
        hidden="WeChatServerToken",
        addresses=("WeChatServerAddress",),
        pictures=("WeChatAccountQRCodeImageURL",),
        shown={"wechat_qrcode": "WeChatAccountQRCodeImageURL", "wechat_login": "WeChatAuthEnabled"},
        needs=(("WeChatServerAddress",),),
        needs_text=(
            "无法启用微信登录，请先填入微信登录相关配置信息！",
            "WeChat login needs the address of the WeChat server first",
        ),
    ),
)  # fmt: skip

LOGIN_PROVIDERS: Mapping[str, LoginProvider] = {row.name: row for row in _ROWS}
