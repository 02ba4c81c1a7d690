"""PynamoDB models, one per table: how admin and cron read and write. The relay uses ``client.async_client`` instead.

Keys and indexes are defined once, in infra/template.yaml; docs/data.md says who reads which. ``bind`` points
every model at a stack before first use. Numbers are integers; a channel's balance is kept as text.
"""

# pyright: reportIncompatibleVariableOverride=false
# (every PynamoDB model overrides Meta; its stub asks for fields that ``bind`` sets.)

from typing import Any

from pynamodb.attributes import BooleanAttribute, JSONAttribute, MapAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import PynamoDBConnectionError
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, KeysOnlyProjection
from pynamodb.models import Model

from gateway.config import StoreSettings
from gateway.store.schema.tables import Tables

ReadFailed = PynamoDBConnectionError  # what a read raises when the database refuses it


class ById(GlobalSecondaryIndex[Any]):
    """Items of one kind by their number, for lists newest first."""

    class Meta:
        index_name = "by_id"
        projection = KeysOnlyProjection()

    kind = UnicodeAttribute(hash_key=True)
    id = NumberAttribute(range_key=True)


class ByName(GlobalSecondaryIndex[Any]):
    """Items of one kind by name, for searches by prefix."""

    class Meta:
        index_name = "by_name"
        projection = KeysOnlyProjection()

    kind = UnicodeAttribute(hash_key=True)
    name = UnicodeAttribute(range_key=True)


class ByUsername(GlobalSecondaryIndex[Any]):
    class Meta:
        index_name = "by_username"
        projection = KeysOnlyProjection()

    kind = UnicodeAttribute(hash_key=True)
    username = UnicodeAttribute(range_key=True)


class ByDisplayName(GlobalSecondaryIndex[Any]):
    class Meta:
        index_name = "by_display_name"
        projection = KeysOnlyProjection()

    kind = UnicodeAttribute(hash_key=True)
    display_name = UnicodeAttribute(range_key=True)


class ByEmail(GlobalSecondaryIndex[Any]):
    class Meta:
        index_name = "by_email"
        projection = KeysOnlyProjection()

    kind = UnicodeAttribute(hash_key=True)
    email = UnicodeAttribute(range_key=True)


class UserItem(Model):
    """``user#<id>``: an account (kind ``user``). Other keys are uniqueness markers that only hold ``user_id``.

    Markers: ``username#<name>``, ``email#<address>``, ``aff#<code>``, ``access#<hash of access token>``,
    ``github#<id>``, ``lark#<id>``, ``wechat#<id>``, ``oidc#<id>``, ``passkey#<hash>``.
    Empty e-mail and names leave their index.
    """

    class Meta:
        table_name = "users"

    pk = UnicodeAttribute(hash_key=True)
    kind = UnicodeAttribute(null=True)
    id = NumberAttribute(null=True)
    user_id = NumberAttribute(null=True)
    username = UnicodeAttribute(null=True)
    display_name = UnicodeAttribute(null=True)
    email = UnicodeAttribute(null=True)
    password = UnicodeAttribute(null=True)
    role = NumberAttribute(null=True)
    status = NumberAttribute(null=True)
    group = UnicodeAttribute(null=True)
    quota = NumberAttribute(null=True)
    used_quota = NumberAttribute(null=True)
    request_count = NumberAttribute(null=True)
    access_hash = UnicodeAttribute(null=True)
    aff_code = UnicodeAttribute(null=True)
    inviter_id = NumberAttribute(null=True)
    github_id = UnicodeAttribute(null=True)
    lark_id = UnicodeAttribute(null=True)
    wechat_id = UnicodeAttribute(null=True)
    oidc_id = UnicodeAttribute(null=True)
    session_version = NumberAttribute(null=True)
    created_time = NumberAttribute(null=True)
    extra: MapAttribute[str, Any] = MapAttribute(null=True)

    by_id = ById()
    by_username = ByUsername()
    by_display_name = ByDisplayName()
    by_email = ByEmail()


class ByTokenName(GlobalSecondaryIndex[Any]):
    class Meta:
        index_name = "by_name"
        projection = KeysOnlyProjection()

    pk = UnicodeAttribute(hash_key=True)
    name = UnicodeAttribute(range_key=True)


class TokenItem(Model):
    """``user#<user id>`` / id: a token. ``key#<hash>`` / 0: the marker that finds it, with user_id and token_id."""

    class Meta:
        table_name = "tokens"

    pk = UnicodeAttribute(hash_key=True)
    id = NumberAttribute(range_key=True)
    user_id = NumberAttribute()
    token_id = NumberAttribute(null=True)
    key_hash = UnicodeAttribute(null=True)
    key_hint = UnicodeAttribute(null=True)  # first and last four characters, to tell keys apart in lists
    name = UnicodeAttribute(null=True)
    status = NumberAttribute(null=True)
    created_time = NumberAttribute(null=True)
    accessed_time = NumberAttribute(null=True)
    expired_time = NumberAttribute(null=True)
    remain_quota = NumberAttribute(null=True)
    unlimited_quota = BooleanAttribute(null=True)
    used_quota = NumberAttribute(null=True)
    models = UnicodeAttribute(null=True)
    subnet = UnicodeAttribute(null=True)
    extra: MapAttribute[str, Any] = MapAttribute(null=True)

    by_name = ByTokenName()


class ChannelItem(Model):
    """A channel. ``sealed_key`` is the encrypted credential (one key per line); the rest is one-api's row."""

    class Meta:
        table_name = "channels"

    id = NumberAttribute(hash_key=True)
    kind = UnicodeAttribute(default="channel")
    type = NumberAttribute(default=0)
    sealed_key = UnicodeAttribute(null=True)
    status = NumberAttribute(default=1)
    name = UnicodeAttribute(null=True)
    weight = NumberAttribute(default=0)
    priority = NumberAttribute(default=0)
    created_time = NumberAttribute(default=0)
    test_time = NumberAttribute(default=0)
    response_time = NumberAttribute(default=0)
    base_url = UnicodeAttribute(null=True)
    other = UnicodeAttribute(null=True)
    balance = UnicodeAttribute(default="0")
    balance_updated_time = NumberAttribute(default=0)
    models = UnicodeAttribute(null=True)
    group = UnicodeAttribute(default="default")
    model_mapping = UnicodeAttribute(null=True)
    config = UnicodeAttribute(null=True)
    system_prompt = UnicodeAttribute(null=True)
    tag = UnicodeAttribute(null=True)
    test_model = UnicodeAttribute(null=True)
    status_reason = UnicodeAttribute(null=True)
    told_status = NumberAttribute(null=True)
    revision = NumberAttribute(default=0)
    extra: MapAttribute[str, Any] = MapAttribute(null=True)

    by_id = ById()
    by_name = ByName()


class ByChannel(GlobalSecondaryIndex[Any]):
    class Meta:
        index_name = "by_channel"
        projection = KeysOnlyProjection()

    channel_id = NumberAttribute(hash_key=True)
    group_model = UnicodeAttribute(range_key=True)


class AbilityItem(Model):
    """One row per group, model and channel: which channels may serve a model to a group.

    An index only: status, priority and weight are read from the channel, which has the last word.
    """

    class Meta:
        table_name = "abilities"

    group = UnicodeAttribute(hash_key=True)
    model_channel = UnicodeAttribute(range_key=True)
    model = UnicodeAttribute()
    channel_id = NumberAttribute()
    group_model = UnicodeAttribute()

    by_channel = ByChannel()


class ByTime(GlobalSecondaryIndex[Any]):
    class Meta:
        index_name = "by_time"
        projection = AllProjection()

    bucket = UnicodeAttribute(hash_key=True)
    sort = UnicodeAttribute(range_key=True)


class LogItem(Model):
    """A ledger entry: ``user#<id>`` / request id. Never changed once written.

    ``user#<id>`` / ``0`` is the sum of the purged ones (see ``ledger_sums.py``), ``refund#<id>`` / request id the
    marker of an entry that was refunded.
    """

    class Meta:
        table_name = "logs"

    owner = UnicodeAttribute(hash_key=True)
    request_id = UnicodeAttribute(range_key=True)
    bucket = UnicodeAttribute()
    sort = UnicodeAttribute()
    id = NumberAttribute()
    created_at = NumberAttribute()
    type = NumberAttribute()
    user_id = NumberAttribute()
    username = UnicodeAttribute()
    quota = NumberAttribute(default=0)
    delta = NumberAttribute(default=0)
    content = UnicodeAttribute(null=True)
    token_id = NumberAttribute(default=0)
    token_name = UnicodeAttribute(null=True)
    model_name = UnicodeAttribute(null=True)
    prompt_tokens = NumberAttribute(default=0)
    completion_tokens = NumberAttribute(default=0)
    channel_id = NumberAttribute(default=0)
    elapsed_time = NumberAttribute(default=0)
    is_stream = BooleanAttribute(default=False)
    system_prompt_reset = BooleanAttribute(default=False)
    details: MapAttribute[str, Any] = MapAttribute(null=True)

    by_time = ByTime()


class OptionItem(Model):
    """An operator's setting (scope ``option``) as text, like one-api's clients send it; docs/data.md has the rest."""

    class Meta:
        table_name = "options"

    scope = UnicodeAttribute(hash_key=True)
    key = UnicodeAttribute(range_key=True)
    value = UnicodeAttribute(null=True)


class RedemptionItem(Model):
    """``code#<id>``: a redemption code (kind ``redemption``). ``key#<hash>``: the marker that finds it."""

    class Meta:
        table_name = "redemptions"

    pk = UnicodeAttribute(hash_key=True)
    kind = UnicodeAttribute(null=True)
    id = NumberAttribute(null=True)
    code_id = NumberAttribute(null=True)
    user_id = NumberAttribute(null=True)
    key_hash = UnicodeAttribute(null=True)
    sealed_key = UnicodeAttribute(null=True)
    name = UnicodeAttribute(null=True)
    status = NumberAttribute(null=True)
    quota = NumberAttribute(null=True)
    created_time = NumberAttribute(null=True)
    redeemed_time = NumberAttribute(null=True)
    redeemed_by = NumberAttribute(null=True)

    by_id = ById()
    by_name = ByName()


class ByExpiry(GlobalSecondaryIndex[Any]):
    class Meta:
        index_name = "by_expiry"
        projection = AllProjection()

    shard = NumberAttribute(hash_key=True)
    expires_at = NumberAttribute(range_key=True)


class HoldItem(Model):
    """Quota held for a running request. ``state`` is open or released; a released hold has no shard."""

    class Meta:
        table_name = "holds"

    request_id = UnicodeAttribute(hash_key=True)
    shard = NumberAttribute(null=True)
    expires_at = NumberAttribute()
    state = UnicodeAttribute()
    user_id = NumberAttribute()
    token_id = NumberAttribute()
    limited = BooleanAttribute()
    amount = NumberAttribute()
    created_at = NumberAttribute()
    released_at = NumberAttribute(null=True)
    model = UnicodeAttribute(null=True)
    ttl = NumberAttribute(null=True)

    by_expiry = ByExpiry()


class CounterItem(Model):
    """Numbers that only grow: the next id of an entity (``id#<entity>``), sums per channel, rate windows."""

    class Meta:
        table_name = "counters"

    name = UnicodeAttribute(hash_key=True)
    shard = NumberAttribute(range_key=True, default=0)
    value = NumberAttribute(default=0)
    used_quota = NumberAttribute(default=0)
    request_count = NumberAttribute(default=0)
    ttl = NumberAttribute(null=True)


class CodeItem(Model):
    """Short-lived things, found by purpose and hash: e-mail codes, reset tokens, OAuth states, locks.

    What is known of callers' idempotency keys lies here too; ``idempotency.py`` has those attributes.
    """

    class Meta:
        table_name = "codes"

    code = UnicodeAttribute(hash_key=True)
    value = JSONAttribute(null=True)
    attempts = NumberAttribute(default=0)
    expires_at = NumberAttribute()
    ttl = NumberAttribute()


class UsageItem(Model):
    """Roll-up of consumption: ``user#<id>`` or ``all`` / ``YYYY-MM-DD`` and model."""

    class Meta:
        table_name = "usage"

    owner = UnicodeAttribute(hash_key=True)
    day_model = UnicodeAttribute(range_key=True)
    request_count = NumberAttribute(default=0)
    quota = NumberAttribute(default=0)
    prompt_tokens = NumberAttribute(default=0)
    completion_tokens = NumberAttribute(default=0)


MODELS: dict[str, type[Model]] = {
    "users": UserItem,
    "tokens": TokenItem,
    "channels": ChannelItem,
    "abilities": AbilityItem,
    "logs": LogItem,
    "options": OptionItem,
    "redemptions": RedemptionItem,
    "holds": HoldItem,
    "counters": CounterItem,
    "codes": CodeItem,
    "usage": UsageItem,
}


def bind(settings: StoreSettings) -> Tables:
    """Point every model at the tables of one stack."""
    for name, model in MODELS.items():
        meta: Any = model.Meta
        meta.table_name = settings.table_prefix + name
        meta.host = settings.endpoint
        meta.region = settings.region
        meta.max_pool_connections = 32
        model._connection = None  # pyright: ignore[reportPrivateUsage]  (rebinding is what tests do)
    return Tables(settings.table_prefix)
