"""A key that its owner exchanged for another is good until its minutes are over."""

from gateway.security.credentials import hash_key
from gateway.store.client.expressions import Change, update
from gateway.store.schema.tables import token_marker
from tests.e2e.support import Account, Channel, error_of
from tests.support.memory_gateway import TABLES, MemoryOperator


def test_an_old_key_works_until_its_end_and_not_after(
    operator: MemoryOperator, account: Account, channel: Channel
) -> None:
    memory = operator.memory
    assert account.chat().status_code == 200
    key = {"pk": token_marker(hash_key(account.key.removeprefix("sk-"))), "id": 0}
    memory.store.transactor.update(update(TABLES.tokens, key, Change(sets={"until": memory.clock.now() + 60})))
    assert account.chat().status_code == 200
    operator.sleep(61 + memory.settings.sync_frequency)
    refused = account.chat()
    assert (refused.status_code, error_of(refused)["code"]) == (401, "invalid_api_key")
    assert len(account.settled(2)) == len(channel.asked()) == 2
