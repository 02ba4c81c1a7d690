"""How much is left at a provider: which questions to ask, and where the answers say it. No I/O.

A query is a generator: it yields one ``Question`` after the other, is sent the JSON of each answer, and returns
the balance, in the provider's own unit. ``BalanceUnknown`` says why there is none; the old one then stays.
"""

from collections.abc import Callable, Generator, Mapping
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, cast
from urllib.parse import quote

from gateway.records import dataclass
from gateway.wire.json import Json

Query = Generator["Question", Json, Decimal]


class BalanceUnknown(Exception):
    """The provider tells no balance, or not in the way its documentation says."""


@dataclass(frozen=True, slots=True)
class Question:
    """One GET."""

    url: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What is asked about. ``base_url`` is the channel's or the provider's, without a slash at its end."""

    base_url: str
    key: str
    today: date


def query(name: str, account: Account) -> Query:
    """The query of this name (a provider's ``balance``); ``BalanceUnknown`` if there is none."""
    if name not in QUERIES:
        raise BalanceUnknown("尚未实现")
    return QUERIES[name](account)


def openai_billing(account: Account) -> Query:
    """What OpenAI's old billing pages say, and its resellers still do: a limit in dollars, usage in cents."""
    base = f"{_host(account)}/v1/dashboard/billing"
    subscription = yield _bearer(account, f"{base}/subscription")
    start = account.today.replace(day=1)
    if not subscription.get("has_payment_method"):
        start = account.today - timedelta(days=100)
    usage = yield _bearer(account, f"{base}/usage?start_date={start}&end_date={account.today}")
    return _number(subscription, "hard_limit_usd") - _number(usage, "total_usage") / 100


def closeai(account: Account) -> Query:
    answer = yield _bearer(account, f"{_host(account)}/dashboard/billing/credit_grants")
    return _number(answer, "total_available")


def aigc2d(account: Account) -> Query:
    answer = yield _bearer(account, "https://api.aigc2d.com/dashboard/billing/credit_grants")
    return _number(answer, "total_available")


def api2gpt(account: Account) -> Query:
    answer = yield _bearer(account, "https://api.api2gpt.com/dashboard/billing/credit_grants")
    return _number(answer, "total_remaining")


def openai_sb(account: Account) -> Query:
    url = f"https://api.openai-sb.com/sb-api/user/status?api_key={quote(account.key, safe='')}"
    answer = yield Question(url, {})
    if answer.get("data") is None:
        raise BalanceUnknown(str(answer.get("msg"))[:200])
    return _number(answer, "data", "credit")


def aiproxy(account: Account) -> Query:
    answer = yield Question("https://aiproxy.io/api/report/getUserOverview", {"Api-Key": account.key})
    if answer.get("success") is not True:
        raise BalanceUnknown(f"code: {answer.get('error_code')}, message: {str(answer.get('message'))[:200]}")
    return _number(answer, "data", "totalPoints")


def openrouter(account: Account) -> Query:
    """https://openrouter.ai/docs/api-reference/get-credits"""
    answer = yield _bearer(account, "https://openrouter.ai/api/v1/credits")
    return _number(answer, "data", "total_credits") - _number(answer, "data", "total_usage")


def deepseek(account: Account) -> Query:
    """https://api-docs.deepseek.com/api/get-user-balance: an entry for each currency; yuan if there are any."""
    answer = yield _bearer(account, f"{_host(account)}/user/balance")
    infos = cast(list[Json], answer.get("balance_infos") or [])
    if not infos:
        raise BalanceUnknown("no balance in any currency")
    return _number(next((info for info in infos if info.get("currency") == "CNY"), infos[0]), "total_balance")


def moonshot(account: Account) -> Query:
    """https://platform.moonshot.cn/docs/api/balance"""
    answer = yield _bearer(account, f"{_host(account)}/v1/users/me/balance")
    return _number(answer, "data", "available_balance")


def siliconflow(account: Account) -> Query:
    """https://docs.siliconflow.cn/cn/api-reference/userinfo/get-user-info"""
    answer = yield _bearer(account, f"{_host(account)}/v1/user/info")
    if answer.get("code") != 20000:
        raise BalanceUnknown(f"code: {answer.get('code')}, message: {str(answer.get('message'))[:200]}")
    return _number(answer, "data", "totalBalance")


def stepfun(account: Account) -> Query:
    """https://platform.stepfun.com/docs/api-reference/accounts"""
    answer = yield _bearer(account, f"{_host(account)}/v1/accounts")
    return _number(answer, "balance")


def novita(account: Account) -> Query:
    """https://novita.ai/docs/api-reference/basic-get-user-balance: in ten-thousandths of a dollar."""
    answer = yield _bearer(account, "https://api.novita.ai/openapi/v1/billing/balance/detail")
    return _number(answer, "availableBalance") / 10_000


def deepl(account: Account) -> Query:
    """https://developers.deepl.com/docs/api-reference/usage-and-quota: characters left."""
    headers = {"Authorization": f"DeepL-Auth-Key {account.key}"}
    answer = yield Question(f"{_host(account)}/v2/usage", headers)
    return _number(answer, "character_limit") - _number(answer, "character_count")


QUERIES: Mapping[str, Callable[[Account], Query]] = {
    "openai-billing": openai_billing,
    "closeai": closeai,
    "aigc2d": aigc2d,
    "api2gpt": api2gpt,
    "openai-sb": openai_sb,
    "aiproxy": aiproxy,
    "openrouter": openrouter,
    "deepseek": deepseek,
    "moonshot": moonshot,
    "siliconflow": siliconflow,
    "stepfun": stepfun,
    "novita": novita,
    "deepl": deepl,
}


def _host(account: Account) -> str:
    """The base URL without the version some people end it with."""
    return account.base_url.rstrip("/").removesuffix("/v1")


def _bearer(account: Account, url: str) -> Question:
    return Question(url, {"Authorization": f"Bearer {account.key}"})


def _number(answer: Mapping[str, Any], *path: str) -> Decimal:
    """A number, or a text that is one, at a place in an answer."""
    value: Any = answer
    for name in path:
        value = cast(Mapping[str, Any], value).get(name) if isinstance(value, Mapping) else None
    if isinstance(value, int | float | str) and not isinstance(value, bool):
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            number = Decimal("NaN")
        if number.is_finite():
            return number
    raise BalanceUnknown(f"the answer has no number at {'.'.join(path)}")
