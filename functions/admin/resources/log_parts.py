"""An entry in parts: what its ``content`` says in one sentence, as fields, and what a failed request came to.

Attempts, and what providers said, are the operator's; whoever asked reads one sentence for each kind of failure.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import Field

from admin.openapi.examples import example
from admin.texts.messages import Text
from admin.web.fields import Shown
from gateway.billing.charging import GROUP, MINIMUM, read_terms
from gateway.domain.money import EntryType
from gateway.store.channels import channels
from gateway.store.context import Store
from gateway.store.schema.logs import LogRow

_PROVIDER = Text("上游服务暂时无法完成请求，请稍后重试", "the provider could not answer this; try again later")
_SLOW = Text("上游服务响应超时，请稍后重试", "the provider did not answer in time; try again later")
_CROWDED = Text("当前负载已饱和，请稍后重试", "too many requests at the provider; try again later")
_ABSENT = Text("当前没有可用的渠道", "nobody can serve this model at the moment")
_INVALID = Text("请求内容有误", "there is a mistake in the request")
_INTERNAL = Text("网关内部错误，请联系管理员", "the gateway failed; tell the administrator")

# What the caller is told of each kind of failure: nothing of who was asked, nor of what they said.
SENTENCES: Mapping[str, Text] = {
    "credentials": _PROVIDER,
    "limited": _CROWDED,
    "overloaded": _CROWDED,
    "timeout": _SLOW,
    "unreachable": _PROVIDER,
    "broken": _PROVIDER,
    "server": _PROVIDER,
    "model_missing": _ABSENT,
    "unsupported": Text("该模型不支持此请求", "the model cannot do what was asked"),
    "refused": _PROVIDER,
    "filtered": Text("内容被上游的内容审核拒绝", "the content was refused by the provider's filter"),
    "invalid": _INVALID,
    "misconfigured": _ABSENT,
    "no_channel": _ABSENT,
    "no_model": Text("没有该模型", "there is no such model"),
    "no_price": Text("该模型没有价格，请联系管理员", "the model has no price; tell the administrator"),
    "quota": Text("额度不足", "the quota is not enough"),
    "rate_limit": Text("请求过于频繁", "too many requests or tokens in a minute"),
    "busy": Text("同时进行的请求过多，请稍后重试", "too much at once; try again later"),
    "not_allowed": Text("该令牌无权进行此请求", "the key may not do this"),
    "key": Text("令牌不可用：已用尽、已过期或已停用", "the key cannot be used: used up, expired or switched off"),
    "left": Text("调用方在得到回答之前断开了连接", "the caller left before there was an answer"),
    "internal": _INTERNAL,
}


_UNSEEN: Mapping[str, Any] = {"code": "", "text": "", "dropped": 0, "attempts": []}  # what only operators see


class AttemptShown(
    Shown,
    json_schema_extra=example(
        channel=1, channel_name="azure-eu", kind="limited", status=429, ms=210, text="Rate limit reached"
    ),
):
    """A channel that was asked and did not answer; ``key_index`` is its key's place, the first is 0."""

    channel: int = 0
    channel_name: str = ""
    key_index: int = 0
    kind: str = ""
    status: int = 0
    code: str = ""
    ms: int = 0
    text: str = ""


class Detail(
    Shown,
    json_schema_extra=example(
        group="vip",
        requested_model="gpt-4o",
        result="complete",
        prices={"prompt": "5/2"},
        group_ratio="4/5",
        usage={"prompt": "1000"},
        attempts=[],
    ),
):
    """``prices`` in quota for one of each kind, before the group's ratio, as exact texts. ``reasons``: what was not as
    usual: ``failed_over``, ``partial``, ``answer_limit``, ``quarantined``, ``late``. ``kind`` and ``status`` of a
    failure; ``text``, ``attempts`` and ``dropped`` (failures before it that left no entry) are for administrators."""

    group: str = ""
    requested_model: str = ""
    result: str = ""
    price_version: str = ""
    prices: dict[str, str] = Field(default_factory=dict[str, str])
    group_ratio: str = ""
    usage: dict[str, str] = Field(default_factory=dict[str, str])
    reasons: list[str] = Field(default_factory=list[str])
    kind: str = ""
    status: int = 0
    code: str = ""
    text: str = ""
    dropped: int = 0
    attempts: list[AttemptShown] = Field(default_factory=list[AttemptShown])


def sentence(row: LogRow, details: Mapping[str, Any]) -> Text | None:
    """What whoever asked is told in place of a failure's words; ``None`` where the entry has its own."""
    return SENTENCES.get(str(details.get("kind")), _INTERNAL) if row.type == EntryType.FAILED else None


def names_of(store: Store, found: Iterable[tuple[LogRow, Mapping[str, Any]]]) -> dict[int, str]:
    """The names of all channels that stand in these entries."""
    ids: set[int] = set()
    for row, details in found:
        ids.add(row.channel_id)
        attempts: list[Mapping[str, Any]] = details.get("attempts") or []
        ids.update(int(attempt["channel"]) for attempt in attempts)
    return {channel.id: channel.name for channel in channels.some(store, sorted(ids - {0}))}


def detail(row: LogRow, details: Mapping[str, Any], names: Mapping[int, str] | None) -> Detail:
    """The parts of an entry; ``names`` of channels for an administrator, ``None`` for everybody else."""
    terms = _terms(details)
    usage: Mapping[str, Any] = details.get("usage") or {}
    failed = row.type == EntryType.FAILED
    return Detail(
        group=str(details.get("group", "")),
        requested_model=str(details.get("requested_model", "")),
        result=str(details.get("result", "")),
        price_version=str(details.get("price_version", "")),
        prices={name: price for name, price in terms.items() if name not in (GROUP, MINIMUM)},
        group_ratio=terms.get(GROUP, ""),
        usage={name: str(figure) for name, figure in usage.items()},
        reasons=_reasons(details) if not failed else [],
        kind=str(details.get("kind", "")),
        status=int(details.get("status", 0)),
        **(_UNSEEN if names is None else _for_operators(details, names)),
    )


def _for_operators(details: Mapping[str, Any], names: Mapping[int, str]) -> dict[str, Any]:
    attempts: list[Mapping[str, Any]] = details.get("attempts") or []
    return {
        "code": str(details.get("code", "")),
        "text": str(details.get("text") or details.get("fault") or ""),
        "dropped": int(details.get("dropped", 0)),
        "attempts": [AttemptShown(**attempt, channel_name=names.get(attempt["channel"], "")) for attempt in attempts],
    }


def _terms(details: Mapping[str, Any]) -> dict[str, str]:
    try:
        return {term.name: term.price for term in read_terms(details["terms"])}
    except (KeyError, TypeError, ValueError):
        return {}


def _reasons(details: Mapping[str, Any]) -> list[str]:
    seen = {
        "failed_over": bool(details.get("attempts")),
        "partial": details.get("result") == "partial",
        "answer_limit": bool(details.get("answer_limit")),
        "quarantined": bool(details.get("quarantined")),
        "late": bool(details.get("late")),
    }
    return [reason for reason, holds in seen.items() if holds]
