"""Alarms as data: what is told, and who can be told beside a mail address.

A receiver's settings are options of the operator (``option_of``), or sealed with an account for its owner. Addresses of
rooms and bots are credentials themselves: whoever knows one can write there.
"""

from collections.abc import Iterator, Mapping

from gateway.records import dataclass

# What is told to the operator, by the name that the option AlarmRoutes has for it.
EVENTS: Mapping[str, str] = {
    "channel_disabled": "a channel went out of service by itself",
    "channel_enabled": "a channel that had is back",
    "channel_balance": "the balance of a channel at its provider is low",
    "job_failed": "a job of the cron function failed",
    "quarantined": "the usage that a provider reported was not believed",
}
MAIL, PUSHER = "mail", "pusher"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiverRow:
    """One kind of receiver: the settings it cannot do without, those it may have, and which of them are no secret."""

    name: str
    label: str
    needs: tuple[str, ...] = ("address",)
    may: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()

    def option_of(self, setting: str) -> str:
        """The operator's option that holds this setting."""
        return f"Alarm{self.label}{setting.capitalize()}"

    @property
    def settings(self) -> tuple[str, ...]:
        return self.needs + self.may


_ROWS = (
    ReceiverRow(name="webhook", label="Webhook", may=("secret",)),
    ReceiverRow(name="feishu", label="Feishu", may=("secret",)),
    ReceiverRow(name="dingtalk", label="DingTalk", may=("secret",)),
    ReceiverRow(name="wecom", label="WeCom"),
    ReceiverRow(name="slack", label="Slack"),
    ReceiverRow(name="telegram", label="Telegram", needs=("token", "chat"), may=("address",), shown=("chat",)),
)

RECEIVERS: Mapping[str, ReceiverRow] = {row.name: row for row in _ROWS}


def option_rows() -> Iterator[tuple[str, bool, bool]]:
    """Every option of a receiver: its key, whether it is an address, and whether it is a secret."""
    for row in _ROWS:
        for setting in row.settings:
            yield row.option_of(setting), setting == "address", setting not in row.shown


def routes_problem(routes: object) -> str:
    """What is wrong with routes of events, empty when nothing is."""
    known = (*RECEIVERS, PUSHER, MAIL)
    if not isinstance(routes, dict):
        return "must be a JSON object"
    given: dict[object, object] = routes  # pyright: ignore[reportUnknownVariableType]
    for event, names in given.items():
        if event not in EVENTS:
            return f"must have events among {', '.join(EVENTS)}"
        if not isinstance(names, list) or not all(name in known for name in names):  # pyright: ignore[reportUnknownVariableType]
            return f"must map an event to a list of {', '.join(known)}"
    return ""
