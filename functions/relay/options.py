"""The operator's options as the relay reads them, typed; and the price book they make."""

from collections.abc import Mapping

from gateway.billing.pricing import PriceBook
from gateway.billing.purchase import PurchaseBook
from gateway.billing.shadow import Shadow
from gateway.domain import options as known
from gateway.domain.limited import GeneralLimits
from gateway.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What of the options table concerns a relayed request."""

    retry_times: int
    pre_consumed_quota: int  # tokens of an answer nobody limits, where what is left does not pay for the longest
    longest_answer: int  # tokens, of a model whose longest answer is not known
    fetched_tokens: int  # held for each thing the provider looks up by itself
    tool_calls: int  # held for each tool of the provider's own whose most the request does not say
    cap_answers: bool  # where a balance does not pay for an answer's longest, it is told to be shorter
    failure_days: int  # how long entries of failures are kept; 0: none are made
    most_open: int  # requests of one account under way; 0: any number
    remind_threshold: int  # a balance that falls below it is told to its owner
    affinity: bool  # whether conversations are kept where their prompts lie in a cache
    automatic_disable: bool
    approximate_tokens: bool
    purchases: PurchaseBook  # what the operator pays
    shadow: Shadow | None  # another gateway's prices, to compare with
    limits: GeneralLimits
    drain: bool  # read on after the caller has left, to learn what the provider charges

    @classmethod
    def read(cls, stored: Mapping[str, str]) -> "Options":
        text = {**known.DEFAULTS, **stored}
        return cls(
            retry_times=_whole(text["RetryTimes"]),
            pre_consumed_quota=_whole(text["PreConsumedQuota"]),
            longest_answer=_whole(text["LongestAnswer"]),
            fetched_tokens=_whole(text["FetchedTokens"]),
            tool_calls=_whole(text["ToolCalls"]),
            cap_answers=text["CapAnswers"] == "true",
            failure_days=_whole(text["FailureDays"]),
            most_open=_whole(text["MostOpenRequests"]),
            remind_threshold=_whole(text["QuotaRemindThreshold"]),
            affinity=text["ConversationAffinity"] == "true",
            automatic_disable=text["AutomaticDisableChannelEnabled"] == "true",
            approximate_tokens=text["ApproximateTokenEnabled"] == "true",
            purchases=PurchaseBook.from_options(text),
            shadow=Shadow.from_options(text),
            limits=GeneralLimits.read(text),
            drain=text["DisconnectPolicy"] != "stop",
        )


class Prices:
    """The price book of the newest options; built again only when they changed."""

    def __init__(self) -> None:
        self._of: Mapping[str, str] | None = None
        self._book: PriceBook | None = None
        self._options: Options | None = None

    def current(self, stored: Mapping[str, str]) -> tuple[Options, PriceBook]:
        """Options and price book for these stored options (the same mapping object means unchanged)."""
        if self._book is None or self._options is None or stored is not self._of:
            if self._book is None or stored != self._of:
                self._book = PriceBook.from_options({**known.DEFAULTS, **stored})
                self._options = Options.read(stored)
            self._of = stored
        assert self._options is not None
        return self._options, self._book


def _whole(text: str) -> int:
    try:
        return max(0, int(float(text)))
    except ValueError:
        return 0
