"""Requests that failed, and the attempts that did: what an operator looks at, and what no money depends on."""

from typing import Any, Literal, get_args

from gateway.records import dataclass

MOST_ATTEMPTS = 10  # that are kept of one request
LONGEST_TEXT = 500  # characters of a provider's or our own words

FailureKind = Literal[
    "credentials",  # the provider refused the key, or its account has no money
    "limited",  # the provider: too many requests or tokens
    "overloaded",  # the provider says so itself
    "timeout",  # it did not answer in time
    "unreachable",  # no connection
    "broken",  # what came is no answer, or broke off
    "server",  # an error of the provider's own
    "model_missing",  # it has no such model
    "unsupported",  # it cannot express the request
    "refused",  # it may not serve this, for a reason of its own
    "filtered",  # the content was refused
    "invalid",  # the caller's mistake
    "misconfigured",  # the channel's settings
    "no_channel",  # nobody in service has the model
    "no_model",  # nobody has it
    "no_price",
    "quota",
    "rate_limit",  # ours
    "busy",  # too much at once of one account, or of the tables
    "not_allowed",
    "key",  # of the caller: used up, expired, switched off
    "left",  # the caller went before there was anything
    "internal",
]
KINDS: tuple[FailureKind, ...] = get_args(FailureKind)
# Of these the channel is not to blame: neither its health nor its success share knows them.
CALLERS: frozenset[FailureKind] = frozenset({"invalid", "filtered", "unsupported", "left"})


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedAttempt:
    """A channel that was asked and did not answer. ``ms`` is how long that took; ``key_index`` its key's place."""

    channel_id: int
    key_index: int
    kind: FailureKind
    status: int
    code: str
    ms: int
    text: str

    def write(self) -> dict[str, Any]:
        """As it is kept, and shown to operators."""
        return {
            "channel": self.channel_id,
            "key_index": self.key_index,
            "kind": self.kind,
            "status": self.status,
            "code": self.code,
            "ms": self.ms,
            "text": self.text[:LONGEST_TEXT],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One request that failed, its last word included. ``dropped``: failures before it that were not noted."""

    request_id: str
    id: int
    created_at: int
    user_id: int
    username: str
    token_id: int
    token_name: str
    group: str
    model_name: str
    kind: FailureKind
    status: int
    code: str
    text: str
    elapsed_time: int
    is_stream: bool
    attempts: tuple[FailedAttempt, ...] = ()
    dropped: int = 0
