"""The hot path, row by row of ``hot_path.json``: channels and what their providers do, in the order they are tried, and
what comes of it: status, words, who was asked, who was paid, and never a hold that stays.

Each row is asked in every client dialect, whole and streamed. ``refuses``: so many of a channel's keys are refused;
``asked``, ``entries``, ``disabled``: by the channels' places.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.conftest import AT_ONCE, NewAccount
from tests.e2e.support import MODEL, Account, Channel, Operator
from tests.support.memory_gateway import MemoryOperator, MemoryUpstream, operating_in_memory

Json = dict[str, Any]
ROWS: list[Json] = json.loads(Path(__file__).with_name("hot_path.json").read_text())
QUESTION = "@@fake completion_tokens=5@@"
HELLO = [{"role": "user", "content": QUESTION}]

# Path and body of a question, by client dialect.
DIALECTS: dict[str, tuple[str, Json]] = {
    "openai": ("/v1/chat/completions", {"messages": HELLO}),
    "anthropic": ("/v1/messages", {"messages": HELLO, "max_tokens": 50}),
    "gemini": ("/v1beta/models/{model}:{verb}", {"contents": [{"role": "user", "parts": [{"text": QUESTION}]}]}),
    "responses": ("/v1/responses", {"input": QUESTION}),
}
CASES = [
    (row, dialect, how)
    for row in ROWS
    for dialect in DIALECTS
    for how in ("whole", "streamed")
    if row.get("only", how) == how
]


@pytest.fixture(scope="module")
def operator(upstream: MemoryUpstream) -> Iterator[MemoryOperator]:
    with operating_in_memory(upstream, AT_ONCE | {"RELAY_FIRST_BYTE_TIMEOUT": "5", "RELAY_KEEP_ALIVE": "60"}) as made:
        yield made


def ask(account: Account, dialect: str, how: str, model: str = MODEL) -> httpx.Response:
    path, body = DIALECTS[dialect]
    verb = "streamGenerateContent?alt=sse" if how == "streamed" else "generateContent"
    fields = {} if dialect == "gemini" else {"model": model, "stream": how == "streamed"}
    return account.post(body | fields, path=path.format(model=model, verb=verb))


def made(operator: Operator, account: Account, place: int, wanted: Json) -> Channel:
    """One of a row's channels."""
    fields = {name: wanted[name] for name in ("base_url", "models") if name in wanted}
    channel = operator.channel(account.group, priority=-place, type=25, **fields)  # has chat only
    keys = [f"{channel.key}-{number}" for number in range(wanted.get("keys", 0))]
    if keys:
        channel.change(key="\n".join(keys))
    for key in keys[: wanted.get("refuses", 0)]:
        operator.upstream.control(when={"key": key}, status=401, body={"error": {"message": "wrong key"}})
    if "does" in wanted:
        channel.behaves(**wanted["does"])
    return channel


def asked(operator: Operator, channel: Channel) -> int:
    """How often, with whichever of its keys."""
    keys = [seen.header("authorization") or "" for seen in operator.upstream.requests()]
    return len([key for key in keys if key == f"Bearer {channel.key}" or key.startswith(f"Bearer {channel.key}-")])


@pytest.mark.parametrize(
    ("row", "dialect", "how"), CASES, ids=[f"{row['sentence']}-{dialect}-{how}" for row, dialect, how in CASES]
)
def test_what_comes_of_a_request(
    operator: MemoryOperator,
    new_account: NewAccount,
    option: Callable[[str, str], None],
    row: Json,
    dialect: str,
    how: str,
) -> None:
    for name, value in {"AutomaticDisableChannelEnabled": "true", **row.get("options", {})}.items():
        option(name, value)
    account = new_account(**row.get("account", {}))
    channels = [made(operator, account, place, wanted) for place, wanted in enumerate(row["channels"])]
    answer = ask(account, dialect, how, row.get("model", MODEL))
    assert answer.status_code == row["status"], answer.text
    words = row.get("said", "").split()
    assert all(word in answer.text for word in words) and row.get("told", "") in answer.text
    assert [asked(operator, channel) for channel in channels] == row["asked"]
    entries = account.entries()
    assert [entry["channel"] for entry in entries] == [channels[place].id for place in row["entries"]]
    assert all(entry["quota"] > 0 for entry in entries)
    assert account.holds() == []
    assert account.quota() == row.get("account", {}).get("quota", 10**9) - sum(entry["quota"] for entry in entries)
    off = [place for place, channel in enumerate(channels) if channel.status() == 3]
    assert off == row.get("disabled", [])


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_caller_who_leaves_pays_for_what_was_made(operator: MemoryOperator, account: Account, dialect: str) -> None:
    channel = operator.channel(account.group, type=25)
    channel.behaves(chunks=50, delay_ms=100)
    path, body = DIALECTS[dialect]
    fields = {} if dialect == "gemini" else {"model": MODEL, "stream": True}
    address = path.format(model=MODEL, verb="streamGenerateContent?alt=sse")
    headers = {"authorization": f"Bearer {account.key}"}
    with account.http.stream("POST", address, json=body | fields, headers=headers) as answer:
        next(answer.iter_raw())
    (entry,) = account.entries()
    assert (entry["channel"], account.holds()) == (channel.id, [])
    assert entry["quota"] > 0
