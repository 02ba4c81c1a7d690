"""The operator's options: every key, its kind, its default, and what may be stored under it.

Values are texts everywhere, as one-api's clients send them; ``parse`` is the only gate into the table, so whoever
reads a stored value may rely on its kind. Prices are checked further by the price book (``billing.pricing``).
"""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from gateway.domain import alarms, limits
from gateway.domain.login_providers import LOGIN_PROVIDERS, LoginProvider
from gateway.patterns import pattern
from gateway.records import dataclass

Check = Callable[[str], str]  # answers the text to store, or raises ``ValueError`` saying what is expected

_NUMBER = pattern(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
LONGEST = 200_000  # bytes of one value; an item of the table takes 400 kB


@dataclass(frozen=True, slots=True)
class Option:
    """One key. A ``secret`` can be set and is never shown."""

    key: str
    default: str
    check: Check
    secret: bool = False


def parse(key: str, value: str) -> str:
    """The text to store for this key. ``KeyError``: no such option; ``ValueError``: what is wrong with the value."""
    option = OPTIONS[key]
    if len(value.encode(errors="surrogatepass")) > LONGEST:
        raise ValueError(f"{key} is longer than {LONGEST} bytes")
    try:
        return option.check(value)
    except ValueError as error:
        raise ValueError(f"{key}: {error}, not {_short(value)}") from None


def flag(value: str) -> str:
    """``true`` or ``false``."""
    if value not in ("true", "false"):
        raise ValueError("must be 'true' or 'false'")
    return value


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number within bounds."""

    least: int
    most: int

    def __call__(self, value: str) -> str:
        text = value.strip()
        if not text.removeprefix("-").isascii() or not text.removeprefix("-").isdigit() or len(text) > 20:
            raise ValueError("must be a whole number")
        if not self.least <= int(text) <= self.most:
            raise ValueError(f"must be between {self.least} and {self.most}")
        return str(int(text))


@dataclass(frozen=True, slots=True)
class Number:
    """A decimal number within bounds, kept as it was written."""

    least: float
    most: float

    def __call__(self, value: str) -> str:
        text = value.strip()
        if not _NUMBER.fullmatch(text):  # Python takes more: 1_000, digits of other scripts, nan
            raise ValueError("must be a number")
        if not self.least <= float(text) <= self.most:
            raise ValueError(f"must be between {self.least:g} and {self.most:g}")
        return text


def text(value: str) -> str:
    """Anything."""
    return value


def line(value: str) -> str:
    """One line: nothing that could begin another header or command where the value is used."""
    if any(ord(character) < 32 or ord(character) == 127 for character in value):
        raise ValueError("must be a single line")
    return value.strip()


def address(value: str) -> str:
    """Empty, or an http(s) address; a slash at the end is dropped."""
    value = line(value)
    if value and not value.lower().startswith(("https://", "http://")):
        raise ValueError("must be empty or begin with https:// or http://")
    return value.rstrip("/")


def picture(value: str) -> str:
    """Empty, an http(s) address, a path, or an inline picture."""
    value = line(value)
    if value and not value.lower().startswith(("https://", "http://", "/", "data:image/")):
        raise ValueError("must be empty, an address, a path, or data:image/")
    return value


def json_object(value: str) -> str:
    """The text of a JSON object; empty means an empty one."""
    if not value.strip():
        return "{}"
    try:
        parsed: Any = json.loads(value)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"must be a JSON object ({error})") from None
    if not isinstance(parsed, dict):
        raise ValueError("must be a JSON object")
    return value


def named_limits(value: str) -> str:
    """Limits by name of a group or model: a JSON object of lists."""
    limits.parse_named(value)
    return value if value.strip() else "{}"


def listed_limits(value: str) -> str:
    """A JSON list of limits."""
    return limits.write(limits.parse(value)) or "[]"


def routes(value: str) -> str:
    """Which receivers are told of an event, as JSON."""
    value = json_object(value)
    if problem := alarms.routes_problem(json.loads(value)):
        raise ValueError(problem)
    return value


def domains(value: str) -> str:
    """Comma-separated domain names."""
    names = [name.strip().lower() for name in line(value).split(",")]
    if any("@" in name or " " in name for name in names):
        raise ValueError("must be domain names separated by commas")
    return ",".join(name for name in names if name)


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of a few words."""

    choices: tuple[str, ...]

    def __call__(self, value: str) -> str:
        if value not in self.choices:
            raise ValueError(f"must be one of {', '.join(self.choices)}")
        return value


def whole(least: int, most: int) -> Check:
    """A whole number within bounds."""
    return Whole(least, most)


def number(least: float, most: float) -> Check:
    """A decimal number within bounds."""
    return Number(least, most)


def one_of(*choices: str) -> Check:
    """One of a few words."""
    return OneOf(choices)


_QUOTA = whole(0, 2**53 - 1)
_FLAGS_ON = (
    "PasswordLoginEnabled",
    "PasswordRegisterEnabled",
    "RegisterEnabled",
    "LogConsumeEnabled",  # kept for clients: consumption is the ledger's, so it is always noted
    "DisplayInCurrencyEnabled",
    "DisplayTokenStatEnabled",
)
_FLAGS_OFF = (
    "EmailVerificationEnabled",
    "TurnstileCheckEnabled",
    "AutomaticDisableChannelEnabled",
    "AutomaticEnableChannelEnabled",
    "ApproximateTokenEnabled",
    "EmailDomainRestrictionEnabled",
)
_LINES = (
    "SMTPServer",
    "SMTPAccount",
    "SMTPFrom",
    "TurnstileSiteKey",
)
_SECRETS = (
    "SMTPToken",
    "MessagePusherToken",
    "TurnstileSecretKey",
)
_ADDRESSES = (
    "ServerAddress",
    "MessagePusherAddress",
    "TopUpLink",
    "ChatLink",
)
_TEXTS = ("Notice", "About", "HomePageContent", "Footer")
_WHITELIST = (
    "gmail.com,163.com,126.com,qq.com,outlook.com,hotmail.com,icloud.com,yahoo.com,foxmail.com"  # as one-api has it
)


def _rows() -> Iterable[Option]:
    yield from (Option(key, "true", flag) for key in _FLAGS_ON)
    yield from (Option(key, "false", flag) for key in _FLAGS_OFF)
    yield from (Option(key, "", line) for key in _LINES)
    yield from (Option(key, "", line, secret=True) for key in _SECRETS)
    yield from (Option(key, "", address) for key in _ADDRESSES)
    yield from (Option(key, "", text) for key in _TEXTS)
    yield Option("SystemName", "One API", line)
    yield Option("Logo", "", picture)
    for provider in LOGIN_PROVIDERS.values():
        yield from _of_login(provider)
    yield Option("EmailDomainWhitelist", _WHITELIST, domains)
    yield Option("SMTPPort", "587", whole(1, 65_535))
    yield Option("ChannelDisableThreshold", "5", number(0, 3600))  # seconds
    yield Option("RetryTimes", "3", whole(0, 20))  # one-api: 0; a gateway that gives up at once helps nobody
    yield Option("QuotaForNewUser", "0", _QUOTA)
    yield Option("QuotaForInviter", "0", _QUOTA)
    yield Option("QuotaForInvitee", "0", _QUOTA)
    yield Option("QuotaRemindThreshold", "1000", _QUOTA)
    yield Option("PreConsumedQuota", "500", _QUOTA)
    yield Option("QuotaPerUnit", "500000", number(1, 1e12))  # quota units in a dollar; everything divides by it
    yield Option("ModelRatio", "{}", json_object)  # on top of the built-in table
    yield Option("CompletionRatio", "{}", json_object)
    yield Option("GroupRatio", '{"default":1,"svip":1,"vip":1}', json_object)
    yield Option("Theme", "default", one_of("default", "berry", "air"))
    yield from _ours()


def _of_login(provider: LoginProvider) -> Iterable[Option]:
    if provider.switch:
        yield Option(provider.switch, "false", flag)
    if provider.client_id:
        yield Option(provider.client_id, "", line)
    yield Option(provider.hidden, "", line, secret=True)
    yield from (Option(key, "", address) for key in provider.addresses)
    yield from (Option(key, "", picture) for key in provider.pictures)


def _ours() -> Iterable[Option]:
    """What one-api does not have."""
    yield Option("PasskeyLoginEnabled", "true", flag)
    yield Option("ModelPrice", "{}", json_object)
    yield Option("ToolPrice", "{}", json_object)
    yield Option("UnknownModelPrice", "refuse", line)
    yield Option("PurchasePrice", "{}", json_object)  # what the operator pays, by channel
    yield Option("ShadowPrices", "{}", json_object)  # another gateway's, to compare with
    yield Option("ShadowShare", "100", number(0, 100))  # percent of the requests
    yield Option("InfrastructureCost", "0", number(0, 1e9))  # quota a request beside that
    for owner in ("User", "Token"):  # 0: no limit
        yield Option(f"{owner}RequestsPerMinute", "0", whole(0, 10**9))
        yield Option(f"{owner}TokensPerMinute", "0", whole(0, 10**12))
    for what in ("PublicPricing", "PublicStatus"):  # who may see prices, and how models are doing
        yield Option(what, "users", one_of("all", "users", "off"))
    yield Option("GroupLimits", "{}", named_limits)
    yield Option("ModelLimits", "{}", named_limits)
    yield Option("LimitsForNewUser", "[]", listed_limits)
    yield Option("LimitsForNewToken", "[]", listed_limits)
    for key, is_address, is_secret in alarms.option_rows():
        yield Option(key, "", address if is_address else line, secret=is_secret)
    yield Option("AlarmRoutes", "{}", routes)
    yield Option("AlarmMailTo", "", line)  # instead of root's address; several with semicolons
    yield Option("ChannelBalanceThreshold", "0", number(0, 1e9))  # dollars at the provider; 0: nobody is told
    yield Option("TokenKeys", "once", one_of("once", "owner"))  # how often the owner of a key is shown it
    yield Option("DisconnectPolicy", "drain", one_of("drain", "stop"))
    yield Option("ConversationAffinity", "true", flag)  # the requests of a conversation go to the same channel and key
    yield Option("CapAnswers", "true", flag)  # an answer is cut to what is left, where that does not pay for all of it
    yield Option("LongestAnswer", "32768", whole(1, 10**7))  # tokens, of a model whose longest is not in the table
    yield Option("FetchedTokens", "100000", whole(0, 10**7))  # held for each thing that a provider looks up by itself
    yield Option("ToolCalls", "10", whole(1, 1000))  # held for each tool of the provider's own whose most is not said
    yield Option("FailureDays", "14", whole(0, 90))  # how long entries of failed requests are kept; 0: none are made
    yield Option("MostOpenRequests", "800", whole(0, 10**6))  # of an account; Lambda runs 1,000 at once unless asked


OPTIONS: dict[str, Option] = {option.key: option for option in _rows()}
DEFAULTS: dict[str, str] = {key: option.default for key, option in OPTIONS.items()}


def server_address(current: Mapping[str, str]) -> str:
    """Where the site is, for links that lead back to it; one-api's default until it is set."""
    return current["ServerAddress"] or "http://localhost:3000"


SECRETS: frozenset[str] = frozenset(key for key, option in OPTIONS.items() if option.secret)


def _short(value: str) -> str:
    return repr(value if len(value) <= 60 else value[:57] + "...")
