"""Dialects by name, and that every row of the catalogue is spoken by the one it names."""

import json
from dataclasses import replace

import pytest

from gateway.outbound.exchange import PollingDialect, WebSocketDialect
from gateway.outbound.protocol import ProviderRequest, Unsupported
from gateway.outbound.registry import DIALECTS, dialect, meter, replies, wire
from gateway.outbound.tables import TableDialect
from gateway.providers import address, auth
from gateway.providers.catalog import PROVIDERS


@pytest.mark.parametrize("name", DIALECTS)
def test_a_dialect_is_found_by_its_name(name: str) -> None:
    found = DIALECTS[name]
    assert all(callable(getattr(found, verb)) for verb in ("media_urls", "request", "response", "stream", "error"))
    assert found is dialect(name)


def test_a_dialect_nobody_knows_is_no_dialect() -> None:
    assert "klingon" not in DIALECTS
    with pytest.raises(KeyError):
        dialect("klingon")


@pytest.mark.parametrize("type", PROVIDERS)
def test_what_a_row_offers_its_dialect_can_say(type: int) -> None:
    for operation, name in PROVIDERS[type].dialects.items():
        spoken = DIALECTS[name]
        if isinstance(spoken, TableDialect):
            assert operation in spoken.verbs


@pytest.mark.parametrize("type", PROVIDERS)
def test_what_a_dialect_can_say_its_row_offers(type: int) -> None:
    row = PROVIDERS[type]
    for name in set(row.dialects.values()):
        spoken = DIALECTS[name]
        if isinstance(spoken, TableDialect):
            assert set(spoken.verbs) <= set(row.dialects)


@pytest.mark.parametrize("type", PROVIDERS)
def test_a_row_names_the_exchanges_its_dialect_has(type: int) -> None:
    row = PROVIDERS[type]
    for name in set(row.dialects.values()):
        assert ("poll" in row.exchanges.values()) is isinstance(DIALECTS[name], PollingDialect)
        assert ("websocket" in row.exchanges.values()) is isinstance(DIALECTS[name], WebSocketDialect)


@pytest.mark.parametrize("name", DIALECTS)
def test_replies_that_may_pass_through_have_a_meter(name: str) -> None:
    if wire(name) in ("openai", "anthropic", "gemini"):
        watching = meter(name)
        watching.feed(b"")
        watching.close()
        assert (watching.usage, watching.fault, watching.delivered_text()) == (None, None, "")


EXACT = ("openai", "openai-like", "azure", "groq", "deepseek", "siliconflow", "openai-older", "bailian")
ODD = ("gemini-openai", "mistral", "minimax", "spark-http", "qianfan-v2", "voyage", "compatible", "zhipu", "anthropic")


@pytest.mark.parametrize("name", EXACT + ODD)
def test_only_exact_replies_pass_through_to_openais_callers(name: str) -> None:
    assert (wire(name) == "openai") is (name in EXACT)


def test_a_compatible_provider_is_one_row() -> None:
    row = replace(
        PROVIDERS[1],
        id=999,
        name="New",
        base_url="https://api.new.example",
        operations=("chat",),
        dialect="openai-like",
        auth="x-api-key",
    )
    request = ProviderRequest(
        operation="chat", body={"messages": [{"role": "user", "content": "Hi"}]}, model="m", requested_model="m"
    )
    call = DIALECTS[row.dialects["chat"]].request(request)
    url = address.url(row, base_url="", operation="chat", model="m", config={}, path=call.path)
    signed = auth.authorise(row, call=call, url=url, key="k", config={}, now=0)
    assert signed.url == "https://api.new.example/v1/chat/completions"
    assert signed.headers["x-api-key"] == "k"
    assert json.loads(call.body)["model"] == "m"


@pytest.mark.parametrize("type", PROVIDERS)
def test_a_provider_without_pictures_says_so(type: int) -> None:
    row = PROVIDERS[type]
    for name in set(row.dialects.values()):
        spoken = DIALECTS[name]
        if isinstance(spoken, TableDialect) and "images" not in spoken.verbs:
            with pytest.raises(Unsupported):
                spoken.request(
                    ProviderRequest(operation="images", body={"prompt": "x"}, model="m", requested_model="m")
                )


@pytest.mark.parametrize(
    ("name", "model", "spoken"),
    [
        ("vertex", "claude-sonnet-4@20250514", "anthropic"),
        ("vertex", "anthropic/claude-x", "anthropic"),
        ("vertex", "gemini-3-pro", "gemini"),
        ("bedrock", "anthropic.claude-x", "bedrock"),
        ("openai", "claude-x", "openai"),
    ],
)
def test_vertex_answers_in_the_words_of_the_models_makers(name: str, model: str, spoken: str) -> None:
    assert replies(name, model) == spoken
    if spoken != "bedrock":
        assert meter(spoken).usage is None
