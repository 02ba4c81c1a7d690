"""Channels of new-api: its numbers of providers, which are one-api's to 25 only, and where it keeps what is set."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from tools.migrate.databases.protocol import Row
from tools.migrate.records import OldChannel
from tools.migrate.sources.one_api import channel_of
from tools.migrate.sources.rows import json_object, text, whole

_OPENAI_LIKE, _WITH_VERSION = 8, 50  # our numbers of channels that bring their own address, and its version
_CUSTOM, _VERTEX, _AWS = 8, 41, 33  # new-api's

# new-api's number -> ours
_OURS: Final[Mapping[int, int]] = {
    **{number: number for number in (0, 1, 3, 6, 7, *range(9, 26), 31, 33)},
    4: 30,  # Ollama
    26: 16,  # Zhipu, v4
    27: 100,  # Perplexity
    34: 35,  # Cohere
    35: 27,  # MiniMax
    38: 110,  # Jina
    39: 37,  # Cloudflare
    40: 44,  # SiliconFlow
    41: 42,  # Vertex AI
    42: 28,  # Mistral
    43: 36,  # DeepSeek
    45: 40,  # Doubao
    46: 47,  # Baidu, v2
    47: _OPENAI_LIKE,  # Xinference
    48: 45,  # xAI
    49: 34,  # Coze
    53: _OPENAI_LIKE,  # Submodel
    56: 46,  # Replicate
}
_NAMES: Final[Mapping[int, str]] = {
    2: "Midjourney",
    5: "Midjourney Plus",
    36: "Suno",
    37: "Dify",
    44: "MokaAI",
    50: "Kling",
    51: "Jimeng",
    52: "Vidu",
    54: "Doubao video",
    55: "Sora",
    57: "Codex",
}
_ADDRESSES: Final[Mapping[int, str]] = {53: "https://llm.submodel.ai"}
# what stands in the place of an address for subscriptions that have another one
_PLANS: Final[Mapping[str, str]] = {
    "glm-coding-plan": "https://open.bigmodel.cn/api/coding/paas/v4",
    "glm-coding-plan-international": "https://api.z.ai/api/coding/paas/v4",
    "kimi-coding-plan": "https://api.kimi.com/coding/v1",
    "doubao-coding-plan": "https://ark.cn-beijing.volces.com/api/coding/v3",
}
# settings of new-api that channels here have not: column, and what it means
_NOT_HERE: Final[Mapping[str, str]] = {
    "status_code_mapping": "a mapping of status codes",
    "param_override": "parameters that are put into every request",
    "header_override": "headers that are put into every request",
    "openai_organization": "an OpenAI organization",
}
_FLAGS: Final[Mapping[str, str]] = {
    "proxy": "a proxy of its own: there is one for all (RELAY_PROXY)",
    "force_format": "answers brought into OpenAI's form",
    "thinking_to_content": "thoughts among the text",
    "pass_through_body_enabled": "bodies that pass as they are",
    "system_prompt_override": "a system prompt that is put before the caller's",
}
_ENABLED = 1


def new_api_channel(row: Row) -> OldChannel:
    """A channel, with its type by our number."""
    there, old = whole(row, "type"), channel_of(row)
    setting = json_object(text(row, "setting"))
    old = replace(
        old,
        type=_OURS.get(there),
        type_name=_NAMES.get(there, f"new-api's {there}"),
        tag=text(row, "tag"),
        test_model=text(row, "test_model"),
        system_prompt=str(setting.get("system_prompt") or ""),
        left=(*old.left, *_left(row, setting)),
    )
    old = _keys(old, json_object(text(row, "channel_info")))
    special = _SPECIAL.get(there)
    return _address(special(old) if special else old, there)


def _left(row: Row, setting: Mapping[str, Any]) -> list[str]:
    found = [words for name, words in _NOT_HERE.items() if text(row, name).strip() not in ("", "{}", "null", "[]")]
    found += [words for name, words in _FLAGS.items() if setting.get(name)]
    if row.get("auto_ban") == 0:
        found.append("it is never switched off by itself there; here option AutomaticDisableChannelEnabled is for all")
    return found


def _keys(old: OldChannel, info: Mapping[str, Any]) -> OldChannel:
    """The keys that take turns; without those that were switched off, unless all were."""
    if not info.get("is_multi_key"):
        return old
    keys = _listed(old.key)
    states: Mapping[str, Any] = info.get("multi_key_status_list") or {}
    on = [key for place, key in enumerate(keys) if states.get(str(place), _ENABLED) == _ENABLED]
    if not on or len(on) == len(keys):
        return replace(old, key="\n".join(keys))
    words = f"{len(keys) - len(on)} of its {len(keys)} keys were switched off, and do not come along"
    return replace(old, key="\n".join(on), left=(*old.left, words))


def _listed(key: str) -> list[str]:
    """One a line, or a JSON list of objects."""
    if key.lstrip().startswith("["):
        try:
            found: list[Any] = json.loads(key)
            return [one if isinstance(one, str) else json.dumps(one) for one in found]
        except ValueError:
            pass
    return [line.strip() for line in key.split("\n") if line.strip()]


@dataclass(frozen=True, slots=True)
class _InConfig:
    """What new-api has in ``other`` is a setting here."""

    name: str

    def __call__(self, old: OldChannel) -> OldChannel:
        return replace(old, other="", config=json.dumps({self.name: old.other}) if old.other else "")


def _vertex(old: OldChannel) -> OldChannel:
    """The key is a service account; the region is alike for all models, or a table of them."""
    account = json_object(_listed(old.key)[0] if old.key.lstrip().startswith("[") else old.key)
    if not account.get("project_id"):
        return replace(old, type=None, type_name="Vertex AI with a key that is no service account")
    regions = json_object(old.other)
    region = str(regions.get("default") or next(iter(regions.values()), "")) if regions else old.other
    words = ("regions of single models: all use that of default",) if len(regions) > 1 else ()
    config = {
        "region": region or "global",
        "vertex_ai_project_id": account["project_id"],
        "vertex_ai_adc": json.dumps(account),
    }
    return replace(old, key="", other="", config=json.dumps(config), left=(*old.left, *words))


def _aws(old: OldChannel) -> OldChannel:
    """Access key, secret and region; or a key of Bedrock's own and the region, which is a setting here."""
    key, _, region = old.key.partition("|")
    if "\n" in old.key or not region or "|" in region:
        return old
    return replace(old, key=key, config=json.dumps({"region": region}))


def _custom(old: OldChannel) -> OldChannel:
    """The address is that of the request there."""
    for end, kind in (("/v1/chat/completions", _OPENAI_LIKE), ("/chat/completions", _WITH_VERSION)):
        if old.base_url.endswith(end):
            return replace(old, type=kind, base_url=old.base_url.removesuffix(end))
    return replace(old, type=None, type_name="a custom channel whose address is no chat's")


_SPECIAL = {_CUSTOM: _custom, _VERTEX: _vertex, _AWS: _aws, 39: _InConfig("user_id"), 49: _InConfig("user_id")}


def _address(old: OldChannel, there: int) -> OldChannel:
    if plan := _PLANS.get(old.base_url):
        return replace(old, type=_WITH_VERSION, base_url=plan)
    return replace(old, base_url=old.base_url or _ADDRESSES.get(there, ""))
