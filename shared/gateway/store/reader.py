"""What the relay reads, served from memory for a few seconds.

A cold request makes two round trips (key marker; token and user together) and two more for its channels (abilities;
channels together); a warm one makes none.
"""

from typing import Any

from gateway import log
from gateway.clock import Clock
from gateway.domain.channel import Channel, ChannelStatus
from gateway.domain.identity import Token, TokenStatus, User
from gateway.errors import ConditionFailed
from gateway.records import dataclass
from gateway.security.credentials import SealBroken, Vault
from gateway.store.client.async_client import Dynamo
from gateway.store.client.attributes import to_item
from gateway.store.client.cache import TimedCache
from gateway.store.client.expressions import Change, update
from gateway.store.schema.channels import channel_from
from gateway.store.schema.tables import SEPARATOR, Tables, token_marker, token_owner, user_key
from gateway.store.schema.tokens import token_from
from gateway.store.schema.users import user_from

Json = dict[str, Any]
Identity = tuple[Token, User]


@dataclass(slots=True)
class _Known:
    identities: TimedCache[Identity | None]
    abilities: TimedCache[tuple[int, ...]]
    channels: TimedCache[Channel | None]
    models: TimedCache[tuple[tuple[str, int], ...]]
    options: TimedCache[dict[str, str]]

    def drop_stale(self) -> None:
        for cache in (self.identities, self.abilities, self.channels, self.models, self.options):
            cache.drop_stale()


class Reader:
    """Reads for one stack; ``ttl`` is how many seconds an answer may be old."""

    def __init__(self, dynamo: Dynamo, tables: Tables, vault: Vault, clock: Clock, ttl: float) -> None:
        self._dynamo = dynamo
        self._tables = tables
        self._vault = vault
        self._clock = clock
        self._known = _Known(*(TimedCache[Any](clock, ttl) for _ in range(5)))

    async def identity(self, key_hash: str, *, fresh: bool = False) -> Identity | None:
        """The token with this key hash and its owner; ``fresh`` asks the tables whatever is known."""
        if fresh:
            self._known.identities.forget(key_hash)
        return await self._known.identities.get(key_hash, lambda: self._identity(key_hash))

    async def channel(self, channel_id: int) -> Channel | None:
        """One channel, whatever its status."""
        return (await self._channels((channel_id,))).get(channel_id)

    async def candidates(self, group: str, model: str) -> list[Channel]:
        """Enabled channels that serve this model to this group, in no particular order."""
        channels = await self._channels(await self._listed(group, model))
        return [channel for channel in channels.values() if channel.serves(group, model)]

    async def offers(self, group: str, model: str) -> bool:
        """Whether any channel, in service or not, has this model for this group."""
        return bool(await self._listed(group, model))

    async def models(self, group: str) -> list[str]:
        """Names of the models that some enabled channel serves to this group, sorted."""
        pairs = await self._known.models.get(group, lambda: self._models(group))
        channels = await self._channels(tuple({channel_id for _, channel_id in pairs}))
        served = {name for name, at in pairs if at in channels and channels[at].serves(group, name)}
        return sorted(served)

    async def options(self) -> dict[str, str]:
        """Every option that was ever set, as text. The same object until it is read again."""
        return await self._known.options.get("options", self._options)

    def drop_stale(self) -> None:
        """Forget what is too old to be served."""
        self._known.drop_stale()

    async def mark_token(self, token: Token, status: TokenStatus) -> None:
        """Note that an enabled token is expired or used up, for lists to show."""
        key = {"pk": token_owner(token.user_id), "id": token.id}
        await self._set_status(self._tables.tokens, key, status, expected=TokenStatus.ENABLED)

    async def disable_channel(self, channel_id: int, reason: str) -> bool:
        """Take an enabled channel out of service; ``False`` if it was not enabled any more."""
        self._known.channels.forget(channel_id)
        return await self._set_status(
            self._tables.channels,
            {"id": channel_id},
            ChannelStatus.AUTO_DISABLED,
            expected=ChannelStatus.ENABLED,
            reason=reason,
        )

    async def _identity(self, key_hash: str) -> Identity | None:
        marker = await self._dynamo.get(self._tables.tokens, to_item({"pk": token_marker(key_hash), "id": 0}))
        if marker is None or 0 < (marker.get("until") or 0) <= self._clock.now():  # of a key that was exchanged
            return None
        user_id = marker["user_id"]
        found = await self._dynamo.batch_get(
            {
                self._tables.tokens: [to_item({"pk": token_owner(user_id), "id": marker["token_id"]})],
                self._tables.users: [to_item({"pk": user_key(user_id)})],
            }
        )
        tokens, users = found[self._tables.tokens], found[self._tables.users]
        return (token_from(tokens[0]), user_from(users[0])) if tokens and users else None

    async def _listed(self, group: str, model: str) -> tuple[int, ...]:
        return await self._known.abilities.get((group, model), lambda: self._abilities(group, model))

    async def _abilities(self, group: str, model: str) -> tuple[int, ...]:
        rows = await self._dynamo.query(
            self._in_group(group, " AND begins_with(model_channel, :model)", {":model": model + SEPARATOR})
        )
        return tuple(row["channel_id"] for row in rows)

    async def _models(self, group: str) -> tuple[tuple[str, int], ...]:
        rows = await self._dynamo.query(self._in_group(group))
        return tuple((row["model"], row["channel_id"]) for row in rows)

    def _in_group(self, group: str, condition: str = "", values: Json | None = None) -> Json:
        return {
            "TableName": self._tables.abilities,
            "KeyConditionExpression": "#group = :group" + condition,
            "ExpressionAttributeNames": {"#group": "group"},
            "ExpressionAttributeValues": to_item({":group": group} | (values or {})),
        }

    async def _channels(self, ids: tuple[int, ...]) -> dict[int, Channel]:
        known = self._known.channels
        kept = {channel_id: known.peek(channel_id) for channel_id in ids}
        missing = [channel_id for channel_id, channel in kept.items() if channel is None]
        if missing:
            keys = [to_item({"id": channel_id}) for channel_id in missing]
            for item in (await self._dynamo.batch_get({self._tables.channels: keys}))[self._tables.channels]:
                channel = self._opened(item)
                if channel is not None:
                    known.put(channel.id, channel)
                    kept[channel.id] = channel
        return {channel_id: channel for channel_id, channel in kept.items() if channel is not None}

    def _opened(self, item: Json) -> Channel | None:
        try:
            return channel_from(item, self._vault)
        except SealBroken as broken:
            log.error("channel cannot be used", channel=item["id"], reason=str(broken))
            return None

    async def _options(self) -> dict[str, str]:
        rows = await self._dynamo.query(
            {
                "TableName": self._tables.options,
                "KeyConditionExpression": "#scope = :scope",
                "ExpressionAttributeNames": {"#scope": "scope"},
                "ExpressionAttributeValues": to_item({":scope": "option"}),
            }
        )
        return {row["key"]: row.get("value") or "" for row in rows}

    async def _set_status(self, table: str, key: Json, status: int, *, expected: int, reason: str = "") -> bool:
        sets = {"status": status} | ({"status_reason": reason} if reason else {})
        try:
            await self._dynamo.update(update(table, key, Change(sets=sets, expected={"status": expected})))
        except ConditionFailed:
            return False
        return True
