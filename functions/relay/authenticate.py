"""Who is calling, and may they: the key, its token and its owner, in one-api's order and words.

A refusal is never based on memory: what is known is asked for again before anybody is turned away.
"""

import ipaddress
from collections.abc import Mapping

from gateway.domain.identity import NEVER, Caller, Role, Token, TokenStatus, User, UserStatus
from gateway.errors import BadRequest, Forbidden, GatewayError, Unauthorized
from gateway.security.credentials import hash_key
from gateway.store.reader import Reader
from relay.deps import Deps
from relay.http_request import HttpRequest


async def caller_of(deps: Deps, incoming: HttpRequest, *, fresh: bool = False) -> Caller:
    """The caller behind the key of this request; ``fresh`` reads balances anew."""
    reader, clock, ip = deps.reader, deps.clock, incoming.client_ip
    headers, query = incoming.headers, incoming.query
    key, pinned = split_key(presented_key(headers, query))
    if not key:
        raise Unauthorized("未提供令牌", code="invalid_api_key")
    key_hash = hash_key(key)
    identity = await reader.identity(key_hash, fresh=fresh)
    refusal = _refusal(identity, ip, clock.now())
    if refusal is not None:
        identity = await reader.identity(key_hash, fresh=True)
        refusal = _refusal(identity, ip, clock.now())
    if refusal is not None or identity is None:
        await _note(reader, identity, refusal)
        if identity is not None:
            incoming.trail.caller = Caller(token=identity[0], user=identity[1])
        raise refusal or _unknown()
    token, user = identity
    incoming.trail.caller = Caller(token=token, user=user)
    return Caller(token=token, user=user, pinned_channel=_pinned(pinned, user))


def presented_key(headers: Mapping[str, str], query: Mapping[str, str]) -> str:
    """The key as sent: Authorization, else Anthropic's and Gemini's headers, else Gemini's ``key`` parameter."""
    authorization = headers.get("authorization", "").strip()
    if authorization[:7].lower() in ("bearer ", "bearer"):
        authorization = authorization[7:].strip()
    return authorization or headers.get("x-api-key", "") or headers.get("x-goog-api-key", "") or query.get("key", "")


def split_key(presented: str) -> tuple[str, str | None]:
    """``sk-KEY-CHANNEL`` to key and channel, which is ``None`` where none is named."""
    key, _, rest = presented.removeprefix("sk-").partition("-")
    return key, rest.partition("-")[0] if rest else None


def check_model(caller: Caller, model: str) -> None:
    """Whether the caller's token is meant for this model."""
    if caller.token.models and model and model not in caller.token.models:
        raise Forbidden(f"该令牌无权使用模型：{model}", code="model_not_allowed", param="model")


def _refusal(identity: tuple[Token, User] | None, ip: str, now: int) -> GatewayError | None:
    if identity is None:
        return _unknown()
    token, user = identity
    if token.status == TokenStatus.EXHAUSTED:
        return Unauthorized(f"令牌 {token.name}（#{token.id}）额度已用尽", code="token_exhausted")
    if token.status == TokenStatus.EXPIRED or _is_over(token, now):
        return Unauthorized("该令牌已过期", code="token_expired")
    if token.status != TokenStatus.ENABLED:
        return Unauthorized("该令牌状态不可用", code="token_disabled")
    if not token.unlimited_quota and token.remain_quota <= 0:
        return Unauthorized("该令牌额度已用尽", code="token_exhausted")
    if token.subnet and not in_subnets(ip, token.subnet):
        return Forbidden(f"该令牌只能在指定网段使用：{token.subnet}，当前 ip：{ip}", code="ip_not_allowed")
    if user.status != UserStatus.ENABLED:
        return Forbidden("用户已被封禁", code="user_banned")
    return None


def _unknown() -> Unauthorized:
    return Unauthorized("无效的令牌", code="invalid_api_key")


def _is_over(token: Token, now: int) -> bool:
    return token.expired_time != NEVER and token.expired_time < now


async def _note(reader: Reader, identity: tuple[Token, User] | None, refusal: GatewayError | None) -> None:
    """Keep that a token has expired, for lists to show.

    That it has no quota left is not kept: requests under way may be holding it, and will give the rest back.
    """
    expired = refusal is not None and refusal.code == "token_expired"
    if expired and identity is not None and identity[0].status == TokenStatus.ENABLED:
        await reader.mark_token(identity[0], TokenStatus.EXPIRED)


def _pinned(text: str | None, user: User) -> int | None:
    if text is None:
        return None
    if user.role < Role.ADMIN:
        raise Forbidden("普通用户不支持指定渠道", code="channel_not_allowed")
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise BadRequest("无效的渠道 Id", code="invalid_channel")
    return int(text)


def in_subnets(ip: str, subnets: str) -> bool:
    """Whether an address lies in one of the comma-separated CIDRs; an unreadable CIDR matches nothing."""
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return any(_contains(subnet.strip(), mapped or address) for subnet in subnets.split(","))


def _contains(subnet: str, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    try:
        return address in ipaddress.ip_network(subnet, strict=False)
    except ValueError:
        return False
