"""What a running gateway writes for those who watch its books."""

import json
from pathlib import Path

import pytest

from tests.e2e.support import Account, Channel, Operator, until

pytestmark = pytest.mark.e2e


def test_quarantine_raises_an_alarm(account: Account, channel: Channel, operator: Operator) -> None:
    channel.behaves(usage=-5)
    account.chat()
    account.settled(1)

    def alarmed() -> bool:
        lines = Path(operator.gateway.folder, "logs", "gateway.log").read_text().splitlines()
        raised = [text[text.index("{") :] for text in lines if '"UsageQuarantined": 1' in text]
        return any(json.loads(text)["channel"] == str(channel.id) for text in raised)

    until(alarmed)
