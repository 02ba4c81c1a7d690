"""Rests in their channel's item, from where every process of the relay has them with the channel itself."""

from contextlib import suppress

from gateway.domain.rests import Rest
from gateway.errors import ConditionFailed
from gateway.records import dataclass
from gateway.store.client.async_client import Dynamo
from gateway.store.client.attributes import to_item
from gateway.store.client.expressions import Json
from gateway.store.schema.tables import Tables


@dataclass(frozen=True, slots=True)
class Rests:
    """Writes them, one at a time."""

    dynamo: Dynamo
    tables: Tables

    async def put(self, channel_id: int, rest: Rest) -> None:
        """Keep one, in place of what there was under its name."""
        values = {":rest": rest.write()}
        try:
            await self._update(channel_id, rest.name, "SET #rests.#name = :rest", "attribute_exists(#rests)", values)
        except ConditionFailed:  # none yet, or no such channel any more
            there = "attribute_exists(#id) AND attribute_not_exists(#rests)"
            request = self._request(channel_id, "SET #rests = :rests", there)
            request["ExpressionAttributeNames"] = {"#rests": "rests", "#id": "id"}
            request["ExpressionAttributeValues"] = to_item({":rests": {rest.name: rest.write()}})
            with suppress(ConditionFailed):
                await self.dynamo.update(request)

    async def end(self, channel_id: int, name: str) -> None:
        """Forget one."""
        with suppress(ConditionFailed):
            await self._update(channel_id, name, "REMOVE #rests.#name", "attribute_exists(#rests.#name)", {})

    async def claim(self, channel_id: int, name: str, now: int, until: int) -> bool:
        """Whether it is this request that tries, until then; another does, or there is no such rest any more."""
        probe = "#rests.#name.#probe"
        free = f"attribute_exists(#rests.#name) AND (attribute_not_exists({probe}) OR {probe} < :now)"
        values = {":now": now, ":until": until}
        try:
            await self._update(channel_id, name, "SET #rests.#name.#probe = :until", free, values)
        except ConditionFailed:
            return False
        return True

    async def _update(self, channel_id: int, name: str, what: str, condition: str, values: Json) -> None:
        request = self._request(channel_id, what, condition)
        names = {"#rests": "rests", "#name": name, "#probe": "probe"}
        used = {short: full for short, full in names.items() if short in what + condition}
        request["ExpressionAttributeNames"] = used
        if values:
            request["ExpressionAttributeValues"] = to_item(values)
        await self.dynamo.update(request)

    def _request(self, channel_id: int, what: str, condition: str) -> Json:
        return {
            "TableName": self.tables.channels,
            "Key": to_item({"id": channel_id}),
            "UpdateExpression": what,
            "ConditionExpression": condition,
        }
