"""Names of the tables, and of what lies in them. The definitions are in infra/template.yaml."""

from gateway.records import dataclass

SEPARATOR = "\x1f"  # between the parts of a composed key; cannot occur in a group or model name
LOG_SHARDS = 4  # partitions a month of log entries spreads over
HOLD_SHARDS = 4
COUNTER_SHARDS = 16  # for counters that every request touches


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables of one stack: ``prefix`` is the stack's name and a hyphen."""

    prefix: str

    @property
    def users(self) -> str:
        return f"{self.prefix}users"

    @property
    def tokens(self) -> str:
        return f"{self.prefix}tokens"

    @property
    def channels(self) -> str:
        return f"{self.prefix}channels"

    @property
    def abilities(self) -> str:
        return f"{self.prefix}abilities"

    @property
    def logs(self) -> str:
        return f"{self.prefix}logs"

    @property
    def options(self) -> str:
        return f"{self.prefix}options"

    @property
    def redemptions(self) -> str:
        return f"{self.prefix}redemptions"

    @property
    def holds(self) -> str:
        return f"{self.prefix}holds"

    @property
    def counters(self) -> str:
        return f"{self.prefix}counters"

    @property
    def codes(self) -> str:
        return f"{self.prefix}codes"

    @property
    def usage(self) -> str:
        return f"{self.prefix}usage"


def user_key(user_id: int) -> str:
    """Key of a user's item."""
    return f"user#{user_id}"


def wallet_key(user_id: int, part: int) -> str:
    """Key of a part of an account's wallet; parts count from 1."""
    return f"wallet#{user_id}#{part}"


def token_owner(user_id: int) -> str:
    """Partition that holds all tokens of a user."""
    return f"user#{user_id}"


def token_marker(key_hash: str) -> str:
    """Partition of the marker that finds a token by the hash of its key (sort key 0)."""
    return f"key#{key_hash}"


def log_owner(user_id: int) -> str:
    """Partition that holds all log entries of a user; user 0 is the gateway itself."""
    return f"user#{user_id}"


def failure_owner(user_id: int) -> str:
    """Partition that holds the failed requests of a user: beside the ledger, so that nothing of it meets them."""
    return f"failed#{user_id}"


def failure_bucket(request_id: str) -> str:
    """Partition of the time index that a failed request belongs to."""
    return f"failed#{log_bucket(request_id)}"


def past_owner(user_id: int) -> str:
    """Partition that holds what another gateway noted of a user before he came here: no part of the ledger either."""
    return f"past#{user_id}"


def past_bucket(request_id: str) -> str:
    """Partition of the time index that such an entry belongs to."""
    return f"past#{log_bucket(request_id)}"


def log_bucket(request_id: str) -> str:
    """Partition of the time index an entry belongs to: its month and a shard."""
    return f"{request_id[:6]}#{sum(request_id.encode()) % LOG_SHARDS}"


def hold_shard(request_id: str) -> int:
    """Which shard of the expiry index a hold lies in."""
    return sum(request_id.encode()) % HOLD_SHARDS


def ability_sort(model: str, channel_id: int) -> str:
    """Sort key of an ability inside its group."""
    return f"{model}{SEPARATOR}{channel_id:010d}"


def limit_key(subject: str) -> str:
    """Name of the counter of what somebody's limits count; a subject is ``token#70``, ``group#vip`` and so on."""
    return f"limit#{subject}"
