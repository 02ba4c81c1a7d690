"""What a change of a channel is held to: its credential stays where it was given for, and nobody's change is lost.

No administrator but root moves a credential to another address.
"""

from collections.abc import Callable

from admin.texts import messages
from admin.web.envelope import Refused
from gateway.domain.identity import Role
from gateway.errors import Unavailable
from gateway.providers import address
from gateway.providers.catalog import PROVIDERS, SECRET_SETTINGS
from gateway.store.channels.secret_settings import stay
from gateway.store.schema.channels import ChannelRow, settings_of
from gateway.store.schema.users import UserRow

Check = Callable[[ChannelRow, ChannelRow], None]


def bound_to_its_address(caller: UserRow) -> Check | None:
    """What looks at a channel before and after a change, and raises ``Refused``; root may do as it likes."""
    return None if caller.role >= Role.ROOT else _refuse_to_follow


def unchanged_since(revision: int | None, also: Check | None) -> Check | None:
    """What looks whether the channel still has this revision, if one is named, and then at the rest."""
    if revision is None:
        return also

    def check(before: ChannelRow, after: ChannelRow) -> None:
        if before.revision != revision:
            raise Refused(messages.CHANGED_MEANWHILE)
        if also is not None:
            also(before, after)

    return check


def _refuse_to_follow(before: ChannelRow, after: ChannelRow) -> None:
    kept = after.sealed_key == before.sealed_key != "" or stay(before.config, after.config, SECRET_SETTINGS)
    if kept and _destination(before) != _destination(after):
        raise Refused(messages.CHANNEL_KEY_AGAIN)


def _destination(row: ChannelRow) -> tuple[int, str, str]:
    """Where a channel's credential goes, and in which way: type, base URL, and that with its blanks filled in."""
    given = row.base_url.rstrip("/")
    if row.type not in PROVIDERS:
        return (row.type, given, given)
    settings = settings_of(row.type, row.config, row.other)
    try:
        return (row.type, given, address.base(PROVIDERS[row.type], row.base_url, settings))
    except Unavailable:  # a setting is missing
        return (row.type, given, "")
