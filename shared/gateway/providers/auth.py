"""Credentials onto a call. Schemes without a signature are a row of a table; signatures live in ``auth_*``.

Two schemes need a token that is fetched first: ``token_request`` says from where, ``read_token`` reads the answer,
and whoever does the I/O keeps it until it ends and hands it to ``authorise``.
"""

from collections.abc import Callable, Mapping
from dataclasses import field
from urllib.parse import quote, urlsplit

from gateway.outbound.protocol import Fault, WireRequest, WireResponse
from gateway.providers import address, keys
from gateway.providers.keys import BadKey
from gateway.providers.spec import AuthScheme, Provider
from gateway.records import changed, dataclass, record

# Header and the text before the key.
_PLAIN: Mapping[AuthScheme, tuple[str, str]] = {
    "bearer": ("authorization", "Bearer "),
    "api-key": ("api-key", ""),
    "x-api-key": ("x-api-key", ""),
    "x-goog-api-key": ("x-goog-api-key", ""),
    "raw": ("authorization", ""),
    "deepl": ("authorization", "DeepL-Auth-Key "),
}
_REFRESH_EARLY = 300  # seconds before its end that a token is fetched anew


@record
class Signed:
    """What to send: the whole address and every header, names lower case."""

    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRequest:
    """A call whose answer is a token."""

    url: str = field(repr=False)
    call: WireRequest = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderToken:
    """A token and the unix second from which another should be fetched."""

    text: str = field(repr=False)
    fresh_until: int


def authorise(
    provider: Provider,
    *,
    call: WireRequest,
    url: str,
    key: str,
    config: Mapping[str, str],
    now: int,
    token: str = "",
) -> Signed:
    """Address and headers with credentials; ``now`` in unix seconds. Raises ``BadKey``."""
    headers = {name.lower(): value for name, value in {**provider.headers, **call.headers}.items()}
    if provider.auth == "none":
        return Signed(url=url, headers=headers)
    found = keys.parse(provider, key, config)
    plain = _PLAIN.get(provider.auth)
    if plain:
        return Signed(url=url, headers=headers | _plain(plain, found["key"]))
    return _SIGNERS[provider.auth](_Unsigned(changed(call, headers=headers), url, headers, found, key, now, token))


def needs_token(provider: Provider) -> bool:
    """Whether ``authorise`` wants a token that is fetched first."""
    return provider.auth in ("qianfan-token", "google-token")


def token_name(provider: Provider, *, key: str, config: Mapping[str, str], base_url: str) -> str:
    """What a token is kept under: the same for the same credentials, which it holds; hash it. Raises ``BadKey``."""
    found = keys.parse(provider, key, config)
    if provider.auth == "qianfan-token":
        return f"{address.base(provider, base_url, config)} {found['api_key']} {found['secret_key']}"
    return found["vertex_ai_adc"]


def token_request(provider: Provider, *, key: str, config: Mapping[str, str], base_url: str, now: int) -> TokenRequest:
    """The call that fetches a token for these credentials; raises ``BadKey``.

    Only for a token that is needed: Google's is asked for with an RSA signature, which takes 90 ms.
    """
    found = keys.parse(provider, key, config)
    if provider.auth == "qianfan-token":
        from gateway.providers import auth_qianfan  # noqa: PLC0415

        call = auth_qianfan.token_call(f"{found['api_key']}|{found['secret_key']}")
        return TokenRequest(url=address.base(provider, base_url, config) + call.path, call=call)
    from gateway.providers import auth_google  # noqa: PLC0415

    try:
        account = auth_google.service_account(found["vertex_ai_adc"])
        base, call = auth_google.token_call(account, now)
    except auth_google.BadCredentials as bad:
        raise BadKey(str(bad)) from bad
    return TokenRequest(url=base + call.path, call=call)


def read_token(provider: Provider, reply: WireResponse, now: int) -> ProviderToken:
    """The token in the answer; raises ``ProviderFault`` with what its absence means for the channel."""
    if provider.auth == "qianfan-token":
        from gateway.providers import auth_qianfan  # noqa: PLC0415

        text, seconds = auth_qianfan.read_token(reply)
        return ProviderToken(text=text, fresh_until=now + max(60, seconds - auth_qianfan.REFRESH_EARLY))
    from gateway.providers import auth_google  # noqa: PLC0415

    found = auth_google.token_reply(reply, now)
    return ProviderToken(text=found.token, fresh_until=found.expires_at - _REFRESH_EARLY)


def token_refused(provider: Provider, fault: Fault) -> bool:
    """Whether a fault is about the token, which may be fetched anew, and not about the request."""
    if provider.auth == "qianfan-token":
        from gateway.providers import auth_qianfan  # noqa: PLC0415

        return fault.code in auth_qianfan.STALE
    return provider.auth == "google-token" and fault.status == 401


def _plain(scheme: tuple[str, str], key: str) -> dict[str, str]:
    """No header for a server without keys; Azure also takes Entra ID tokens, which are JWTs and bearers."""
    if not key:
        return {}
    header, before = scheme
    if header == "api-key" and key.startswith("eyJ"):
        return {"authorization": f"Bearer {key}"}
    return {header: before + key}


@dataclass(frozen=True, slots=True)
class _Unsigned:
    call: WireRequest
    url: str
    headers: dict[str, str] = field(repr=False)
    key: keys.Key
    text: str = field(repr=False)
    now: int
    token: str = field(repr=False)

    def with_headers(self, **added: str) -> Signed:
        return Signed(url=self.url, headers=self.headers | added)


# The modules behind these are imported when their scheme is first used: a relay that serves only plain schemes, as most
# do, starts 30 ms of CPU earlier without them (process time, Python 3.11).


def _sigv4(unsigned: _Unsigned) -> Signed:
    from gateway.providers import auth_sigv4  # noqa: PLC0415

    key = unsigned.key
    if "key" in key.parts:  # https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html
        return unsigned.with_headers(authorization=f"Bearer {key['key']}")
    added = auth_sigv4.sign(unsigned.call, unsigned.url, key["ak"], key["sk"], region=key["region"], now=unsigned.now)
    return unsigned.with_headers(**added)


def _tc3(unsigned: _Unsigned) -> Signed:
    from gateway.providers import auth_tc3  # noqa: PLC0415

    headers = auth_tc3.signed(unsigned.call, unsigned.text, unsigned.now, unsigned.url)
    return unsigned.with_headers(**headers)


def _zhipu(unsigned: _Unsigned) -> Signed:
    from gateway.providers import auth_zhipu  # noqa: PLC0415

    return unsigned.with_headers(authorization=auth_zhipu.authorization(unsigned.key["key"], unsigned.now * 1000))


def _spark(unsigned: _Unsigned) -> Signed:
    from gateway.providers import auth_spark  # noqa: PLC0415

    parts = urlsplit(unsigned.url)
    base = f"{parts.scheme}://{parts.netloc}"
    return Signed(url=auth_spark.signed_url(unsigned.text, base, parts.path, unsigned.now), headers=unsigned.headers)


def _google(unsigned: _Unsigned) -> Signed:
    return unsigned.with_headers(authorization=f"Bearer {unsigned.token}")


def _qianfan(unsigned: _Unsigned) -> Signed:
    joint = "&" if "?" in unsigned.url else "?"
    return Signed(url=f"{unsigned.url}{joint}access_token={quote(unsigned.token, safe='')}", headers=unsigned.headers)


_SIGNERS: Mapping[AuthScheme, Callable[[_Unsigned], Signed]] = {
    "sigv4": _sigv4,
    "tc3": _tc3,
    "zhipu-jwt": _zhipu,
    "spark-hmac": _spark,
    "google-token": _google,
    "qianfan-token": _qianfan,
}
