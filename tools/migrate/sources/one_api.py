"""one-api, of any version that kept its tables by GORM: columns that came later are missing in older ones."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from tools.migrate.databases.protocol import Database, NotReadable, Row, Where
from tools.migrate.records import OldChannel, OldCode, OldLog, OldToken, OldUser, Period
from tools.migrate.sources.option_rows import one_api_options
from tools.migrate.sources.protocol import Highest, OldOptions
from tools.migrate.sources.rows import decimal, flag, json_object, names, read, text, whole

OPAQUE = ("wechat_id", "lark_id", "oidc_id")  # subjects that a login provider gives and nobody chooses
ENDED = 1  # expired_time of a key that was over at any time

USER = names(
    "id username password display_name role status email github_id wechat_id lark_id oidc_id access_token quota "
    "used_quota request_count group aff_code inviter_id"
)
TOKEN = names(
    "id user_id key status name created_time accessed_time expired_time remain_quota unlimited_quota used_quota "
    "models subnet"
)
CHANNEL = names(
    "id type key status name weight created_time test_time response_time base_url other balance balance_updated_time "
    "models group used_quota model_mapping priority config system_prompt"
)
CODE = names("id user_id key status name quota created_time redeemed_time")
LOG = names(
    "id user_id created_at type content username token_name model_name quota prompt_tokens completion_tokens "
    "channel_id elapsed_time is_stream"
)


class OneApi:
    """A one-api. ``logs`` is its database of logs, where it has one of their own."""

    kind = "one-api"

    def __init__(self, database: Database, logs: Database | None = None) -> None:
        if not {"id", "username", "quota"} <= database.columns("users"):
            raise NotReadable("the database has no table users with a quota: it is none of one-api")
        self.database, self.log_database = database, logs or database

    def highest(self) -> Highest:
        return Highest(**{name: self._totals(table)[-1] for name, table in _TABLES.items()})

    def counts(self) -> Mapping[str, int]:
        found = {name: self._totals(table)[0] for name, table in _TABLES.items()}
        _, quota, used, _ = self.database.totals("users", ("quota", "used_quota"))
        return found | {"quota": quota, "used_quota": used, "options": len(self.stored_options())}

    def users(self) -> Iterator[OldUser]:
        for row in read(self.database, "users", USER):
            yield user_of(row)

    def tokens(self) -> Iterator[OldToken]:
        for row in read(self.database, "tokens", TOKEN):
            yield token_of(row)

    def channels(self) -> Iterator[OldChannel]:
        for row in read(self.database, "channels", CHANNEL):
            yield replace(channel_of(row), type=whole(row, "type"))

    def codes(self) -> Iterator[OldCode]:
        for row in read(self.database, "redemptions", CODE):
            yield code_of(row)

    def options(self) -> OldOptions:
        return one_api_options(self.stored_options())

    def logs(self, period: Period, after: int = 0) -> Iterator[OldLog]:
        for row in read(self.log_database, "logs", LOG, after=after, where=within(period)):
            yield log_of(row)

    def log_count(self, period: Period) -> int:
        return self.log_database.totals("logs", where=within(period))[0] if self.log_database.columns("logs") else 0

    def close(self) -> None:
        self.database.close()
        if self.log_database is not self.database:
            self.log_database.close()

    def _totals(self, table: str) -> tuple[int, ...]:
        return self.database.totals(table) if self.database.columns(table) else (0, 0)

    def stored_options(self) -> dict[str, str]:
        """Options as they are stored."""
        return {text(row, "key"): text(row, "value") for row in read(self.database, "options", ("key", "value"))}


_TABLES = {"users": "users", "tokens": "tokens", "channels": "channels", "codes": "redemptions"}


def within(period: Period) -> Where:
    """The condition of a time."""
    return Where("created_at", period.start, period.end)


def user_of(row: Row) -> OldUser:
    """An account, as far as one-api and what came of it have the same columns."""
    return OldUser(
        id=whole(row, "id"),
        username=text(row, "username"),
        password=text(row, "password"),
        display_name=text(row, "display_name"),
        role=whole(row, "role", 1),
        status=whole(row, "status", 1),
        email=text(row, "email"),
        identities={name: value for name in OPAQUE if (value := text(row, name))},
        access_token=text(row, "access_token"),
        quota=whole(row, "quota"),
        used_quota=whole(row, "used_quota"),
        request_count=whole(row, "request_count"),
        group=text(row, "group", "default"),
        aff_code=text(row, "aff_code"),
        inviter_id=whole(row, "inviter_id"),
        left=("a GitHub account that is known by its name: it must be bound anew",) if text(row, "github_id") else (),
    )


def token_of(row: Row) -> OldToken:
    """A key. An end of 0 is long over there, and would be none at all here."""
    return OldToken(
        id=whole(row, "id"),
        user_id=whole(row, "user_id"),
        key=text(row, "key"),
        status=whole(row, "status", 1),
        name=text(row, "name"),
        created_time=whole(row, "created_time"),
        accessed_time=whole(row, "accessed_time"),
        expired_time=whole(row, "expired_time", -1) or ENDED,
        remain_quota=whole(row, "remain_quota"),
        unlimited_quota=flag(row, "unlimited_quota"),
        used_quota=whole(row, "used_quota"),
        models=text(row, "models"),
        subnet=text(row, "subnet"),
    )


def channel_of(row: Row) -> OldChannel:
    """A channel, all but its type."""
    mapping = text(row, "model_mapping")
    lost = bool(mapping.strip()) and not json_object(mapping) and mapping.strip() not in ("{}", "null")
    return OldChannel(
        id=whole(row, "id"),
        type=None,
        key=text(row, "key"),
        status=whole(row, "status", 1),
        name=text(row, "name"),
        weight=max(0, whole(row, "weight")),
        priority=whole(row, "priority"),
        created_time=whole(row, "created_time"),
        test_time=whole(row, "test_time"),
        response_time=whole(row, "response_time"),
        base_url=text(row, "base_url"),
        other=text(row, "other"),
        balance=decimal(row, "balance"),
        balance_updated_time=whole(row, "balance_updated_time"),
        models=text(row, "models"),
        group=text(row, "group", "default"),
        used_quota=whole(row, "used_quota"),
        model_mapping="" if lost else mapping,
        config=text(row, "config"),
        system_prompt=text(row, "system_prompt"),
        left=("a model mapping that is no JSON object, and was none there either",) if lost else (),
    )


def code_of(row: Row) -> OldCode:
    """A redemption code."""
    return OldCode(
        id=whole(row, "id"),
        user_id=whole(row, "user_id"),
        key=text(row, "key"),
        name=text(row, "name"),
        status=whole(row, "status", 1),
        quota=whole(row, "quota"),
        created_time=whole(row, "created_time"),
        redeemed_time=whole(row, "redeemed_time"),
    )


def log_of(row: Row) -> OldLog:
    """What was noted of something."""
    return OldLog(
        id=whole(row, "id"),
        user_id=whole(row, "user_id"),
        created_at=whole(row, "created_at"),
        type=whole(row, "type"),
        content=text(row, "content"),
        username=text(row, "username"),
        token_name=text(row, "token_name"),
        model_name=text(row, "model_name"),
        quota=whole(row, "quota"),
        prompt_tokens=whole(row, "prompt_tokens"),
        completion_tokens=whole(row, "completion_tokens"),
        channel_id=whole(row, "channel_id"),
        elapsed_time=whole(row, "elapsed_time"),
        is_stream=flag(row, "is_stream"),
    )
