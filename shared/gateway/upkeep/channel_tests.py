"""Testing channels: one request to each, what came of it, and what that means for the channel's status."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import asdict, field, replace
from functools import partial
from typing import Literal

from gateway.clock import new_log_id, new_request_id
from gateway.config import RelaySettings
from gateway.domain.channel import Channel, ChannelStatus
from gateway.domain.money import Entry, EntryType
from gateway.errors import NotFound, UpstreamBroken
from gateway.outbound.protocol import Fault, ProviderFault, ProviderRequest, Unsupported
from gateway.providers.catalog import provider
from gateway.records import dataclass
from gateway.security.credentials import SealBroken
from gateway.store.channels import channels
from gateway.store.context import Store
from gateway.store.money.ledger_requests import put_entry
from gateway.store.schema.channels import ChannelRow, channel_from, json_faults
from gateway.upkeep import probes
from gateway.upstream import Upstream
from gateway.upstream.route import NotOffered, NotSetUp, route_to
from gateway.upstream.tokens import ProviderTokens
from gateway.upstream.whole import answered

RUN = "channel-tests"  # the name under which a test of all channels tells how far it is
_SHOWN = 500  # characters of what is kept of a fault
MOST_KEYS = 5  # of a channel that are tried before it counts as refused


Trouble = Literal[
    "key",  # refused, or it cannot be one
    "credit",  # no money left
    "access",  # not for this key: a region, a project, terms that were not accepted
    "model",  # no such model there
    "rate",  # too many requests
    "busy",
    "setup",  # a setting is missing or wrong
    "unsupported",  # the provider does nothing of the kind
    "unreachable",
    "timeout",
    "answer",  # something came, and it is not what was asked for
]
_TROUBLE: Mapping[int, Trouble] = {
    401: "key",
    402: "credit",
    403: "access",
    404: "model",
    429: "rate",
    503: "busy",
    504: "timeout",
    529: "busy",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """``message`` is the answer's text or what went wrong; ``seconds`` is how long it really took.

    ``refused``: the provider takes neither this channel's keys nor its set-up. ``key_faults``: by place, what it said
    to the keys that were tried; nothing to one that it took.
    """

    channel_id: int
    model: str
    passed: bool
    message: str
    seconds: float = 0.0
    refused: bool = False
    key_faults: Mapping[int, str] = field(default_factory=dict[int, str])
    trouble: Trouble | None = None

    @property
    def milliseconds(self) -> int:
        return round(self.seconds * 1000)


class Tester:
    """Tests channels over one pool of connections; ``patience`` is the time one test may take, in seconds."""

    def __init__(self, store: Store, settings: RelaySettings, upstream: Upstream, *, patience: float) -> None:
        self._store = store
        self._upstream = upstream
        self._tokens = ProviderTokens(upstream, store.clock)
        self._defaults = settings.channel_defaults
        self._patience = patience
        upstream.warm()

    async def test(self, row: ChannelRow, model: str = "") -> Outcome:
        """Ask the channel; a key of several that is refused is not the last word."""
        try:
            channel = channel_from(asdict(row), self._store.vault)
        except SealBroken as broken:
            return Outcome(channel_id=row.id, model=model, passed=False, message=str(broken))
        model = probes.test_model(channel.models, model, row.test_model)
        heard: dict[int, str] = {}
        outcome = await self._timed(channel, channel.keys[0], model)
        for place, key in enumerate(channel.keys[1:MOST_KEYS], start=1):
            if not outcome.refused:
                break
            heard[place - 1] = outcome.message
            outcome = await self._timed(channel, key, model)
        last = "" if outcome.passed else outcome.message
        return replace(outcome, key_faults={**heard, len(heard): last})

    async def _timed(self, channel: Channel, key: str, model: str) -> Outcome:
        result = partial(Outcome, channel_id=channel.id, model=channel.upstream_model(model))
        time = asyncio.get_running_loop().time
        begun = time()
        try:
            async with asyncio.timeout(self._patience):
                message = await self._ask(channel, key, model)
            return result(passed=True, message=message, seconds=time() - begun)
        except ProviderFault as error:
            message, trouble = _said(error.fault), _TROUBLE.get(error.fault.status, "answer")
            refused = error.fault.kind == "disable"
        except (NotSetUp, NotFound) as error:
            message, trouble, refused = str(error), "setup", True
        except (NotOffered, Unsupported, UpstreamBroken, probes.NotPassed) as error:
            message, trouble, refused = str(error), _kind(error), False
        except TimeoutError:
            message, trouble, refused = f"no answer within {self._patience:g} seconds", "timeout", False
        return result(passed=False, message=message, seconds=time() - begun, refused=refused, trouble=trouble)

    async def _ask(self, channel: Channel, key: str, model: str) -> str:
        row = provider(channel.type)
        wanted = probes.probe(model, channel.type, row.dialects)
        way = route_to(self._tokens, channel, key, wanted.operation, self._defaults)
        name = channel.upstream_model(model)
        request = ProviderRequest(
            operation=wanted.operation,
            body={**wanted.body, "model": name},
            model=name,
            requested_model=model,
            created=self._store.clock.now(),
            config=way.config,
            uploads=wanted.uploads,
        )
        return probes.verdict(wanted.operation, await answered(self._upstream, way, request))


def note(store: Store, row: ChannelRow, outcome: Outcome, *, response_time: int) -> None:
    """Keep when the channel was tested, how long it took (in ms), and an entry of the log."""
    said = f"测试成功，响应：{outcome.message}" if outcome.passed else f"测试失败，错误：{outcome.message}"
    entry = Entry(
        request_id=new_request_id(store.clock),
        id=new_log_id(store.clock),
        created_at=store.clock.now(),
        type=EntryType.TEST,
        user_id=0,
        username="",
        content=f"渠道 {row.name} {said}",
        model_name=outcome.model,
        channel_id=row.id,
        elapsed_time=outcome.milliseconds,
    )
    now = store.clock.now()
    heard = {"key_faults": _key_faults(row, outcome, now)} if outcome.key_faults else {}
    channels.note(store, row.id, {"response_time": response_time, "test_time": now, **heard})
    store.transactor.transact({"TransactItems": [put_entry(store.tables, entry)]})


def _key_faults(row: ChannelRow, outcome: Outcome, now: int) -> str:
    known = json_faults(row.key_faults)
    known |= {str(place): {"at": now, "message": said[:_SHOWN]} for place, said in outcome.key_faults.items()}
    return json.dumps({place: fault for place, fault in known.items() if fault["message"]}, ensure_ascii=False)


def judge(store: Store, row: ChannelRow, outcome: Outcome, options: Mapping[str, str]) -> ChannelStatus | None:
    """Take a channel out of service, or back into it, as the options say; the new status if there is one.

    What an administrator has switched off stays off.
    """
    reason = _against(outcome, options)
    if row.status == ChannelStatus.ENABLED and reason and options["AutomaticDisableChannelEnabled"] == "true":
        new, old = ChannelStatus.AUTO_DISABLED, ChannelStatus.ENABLED
    elif (
        row.status == ChannelStatus.AUTO_DISABLED
        and outcome.passed
        and not reason
        and options["AutomaticEnableChannelEnabled"] == "true"
    ):
        new, old = ChannelStatus.ENABLED, ChannelStatus.AUTO_DISABLED
    else:
        return None
    return new if channels.switch(store, row.id, new, expected=old, reason=reason) else None


def _against(outcome: Outcome, options: Mapping[str, str]) -> str:
    """Why the channel should not be in service; empty if it may be."""
    if outcome.refused:
        return outcome.message[:255]
    threshold = float(options["ChannelDisableThreshold"])
    if threshold and outcome.seconds > threshold:
        return f"响应时间 {outcome.seconds:.2f}s 超过阈值 {threshold:.2f}s"
    return ""


def _kind(error: Exception) -> Trouble:
    if isinstance(error, NotOffered | Unsupported):
        return "unsupported"
    if isinstance(error, UpstreamBroken) and error.kind in ("connect", "timeout"):
        return "unreachable" if error.kind == "connect" else "timeout"
    return "answer"


def _said(fault: Fault) -> str:
    return f"http status code: {fault.status}, error message: {fault.message}"
