"""The caller's own bytes on their way to a provider: as they are, but never with a model that was not checked."""

import pytest

from relay.attempt.passthrough import names_another_first
from tests.e2e.support import MODEL, Account, Channel

ONCE = b'{"model":"gpt-4o-mini","messages":[{"role":"user","content":"a \\"model\\": x, caf\\u00e9"}]}'
TWICE = {
    "before": b'{"model":"gpt-4","model":"gpt-4o-mini","messages":[{"role":"user","content":"hi"}]}',
    "disguised": b'{"mod\\u0065l":"gpt-4","model":"gpt-4o-mini","messages":[{"role":"user","content":"hi"}]}',
}


@pytest.mark.parametrize(
    ("raw", "another"),
    [
        (ONCE, False),
        (b'{"messages":[{"content":"\\"model\\":\\"gpt-4\\""}], "model" : "gpt-4o-mini"}', False),
        (b'{"tools":[{"model":"x"}],"model":"gpt-4o-mini"}', True),  # wrong, and costs one search more
        *((raw, True) for raw in TWICE.values()),
    ],
)
def test_the_first_model_is_the_one_or_may_be_another(raw: bytes, another: bool) -> None:
    assert names_another_first(raw, MODEL) is another


@pytest.mark.parametrize("case", TWICE)
def test_of_a_model_given_twice_only_the_one_that_is_paid_for_goes_on(
    account: Account, channel: Channel, case: str
) -> None:
    assert account.post(TWICE[case]).status_code == 200
    (seen,) = channel.asked()
    assert seen.body.count(b"gpt-4") == 1 and seen.json["model"] == MODEL
    assert account.settled(1)[0]["model_name"] == MODEL


def test_a_model_given_once_goes_on_as_it_was_sent(account: Account, channel: Channel) -> None:
    assert account.post(ONCE).status_code == 200
    assert channel.asked()[0].body == ONCE
