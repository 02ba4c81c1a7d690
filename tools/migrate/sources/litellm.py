"""LiteLLM: its config.yaml, and what its database was exported to. Keys are known to it by a hash alone."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from gateway.domain.identity import NEVER, Role, TokenStatus
from tools.migrate.records import OldChannel, OldCode, OldLog, OldToken, OldUser, Period
from tools.migrate.sources import litellm_export as export
from tools.migrate.sources.litellm_config import Deployments, Json, Lookup, deployments, prices
from tools.migrate.sources.protocol import Highest, OldOptions

UNIT = 500_000  # quota in a dollar
_OFF = 2
_KEYS, _USERS, _TEAMS, _BUDGETS = (
    f"LiteLLM_{name}" for name in ("VerificationToken", "UserTable", "TeamTable", "BudgetTable")
)


@dataclass(frozen=True, slots=True)
class LiteLlm:
    """A LiteLLM. ``balance``: dollars of an account that has no budget there, since there is no endless one here."""

    config: Json
    folder: Path | None
    lookup: Lookup
    balance: int = 1_000_000
    kind: str = "LiteLLM"

    def highest(self) -> Highest:
        return Highest()

    def counts(self) -> Mapping[str, int]:
        return {
            "users": len(list(self.users())),
            "tokens": len(export.table(self.folder, _KEYS)),
            "channels": len(self._deployments()),
            "options": len(self.options().values),
        }

    def users(self) -> Iterator[OldUser]:
        groups, keys = self._groups(), self._keys()
        for row in export.table(self.folder, _USERS):
            yield self._user("user", str(row["user_id"]), row, groups)
        owned = {str(row["team_id"]) for row in keys if row.get("team_id") and not row.get("user_id")}
        for team in groups:
            if team in owned:
                yield self._user("team", team, {"teams": [team]}, groups)
        if any(not row.get("team_id") and not row.get("user_id") for row in keys):
            yield self._user("nobody", "nobody", {"user_alias": "litellm"}, groups)

    def tokens(self) -> Iterator[OldToken]:
        teams = {str(row["team_id"]): row for row in export.table(self.folder, _TEAMS)}
        for row in self._keys():
            yield self._token(row, teams.get(str(row.get("team_id")), {}))

    def channels(self) -> Iterator[OldChannel]:
        groups = ",".join(dict.fromkeys(["default", *self._groups().values()]))
        for number, found in enumerate(self._deployments()):
            yield _channel(found, number, groups)

    def codes(self) -> Iterator[OldCode]:
        yield from ()

    def options(self) -> OldOptions:
        values: dict[str, str] = {}
        if own := prices(self.config, UNIT):
            values["ModelPrice"] = json.dumps(own)
        retries = (self.config.get("router_settings") or {}).get("num_retries")
        if retries is not None:
            values["RetryTimes"] = str(retries)
        limits, left = self._group_limits()
        if limits:
            values["GroupLimits"] = json.dumps(limits)
        if (self.config.get("general_settings") or {}).get("master_key"):
            left["master_key"] = "root has an account and keys of its own here"
        return OldOptions(values=values, left=left)

    def logs(self, period: Period, after: int = 0) -> Iterator[OldLog]:
        yield from ()

    def log_count(self, period: Period) -> int:
        return 0

    def close(self) -> None:
        """Nothing is open."""

    def _deployments(self) -> list[Deployments]:
        return deployments(self.config, self.lookup)

    def _groups(self) -> dict[str, str]:
        """Teams are groups, by the name that people gave them."""
        rows = export.table(self.folder, _TEAMS)
        return {
            str(row["team_id"]): str(row.get("team_alias") or row["team_id"]).replace(",", " ")[:60] for row in rows
        }

    def _keys(self) -> list[Json]:
        """Keys, with the budget that some have by reference."""
        budgets = {str(row["budget_id"]): row for row in export.table(self.folder, _BUDGETS)}
        return [
            {
                **budgets.get(str(row.get("budget_id")), {}),
                **{name: value for name, value in row.items() if value is not None},
            }
            for row in export.table(self.folder, _KEYS)
        ]

    def _user(self, kind: str, name: str, row: Json, groups: Mapping[str, str]) -> OldUser:
        teams = export.names(row, "teams")
        group = next((groups[team] for team in teams if team in groups), "default")
        rules, left = export.limits_of(row, UNIT)
        budget, spent = export.amount(row, "max_budget"), export.amount(row, "spend") or 0
        whole = budget is not None and not row.get("budget_duration")
        left += [f"more than one team: it is in group {group!r}"] if len(teams) > 1 else []
        return OldUser(
            id=export.number_of(kind, name),
            username=str(row.get("user_alias") or row.get("user_email") or (group if kind == "team" else name)),
            role=int(Role.ADMIN if row.get("user_role") == "proxy_admin" else Role.COMMON),
            email=str(row.get("user_email") or ""),
            quota=export.quota(max(0.0, (budget or 0) - spent) if whole else float(self.balance), UNIT),
            used_quota=export.quota(spent, UNIT),
            group=group,
            created_time=export.moment(row, "created_at"),
            limits=json.dumps(rules) if rules else "",
            left=tuple(left),
        )

    def _token(self, row: Json, team: Json) -> OldToken:
        rules, left = export.limits_of(row, UNIT)
        budget, spent = export.amount(row, "max_budget"), export.amount(row, "spend") or 0
        limited = budget is not None and not row.get("budget_duration")
        owner = ("user", str(row["user_id"])) if row.get("user_id") else ("team", str(row.get("team_id")))
        owner = owner if row.get("user_id") or row.get("team_id") else ("nobody", "nobody")
        left += (
            ["aliases of models: set them as a mapping of a channel"]
            if row.get("aliases") not in (None, {}, "{}")
            else []
        )
        return OldToken(
            id=export.number_of("key", str(row["token"])),
            user_id=export.number_of(*owner),
            status=int(TokenStatus.DISABLED if export.true(row, "blocked") else TokenStatus.ENABLED),
            name=str(row.get("key_alias") or row.get("key_name") or "litellm"),
            created_time=export.moment(row, "created_at"),
            expired_time=export.moment(row, "expires") or NEVER,
            remain_quota=export.quota(max(0.0, (budget or 0) - spent), UNIT) if limited else -1,
            unlimited_quota=not limited,
            used_quota=export.quota(spent, UNIT),
            models=",".join(export.names(row, "models") or export.names(team, "models")),
            limits=json.dumps(rules) if rules else "",
            left=tuple(left),
        )

    def _group_limits(self) -> tuple[dict[str, list[Json]], dict[str, str]]:
        groups, limits, left = self._groups(), dict[str, list[Json]](), dict[str, str]()
        for row in export.table(self.folder, _TEAMS):
            group = groups[str(row["team_id"])]
            rules, lost = export.limits_of(row, UNIT)
            if export.amount(row, "max_budget") is not None and not row.get("budget_duration"):
                lost.append("a budget for good: groups have limits of a time")
            if rules:
                limits[group] = rules
            if lost:
                left[f"team {group}"] = "; ".join(lost)
        return limits, left


def _channel(found: Deployments, place: int, groups: str) -> OldChannel:
    mapping = {name: upstream for name, upstream in found.models.items() if name != upstream}
    patterns = [name for name in found.models if "*" in name]
    models = [name for name in found.models if "*" not in name]
    left = [f"{name} stands for many models: enter those that are meant" for name in patterns]
    left += [f"the environment variable {name} is not set here: it is switched off" for name in sorted(found.unknown)]
    return OldChannel(
        id=export.number_of("channel", json.dumps([found.provider, found.base_url, next(iter(found.models))])),
        type=found.type,
        type_name=found.provider,
        key=found.key,
        status=_OFF if found.unknown else 1,
        name=f"{found.provider} {place + 1}",
        base_url=found.base_url,
        models=",".join(models),
        group=groups,
        model_mapping=json.dumps({name: up for name, up in mapping.items() if "*" not in name}) if mapping else "",
        config=found.config,
        left=tuple(left),
    )
