"""What to do about a channel that does not answer: by the kind of trouble, in Chinese and in English."""

from collections.abc import Mapping

from admin.texts.messages import Text
from gateway.upkeep.channel_tests import Trouble

HINTS: Mapping[Trouble, Text] = {
    "key": Text(
        "密钥被拒绝。请检查密钥是否完整、未过期，且属于该提供商（格式：{key_format}）。{docs}",
        "The key was refused. See that it is whole, has not expired and is this provider's ({key_format}). {docs}",
    ),
    "credit": Text(
        "密钥有效，但账户余额不足。请先在提供商处充值。{docs}",
        "The key is good, but its account has no credit left. Top it up at the provider first. {docs}",
    ),
    "access": Text(
        "密钥无权访问：请检查地区、项目以及是否已接受该模型的条款。{docs}",
        "The key may not do this: look at its region, its project, and whether the model's terms were accepted. {docs}",
    ),
    "model": Text(
        "提供商没有该模型。请从其模型列表中选择，并检查地址（base_url）。{docs}",
        "The provider has no such model. Choose one that it lists, and look at the address (base_url). {docs}",
    ),
    "rate": Text(
        "请求过于频繁或配额已用尽。请稍后重试，或查看账户的限额。{docs}",
        "Too many requests, or a quota is used up. Try again later, or look at the limits of the account. {docs}",
    ),
    "busy": Text("提供商繁忙，请稍后重试。{docs}", "The provider is busy. Try again later. {docs}"),
    "setup": Text(
        "渠道设置不完整：请按错误信息补全。密钥格式：{key_format}。{docs}",
        "Something of the channel is missing: the message says what. The key is: {key_format}. {docs}",
    ),
    "unsupported": Text(
        "该提供商不支持此类请求，请选择其他模型。{docs}",
        "The provider does nothing of the kind: choose another model. {docs}",
    ),
    "unreachable": Text(
        "无法连接。请检查地址（base_url）、端口以及网络。{docs}",
        "Nobody answers at this address. Look at base_url, its port, and the network. {docs}",
    ),
    "timeout": Text(
        "在规定时间内没有回答。请稍后重试，或选择更快的模型。{docs}",
        "No answer came in time. Try again, or choose a faster model. {docs}",
    ),
    "answer": Text(
        "收到的回答不符合预期。请检查类型与地址（base_url）是否匹配。{docs}",
        "What came back is not what was asked for. See whether type and address (base_url) belong together. {docs}",
    ),
}
