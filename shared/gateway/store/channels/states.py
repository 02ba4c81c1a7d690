"""Which channel and key hold a response that a conversation may go on from: for processes that did not see it made."""

from gateway.records import dataclass
from gateway.store.client.async_client import Dynamo
from gateway.store.client.attributes import to_item
from gateway.store.schema.tables import Tables

# https://platform.openai.com/docs/guides/conversation-state: responses are kept for 30 days
KEPT = 30 * 86_400


@dataclass(frozen=True, slots=True)
class States:
    """One small item of the codes table for each, forgotten by the table itself."""

    dynamo: Dynamo
    tables: Tables

    async def holder(self, state: str) -> tuple[int, int] | None:
        """Channel and place of the key, if somebody noted them."""
        item = await self.dynamo.get(self.tables.codes, to_item({"code": _code(state)}), consistent=False)
        return (item["channel_id"], item["key_index"]) if item else None

    async def note(self, state: str, channel_id: int, key_index: int, now: int) -> None:
        """This channel and key made it."""
        item = {"code": _code(state), "channel_id": channel_id, "key_index": key_index, "ttl": now + KEPT}
        await self.dynamo.put({"TableName": self.tables.codes, "Item": to_item(item)})


def _code(state: str) -> str:
    return f"state#{state}"
