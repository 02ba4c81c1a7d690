"""Money at the running gateway: the operator, accounts and channels of the end-to-end tests."""

from tests.e2e.conftest import account, channel, new_account, operator, option, upstream

__all__ = ["account", "channel", "new_account", "operator", "option", "upstream"]
