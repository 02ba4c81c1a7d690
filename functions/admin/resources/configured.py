"""The configuration as one document: what an operator decided, without what the gateway found out or made up itself.

No numbers, times, balances or states of health are in it, so that two gateways with the same configuration have the
same document. Credentials are not in it either: of channels it says how many keys there are, of options which are set.
"""

import hashlib
import json
from typing import Any

from admin.auth.limit_rules import LimitShown, shown
from admin.openapi.examples import example
from admin.resources.channel_files import DecidedChannel
from admin.web.fields import Shown
from gateway.domain.channel import ChannelStatus
from gateway.domain.options import DEFAULTS, SECRETS
from gateway.providers.catalog import SECRET_SETTINGS
from gateway.store.channels import channels
from gateway.store.channels.secret_settings import blanked
from gateway.store.context import Store
from gateway.store.schema.channels import ChannelRow
from gateway.store.settings import announcements, options
from gateway.store.settings.announcements import Announcement, Board


class ConfiguredChannel(
    DecidedChannel, json_schema_extra=example(type=1, name="azure-eu", models="gpt-4o-mini", key_count=1)
):
    """A channel as `POST /api/channel` takes it. ``status`` is 1, or 2 of one that was switched off by hand."""

    affinity: bool
    watch_models: bool
    limits: tuple[LimitShown, ...] = ()
    key_count: int


_COMPUTED = ("status", "limits", "key_count")  # shown otherwise than they are stored
FIELDS = tuple(name for name in ConfiguredChannel.model_fields if name not in _COMPUTED)


class ConfiguredAnnouncement(Shown, json_schema_extra=example(title="Maintenance", text="On Sunday.", audience="all")):
    title: str
    text: str
    kind: str
    begins: int
    ends: int
    audience: str


class Configuration(Shown, json_schema_extra=example(options={"Notice": "Back on Monday."}, secrets=["SMTPToken"])):
    """``options``: those that are not at their default, as texts; ``secrets``: which secret ones are set. ``revision``
    is another one after any change, whoever made it.
    """

    options: dict[str, str]
    secrets: list[str]
    channels: list[ConfiguredChannel]
    announcements: list[ConfiguredAnnouncement]
    revision: str


def read(store: Store) -> tuple[dict[str, str], list[ChannelRow], Board]:
    """What there is: options that were set, channels in the order they were made, announcements."""
    rows = sorted(channels.every(store), key=lambda row: row.id)
    return options.stored(store), rows, announcements.read(store)


def document(store: Store) -> Configuration:
    """The document of this gateway."""
    stored, rows, board = read(store)
    changed = {key: value for key, value in sorted(stored.items()) if value != DEFAULTS.get(key)}
    return Configuration(
        options={key: value for key, value in changed.items() if key in DEFAULTS and key not in SECRETS},
        secrets=[key for key in changed if key in SECRETS],
        channels=[_channel(store, row) for row in rows],
        announcements=[ConfiguredAnnouncement(**told(row)) for row in board.rows],
        revision=revision(stored, rows, board),
    )


def told(row: Announcement) -> dict[str, Any]:
    """What the operator decided of an announcement."""
    return {name: getattr(row, name) for name in ConfiguredAnnouncement.model_fields}


def revision(stored: dict[str, str], rows: list[ChannelRow], board: Board) -> str:
    """A text that is another one after any change."""
    of_channels = [[row.id, row.revision] for row in rows]
    said = json.dumps([sorted(stored.items()), of_channels, board.kept], ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def status_of(status: int) -> int:
    """What was decided of a channel: one that the gateway took out of service is meant to be in it."""
    return int(ChannelStatus.DISABLED if status == ChannelStatus.DISABLED else ChannelStatus.ENABLED)


def _channel(store: Store, row: ChannelRow) -> ConfiguredChannel:
    row = channels.sealed(store, row, SECRET_SETTINGS)
    own = {name: getattr(row, name) for name in FIELDS}
    keys = [key for key in channels.keys(store, row) if key]
    computed = {
        "status": status_of(row.status),
        "config": blanked(row.config),
        "limits": shown(row.limits),
        "key_count": len(keys),
    }
    return ConfiguredChannel.model_validate(own | computed)
