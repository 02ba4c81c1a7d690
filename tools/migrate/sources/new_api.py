"""new-api, which began as one-api and keeps more: what it shares is read as there."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from ipaddress import ip_network
from typing import Any

from gateway.domain.identity import TokenStatus, UserStatus
from gateway.store.money.redemptions import DISABLED, UNUSED
from tools.migrate.databases.protocol import Database, Row
from tools.migrate.records import OldChannel, OldCode, OldLog, OldToken, OldUser, Period
from tools.migrate.sources import one_api
from tools.migrate.sources.new_api_channels import new_api_channel
from tools.migrate.sources.new_api_options import new_api_options
from tools.migrate.sources.protocol import OldOptions
from tools.migrate.sources.rows import flag, json_object, names, read, text, whole

_USER = (
    *one_api.USER,
    *names("discord_id telegram_id linux_do_id aff_count aff_quota aff_history deleted_at setting remark"),
    *names("created_at last_login_at"),
)
_TOKEN = (*one_api.TOKEN, *names("model_limits_enabled model_limits allow_ips group deleted_at"))
_CHANNEL = (
    *one_api.CHANNEL,
    *names("openai_organization test_model status_code_mapping auto_ban tag setting param_override header_override"),
    "channel_info",
)
_CODE = (*one_api.CODE, *names("used_user_id expired_time deleted_at"))
_LOG = (*one_api.LOG, *names("use_time token_id group"))
_ELSEWHERE = {"discord_id": "Discord", "telegram_id": "Telegram", "linux_do_id": "LinuxDO"}
_SECOND = {"two_fas": "a second factor", "passkey_credentials": "passkeys"}
_ERROR = 5  # of logs: failed requests there, tests of channels in one-api


class NewApi(one_api.OneApi):
    """A new-api. ``by_number``: whether GitHub ids are numbers, as newer versions note them."""

    kind = "new-api"

    def __init__(self, database: Database, logs: Database | None = None, *, by_number: bool = False) -> None:
        super().__init__(database, logs)
        self._by_number = by_number

    def users(self) -> Iterator[OldUser]:
        second = {words: self._owners(table) for table, words in _SECOND.items()}
        for row in read(self.database, "users", _USER):
            left = tuple(words for words, owners in second.items() if whole(row, "id") in owners)
            yield _user(row, left, by_number=self._by_number)

    def tokens(self) -> Iterator[OldToken]:
        groups = {whole(row, "id"): text(row, "group") for row in read(self.database, "users", ("id", "group"))}
        for row in read(self.database, "tokens", _TOKEN):
            if not row.get("deleted_at"):
                yield _token(row, groups.get(whole(row, "user_id"), ""))

    def channels(self) -> Iterator[OldChannel]:
        for row in read(self.database, "channels", _CHANNEL):
            yield new_api_channel(row)

    def codes(self) -> Iterator[OldCode]:
        for row in read(self.database, "redemptions", _CODE):
            if not row.get("deleted_at"):
                yield _code(row)

    def options(self) -> OldOptions:
        return new_api_options(self.stored_options())

    def counts(self) -> Mapping[str, int]:
        return {**super().counts(), "unclaimed rewards": self._unclaimed()}

    def logs(self, period: Period, after: int = 0) -> Iterator[OldLog]:
        for row in read(self.log_database, "logs", _LOG, after=after, where=one_api.within(period)):
            if whole(row, "type") != _ERROR:
                yield replace(
                    one_api.log_of(row),
                    token_id=whole(row, "token_id"),
                    elapsed_time=whole(row, "use_time") * 1000,
                    group=text(row, "group"),
                )

    def _owners(self, table: str) -> set[int]:
        return {whole(row, "user_id") for row in read(self.database, table, ("user_id", "is_enabled")) if _on(row)}

    def _unclaimed(self) -> int:
        known = self.database.columns("users")
        return self.database.totals("users", ("aff_quota",))[1] if "aff_quota" in known else 0


def _on(row: Row) -> bool:
    return "is_enabled" not in row or flag(row, "is_enabled")


def _user(row: Row, second: tuple[str, ...], *, by_number: bool) -> OldUser:
    old, setting = one_api.user_of(row), json_object(text(row, "setting"))
    gone = bool(row.get("deleted_at"))
    github = text(row, "github_id")
    numbered = by_number and github.isascii() and github.isdigit()
    left = [f"{words}: to be set up anew" for words in second]
    left += [
        f"an account of {name}: there is no such sign-in here" for key, name in _ELSEWHERE.items() if text(row, key)
    ]
    left += [] if numbered else list(old.left)
    if setting.get("webhook_url") or setting.get("bark_url") or setting.get("gotify_url"):
        left.append("where it is told of a low balance: to be set up anew")
    threshold: Any = setting.get("quota_warning_threshold") or 0
    return replace(
        old,
        username=f"deleted_{old.id:032x}" if gone else old.username,
        status=int(UserStatus.DELETED) if gone else old.status,
        identities={**old.identities, **({"github_id": github} if numbered else {})},
        reward=whole(row, "aff_quota"),
        aff_count=whole(row, "aff_count"),
        aff_quota=whole(row, "aff_history"),
        created_time=whole(row, "created_at"),
        seen_time=whole(row, "last_login_at") // 3600 * 3600,
        remind_threshold=int(threshold) if threshold > 0 else -1,
        note=text(row, "remark"),
        left=tuple(left),
    )


def _token(row: Row, owners_group: str) -> OldToken:
    old, group = one_api.token_of(row), text(row, "group")
    left: list[str] = []
    if group and group != owners_group:
        left.append(f"it was for group {group!r}: here it has its owner's")
    subnet, wrong = _networks(text(row, "allow_ips"))
    if wrong:
        left.append(f"{wrong} of its networks cannot be read" + ("" if subnet else ": it is switched off"))
    return replace(
        old,
        models=text(row, "model_limits") if flag(row, "model_limits_enabled") else "",
        subnet=subnet,
        status=int(TokenStatus.DISABLED) if wrong and not subnet else old.status,
        left=tuple(left),
    )


def _networks(listed: str) -> tuple[str, int]:
    """Addresses and networks, one a line, as networks with commas; and how many are none."""
    found: list[str] = []
    given = [part.strip() for part in listed.replace(",", "\n").split("\n") if part.strip()]
    for part in given:
        try:
            found.append(str(ip_network(part, strict=False)))
        except ValueError:
            continue
    return ",".join(found), len(given) - len(found)


def _code(row: Row) -> OldCode:
    old, ends = one_api.code_of(row), whole(row, "expired_time")
    old = replace(old, redeemed_by=whole(row, "used_user_id"))
    if not ends or old.status != UNUSED:
        return old
    if ends < time.time():
        return replace(old, status=DISABLED, left=("its end has passed: it is switched off",))
    return replace(old, left=("it had an end, which codes here have not: switch it off when its time is over",))
