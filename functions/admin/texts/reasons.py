"""Reasons in both languages: what is wrong with a value is said in English where it is found, and here in Chinese.

A reason is found by its pattern; what it names (fields, figures, values) stays. ``tests/admin/texts`` knows of every
reason there is, so that none is said in the wrong language.
"""

import re
from collections.abc import Mapping

from admin.texts.messages import Text

_UNKNOWN = "该值不可用"

# What is wrong, without the field that stands before it.
_SAID: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), chinese)
    for pattern, chinese in (
        (r"is too long", "过长"),
        (r"is longer than (\d+) bytes", r"超过 \1 字节"),
        (r"must be a JSON object( \(.*\))?", "必须是 JSON 对象"),
        (r"must be a JSON object from names to numbers", "必须是从名称到数字的 JSON 对象"),
        (r"is not valid JSON: .*", "不是有效的 JSON"),
        (r"must map names to texts", "必须是从名称到文本的映射"),
        (r"must be a text of at most (\d+) bytes", r"必须是不超过 \1 字节的文本"),
        (r"must be a text", "必须是文本"),
        (r"must not be empty", "不能为空"),
        (r"(.*) cannot be copied; those that can: (.*)", r"\1 不能复制；可复制的字段：\2"),
        (r"must be a whole number", "必须是整数"),
        (r"must be a whole number from 0", "必须是不小于 0 的整数"),
        (r"must be a whole number of prompt tokens", "必须是提示词 token 的整数个数"),
        (r"must be a number", "必须是数字"),
        (r"must be between (\S+) and (\S+)", r"必须在 \1 到 \2 之间"),
        (r"must be 'true' or 'false'", "必须是 true 或 false"),
        (r"must be a single line", "必须是单行文本"),
        (r"must be empty or begin with https:// or http://", "必须为空，或以 https:// 或 http:// 开头"),
        (r"must be empty, an address, a path, or data:image/", "必须为空、网址、路径或 data:image/"),
        (r"must be domain names separated by commas", "必须是以逗号分隔的域名"),
        (r"must be one of (.*)", r"必须是以下之一：\1"),
        (
            r"must be 1 \(enabled\), 2 \(disabled\) or 3 \(disabled automatically\)",
            "必须是 1（启用）、2（禁用）或 3（自动禁用）",
        ),
        (r"must not be negative", "不能为负数"),
        (r"must not be empty", "不能为空"),
        (r"must have events among (.*)", r"的事件只能是：\1"),
        (r"must map an event to a list of (.*)", r"必须把事件对应到列表，可用：\1"),
        (
            r"must begin with https:// or http:// \(or wss:// or ws:// for a WebSocket\)",
            "必须以 https:// 或 http:// 开头（WebSocket 可为 wss:// 或 ws://）",
        ),
        (r"(\d+) is unknown: GET /api/providers lists the types", r"\1 未知：GET /api/providers 列出所有类型"),
        (r"must have at most (\d+) characters", r"最多 \1 个字符"),
        (r"must have 8 to 20 characters", "必须为 8 到 20 个字符"),
        (r"must not contain control characters", "不能包含控制字符"),
        (
            r"must not contain invisible characters, nor begin or end with a space",
            "不能包含不可见字符，也不能以空格开头或结尾",
        ),
        (r"is negative; a price is 0 or more", "为负数；价格不能小于 0"),
        (r"unknown field (\S+); known: (.*)", r"未知字段 \1；可用：\2"),
        (r"tiers must be a list of objects with 'above'", "tiers 必须是带有 above 的对象列表"),
        (r"must be an object such as (.*)", r"必须是对象，例如 \1"),
        (r"must be a JSON list \(.*\)", "必须是 JSON 列表"),
        (r"must be a list", "必须是列表"),
        (r"must be a JSON object of lists of limits( \(.*\))?", "必须是由限制列表组成的 JSON 对象"),
        (r"there may be (\d+) limits, not (\d+)", r"最多 \1 条限制，而不是 \2 条"),
        (r"each is for the limits of groups and models", "'each' 只能用于分组和模型的限制"),
        (r"two limits are about the same: (.*)", r"有两条限制针对同一事物：\1"),
        (r"a limit must be an object, not .*", "每条限制都必须是对象"),
        (r"a limit has no field (\S+); there are (.*)", r"限制没有字段 \1；可用：\2"),
        (r"(what|window) must be one of (.*), not (.*)", r"\1 必须是以下之一：\2，而不是 \3"),
        (r"(most|until) must be a whole number from 0 to (\d+), not (.*)", r"\1 必须是 0 到 \2 的整数，而不是 \3"),
        (r"zone must be a time zone such as (\S+), not (.*)", r"zone 必须是 \1 这样的时区，而不是 \2"),
        (r"raise must be an object with most and until", "raise 必须是带有 most 和 until 的对象"),
        (r"(rolling|watched|each) must be true or false", r"\1 必须是布尔值"),
        (r"concurrent has no window: it counts requests under way", "concurrent 没有窗口：它计算进行中的请求"),
        (r"only windows longer than a minute can be rolling", "只有长于一分钟的窗口才能滚动"),
        (r".*; write a number such as (\S+)", r"不是数字；请写成如 \1 的数字"),
        (r"must be .*ratio.*", "必须是 refuse 或一个倍率"),
    )
)  # fmt: skip
# Whole reasons.
_WHOLE: tuple[tuple[re.Pattern[str], str, str], ...] = (  # with the field they are about
    (re.compile(r"more than (\d+) ids"), r"超过 \1 个 id", "ids"),
    (re.compile(r"more than (\d+) channels"), r"超过 \1 个渠道", "channels"),
    (re.compile(r"more than (\d+) keys"), r"超过 \1 个密钥", "key"),
    (re.compile(r"a model's name has more than (\d+) characters"), r"模型名称超过 \1 个字符", "models"),
)
_PLACED = re.compile(r"(?P<place>[\w.]+(?:: (?:'[^']*'|\"[^\"]*\")(?=[: ]))?(?:: 'above')?):? (?P<said>.*)", re.DOTALL)
_INSTEAD = re.compile(r"(?P<said>.*), not (?P<value>'.*'|\".*\")", re.DOTALL)

# Kinds of pydantic's errors: https://docs.pydantic.dev/latest/errors/validation_errors/
_READING: Mapping[str, str] = {
    "missing": "缺少该字段",
    "json_invalid": "不是有效的 JSON",
    "string_type": "必须是文本",
    "bool_type": "必须是 true 或 false",
    "bool_parsing": "必须是 true 或 false",
    "int_type": "必须是整数",
    "int_from_float": "必须是整数",
    "int_parsing": "必须是整数",
    "int_parsing_size": "数字过大",
    "float_type": "必须是数字",
    "list_type": "必须是列表",
    "dict_type": "必须是对象",
    "model_type": "必须是 JSON 对象",
    "model_attributes_type": "必须是 JSON 对象",
    "greater_than_equal": "数字过小",
    "less_than_equal": "数字过大",
    "literal_error": "不是可用的值",
    "too_long": "过长",
    "string_too_long": "过长",
    "value_error": "格式不正确",
}


def reason(english: object) -> Text:
    """What was found wrong, in both languages, and with which field."""
    text = str(english)
    return Text(_whole(text), text, field=_field(text))


def known(english: str) -> bool:
    """Whether there is a translation of this reason."""
    return _UNKNOWN not in _whole(english)


def unreadable(place: str, kind: str, english: str) -> Text:
    """Why a body or parameter cannot be read, by the kind of pydantic's error."""
    chinese = _READING.get(kind, "格式不正确")
    zh, en = (f"{place}：{chinese}", f"{place}: {english}") if place else (chinese, english)
    return Text(zh, en, field=place)


def _field(text: str) -> str:
    for pattern, _, field in _WHOLE:
        if pattern.fullmatch(text):
            return field
    placed = _PLACED.fullmatch(text)
    return placed["place"].partition(":")[0] if placed else ""


def _whole(text: str) -> str:
    for pattern, chinese, _ in _WHOLE:
        if pattern.fullmatch(text):
            return pattern.sub(chinese, text)
    found = _INSTEAD.fullmatch(text)
    said, value = (found["said"], f"，而不是 {found['value']}") if found else (text, "")
    placed = _PLACED.fullmatch(said)
    if placed is None:
        return _said(said) + value
    place = placed["place"].replace(" and ", " 和 ")
    return f"{place} {_said(placed['said'])}{value}"


def _said(text: str) -> str:
    for pattern, chinese in _SAID:
        if pattern.fullmatch(text):
            return pattern.sub(chinese, text)
    return _UNKNOWN
