"""Conversations stay where their prompts are cached: in every process, and no longer than it costs nothing."""

import itertools
import random
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from relay.affinity import Affinity
from relay.conversation import SESSION_HEADERS
from tests.e2e.conftest import NewAccount
from tests.e2e.support import MODEL, Account, Channel
from tests.support.caching_provider import WORDS, CachingProvider
from tests.support.memory_gateway import MemoryOperator

Json = dict[str, Any]
DOCS = Path(__file__).resolve().parents[2] / "docs/operations.md"
OPENAI = 1
TURNS, ASKED = 3, 200  # of a conversation; words that each turn adds
_names = itertools.count(1)


@pytest.fixture
def provider(operator: MemoryOperator) -> CachingProvider:
    return CachingProvider()


@pytest.fixture
def new_channel(operator: MemoryOperator, account: Account, provider: CachingProvider) -> Callable[..., Channel]:
    url = operator.memory.serve(f"caches{next(_names)}.test", web.Server(provider.answer, loop=operator.memory.loop))
    return lambda **fields: operator.channel(account.group, type=OPENAI, base_url=url, **fields)


def another_process(operator: MemoryOperator) -> None:
    operator.memory.deps.health.affinity = Affinity(operator.memory.clock)


def said(conversation: int, turn: int) -> list[Json]:
    """A conversation's messages up to this turn."""
    messages: list[Json] = [{"role": "system", "content": f"You help {conversation}."}]
    for number in range(turn + 1):
        messages.append({"role": "user", "content": f"c{conversation} t{number} " + " ".join(["word"] * (ASKED - 2))})
        messages.append({"role": "assistant", "content": " ".join(["word"] * WORDS)})
    return messages[:-1]


def share_cached(operator: MemoryOperator, account: Account, provider: CachingProvider) -> float:
    """The share of cached tokens among those that could have been: all that a conversation had said before."""
    conversations, cacheable = 40, 0
    turns = [(conversation, turn) for turn in range(TURNS) for conversation in range(conversations)]
    for conversation, turn in turns:
        another_process(operator)
        assert account.post({"model": MODEL, "messages": said(conversation, turn)}).status_code == 200
        cacheable += sum(len(message["content"].split()) for message in said(conversation, turn - 1)) if turn else 0
    assert sum(entry["prompt_tokens"] for entry in account.entries()) == provider.prompt
    return provider.cached / cacheable


@pytest.mark.parametrize(("wanted", "least", "most"), [("true", 0.9, 1.0), ("false", 0.3, 0.8)])
def test_with_two_equal_channels_what_can_be_cached_is_cached(
    operator: MemoryOperator,
    account: Account,
    provider: CachingProvider,
    new_channel: Callable[..., Channel],
    option: Callable[[str, str], None],
    wanted: str,
    least: float,
    most: float,
) -> None:
    option("ConversationAffinity", wanted)
    for _ in range(2):
        new_channel()
    assert least <= share_cached(operator, account, provider) <= most
    shares = Counter(provider.keys)
    assert len(shares) == 2 and min(shares.values()) >= 0.25 * TURNS * 40


def test_among_the_keys_of_a_channel_too(
    operator: MemoryOperator, account: Account, provider: CachingProvider, new_channel: Callable[..., Channel]
) -> None:
    channel = new_channel()
    channel.change(key="\n".join(f"{channel.key}-{letter}" for letter in "abc"))
    assert share_cached(operator, account, provider) >= 0.9
    assert len(set(provider.keys)) == 3


def two_of_each(account: Account, **fields: Any) -> None:
    headers = fields.pop("headers", {})
    for text in ("a", "b", "c", "d", "e", "f"):
        for more in ("", " and more"):
            body = {"model": MODEL, "messages": [{"role": "user", "content": text + more}], **fields}
            assert account.post(body, headers=headers).status_code == 200


NAMED: list[Json] = [
    *({"headers": {name: "one"}} for name in SESSION_HEADERS),
    {"prompt_cache_key": "one"},
]


@pytest.mark.parametrize("named", NAMED, ids=str)
def test_what_names_a_conversation_leads_it_whatever_is_said(
    operator: MemoryOperator,
    account: Account,
    provider: CachingProvider,
    new_channel: Callable[..., Channel],
    named: Json,
) -> None:
    for _ in range(4):
        new_channel()
    two_of_each(account, **named)
    assert len(set(provider.keys)) == 1
    provider.keys.clear()
    two_of_each(account)
    assert len(set(provider.keys)) > 1


def test_another_account_is_led_by_itself(
    account: Account, new_account: NewAccount, provider: CachingProvider, new_channel: Callable[..., Channel]
) -> None:
    for _ in range(4):
        new_channel()
    for _ in range(16):
        other = new_account(group=account.group)
        assert other.chat("the same words", prompt_cache_key="one").status_code == 200
    assert len(set(provider.keys)) > 1


def test_a_channel_of_which_it_is_not_wanted_takes_its_share_by_chance(
    operator: MemoryOperator, account: Account, provider: CachingProvider, new_channel: Callable[..., Channel]
) -> None:
    kept = [new_channel() for _ in range(2)]
    loose = [new_channel() for _ in range(2)]
    for channel in loose:
        channel.change(affinity=False)
    operator.sleep(60)
    seen: dict[int, set[str]] = {}
    for number in [*range(12)] * 6:
        assert account.chat(f"conversation {number}").status_code == 200
        seen.setdefault(number, set()).add(provider.keys[-1])
    staying, wandering = {channel.key for channel in kept}, {channel.key for channel in loose}
    assert all(len(keys) == 1 for keys in seen.values() if keys & staying)
    assert {1, 2} >= {len(keys) for keys in seen.values()} and any(keys == wandering for keys in seen.values())


def test_its_keys_take_turns(
    operator: MemoryOperator, account: Account, provider: CachingProvider, new_channel: Callable[..., Channel]
) -> None:
    channel = new_channel()
    channel.change(key=f"{channel.key}-a\n{channel.key}-b", affinity=False)
    operator.sleep(60)
    for _ in range(6):
        assert account.chat("always the same").status_code == 200
    assert provider.keys[:2] * 3 == provider.keys and len(set(provider.keys)) == 2


def test_a_conversation_goes_on_elsewhere_while_its_channel_rests_and_returns(
    operator: MemoryOperator, account: Account, provider: CachingProvider, new_channel: Callable[..., Channel]
) -> None:
    for _ in range(3):
        new_channel()
    assert account.chat("stay").status_code == 200
    (first,) = provider.keys
    provider.status[first] = 429
    assert account.chat("stay").status_code == 200
    second = provider.keys[-1]
    assert account.chat("stay").status_code == 200
    assert provider.keys[1:] == [first, second, second]  # not asked again while it rests
    provider.status.clear()
    operator.sleep(60)
    assert account.chat("stay").status_code == 200
    assert provider.keys[-1] == first


def test_higher_priority_comes_before_any_conversation(
    operator: MemoryOperator, account: Account, provider: CachingProvider, new_channel: Callable[..., Channel]
) -> None:
    for _ in range(3):
        new_channel()
    assert account.chat("stay").status_code == 200
    preferred = new_channel(priority=10)
    operator.sleep(60)
    assert account.chat("stay").status_code == 200
    assert provider.keys[-1] == preferred.key


def test_a_channel_that_comes_takes_its_share_and_moves_nothing_else(
    operator: MemoryOperator, account: Account, provider: CachingProvider, new_channel: Callable[..., Channel]
) -> None:
    for _ in range(3):
        new_channel()
    texts = [f"{random.Random(number).random()}" for number in range(40)]

    def asked() -> list[str]:
        provider.keys.clear()
        assert all(account.chat(text).status_code == 200 for text in texts)
        return list(provider.keys)

    before = asked()
    coming = new_channel()
    operator.sleep(60)
    after = asked()
    moved = [now for now, then in zip(after, before, strict=True) if now != then]
    assert set(moved) == {coming.key} and 2 <= len(moved) <= 20


def test_the_example_in_the_documentation_stays_with_one_channel(
    operator: MemoryOperator, account: Account, provider: CachingProvider, new_channel: Callable[..., Channel]
) -> None:
    page = DOCS.read_text("utf-8").partition("## Conversations")[2].partition("\n## ")[0]
    example = re.search(r"```sh\n(.*?)```", page, re.DOTALL)
    assert example is not None
    headers = dict(re.findall(r'-H "([\w-]+): ([\w-]+)"', example[1]))
    body = re.search(r"-d '(\{.*?\})'", example[1], re.DOTALL)
    assert body is not None and headers.keys() & set(SESSION_HEADERS)
    for _ in range(4):
        new_channel()
    for question in ("hi", "and now?", "why?", "since when?", "really?", "who says so?"):
        another_process(operator)
        answer = account.post(body[1].replace("Hello", question).encode(), headers=headers)
        assert answer.status_code == 200, answer.text
    assert len(set(provider.keys)) == 1
