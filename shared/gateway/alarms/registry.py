"""The modules of receivers by name, and their settings among the operator's options."""

from collections.abc import Mapping
from typing import cast

from gateway.alarms.protocol import Receiver, Settings
from gateway.alarms.receivers import dingtalk, feishu, pusher, slack, telegram, webhook, wecom
from gateway.domain.alarms import PUSHER, RECEIVERS

MODULES: Mapping[str, Receiver] = {
    PUSHER: cast(Receiver, pusher),
    "webhook": cast(Receiver, webhook),
    "feishu": cast(Receiver, feishu),
    "dingtalk": cast(Receiver, dingtalk),
    "wecom": cast(Receiver, wecom),
    "slack": cast(Receiver, slack),
    "telegram": cast(Receiver, telegram),
}


def set_up(options: Mapping[str, str]) -> dict[str, Settings]:
    """The receivers that the operator has set up, with their settings."""
    found: dict[str, Settings] = {}
    if options["MessagePusherAddress"]:
        found[PUSHER] = {"address": options["MessagePusherAddress"], "token": options["MessagePusherToken"]}
    for name, row in RECEIVERS.items():
        settings = {setting: options[row.option_of(setting)] for setting in row.settings}
        if all(settings[needed] for needed in row.needs):
            found[name] = settings
    return found
