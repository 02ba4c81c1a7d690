"""The worked example of docs/operations.md: its limits are set, and the refusal is the one that is shown."""

import json
import re
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.e2e.conftest import AT_ONCE
from tests.e2e.support import error_of
from tests.support.memory_gateway import MemoryOperator, MemoryUpstream, operating_in_memory

TEXT = (Path(__file__).resolve().parents[2] / "docs/operations.md").read_text("utf-8")


def block(kind: str) -> str:
    """The one block of this kind."""
    (found,) = re.findall(rf"```{kind}\n(.*?)```", TEXT, re.DOTALL)
    return found


@pytest.fixture
def operator() -> Generator[MemoryOperator]:
    with operating_in_memory(MemoryUpstream(), AT_ONCE) as made:
        yield made


def test_the_example_of_limits_does_what_it_says(operator: MemoryOperator) -> None:
    rules = [json.loads(line) for line in block("limits").splitlines()]
    assert f'"limits": [{", ".join(map(json.dumps, rules))}]' in " ".join(TEXT.split()).replace(": [ ", ": [")
    operator.sleep(1200 - operator.memory.clock.now() % 900)  # five minutes into a bucket
    account = operator.account(limits=json.dumps(rules))
    channel = operator.channel(account.group)
    channel.behaves(prompt_tokens=1_000_000, completion_tokens=3_000_000)
    assert account.chat(max_tokens=100).status_code == 200
    refused = account.chat(max_tokens=100)
    head, _, words = block("refusal").strip().partition("\n\n")
    status, *headers = head.splitlines()
    assert status.endswith(str(refused.status_code))
    for line in headers:
        name, _, value = line.partition(": ")
        assert _near(refused.headers[name], value), (name, refused.headers[name])
    assert _near(error_of(refused)["message"].partition(" (request id")[0], words)


def _near(real: str, shown: str) -> bool:
    """The same but for a few seconds."""
    numbers = [list(map(int, re.findall(r"\d+", text))) for text in (real, shown)]
    plain = [re.sub(r"\d+", "0", text) for text in (real, shown)]
    return plain[0] == plain[1] and all(abs(one - other) <= 5 for one, other in zip(*numbers, strict=True))
