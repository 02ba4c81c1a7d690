"""The relay in memory, as the relay's own tests have it."""

from tests.relay.conftest import account, channel, new_account, operator, option, upstream

__all__ = ["account", "channel", "new_account", "operator", "option", "upstream"]  # fixtures, here for this folder
