"""Tools that providers run themselves are charged by the call, or refused; nothing goes on in the background."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from gateway.billing.receipts import receipt
from tests.e2e.conftest import NewAccount
from tests.e2e.support import Account, Channel, Operator, asking, error_of, until
from tests.relay import hosted_replies as replies
from tests.relay.hosted_replies import FILES, OPENED, PICTURE, SEARCH, encoded, ran

Json = dict[str, Any]
SetOption = Callable[[str, str], None]
STREAM = {"content-type": "text/event-stream"}
WHOLE = {"content-type": "application/json"}
GEMINI, CLAUDE, RESPONSES = "/v1beta/models/{}:generateContent", "/v1/messages", "/v1/responses"
# Quota for a call: 500,000 are a dollar.
SEARCHED, PREVIEWED, FOUND, DREW, RAN = 5_000, 12_500, 1_250, 83_500, 15_000


@pytest.fixture(autouse=True)
def prices(option: SetOption) -> None:
    """Every token costs 1."""
    models = ("m", "o3", "gpt-4o-search-preview", "gpt-5-search-api", "claude-sonnet-4-5", "gemini-2.5-flash")
    more = ("gemini-3-flash", "grok-4", "sonar", "sonar-pro", "glm-4", "x:online", "compound", "kimi")
    option("ModelPrice", json.dumps({name: {"input": 1, "output": 1} for name in (*models, *more)}))


def made(operator: Operator, account: Account, type: int, model: str, body: bytes, kind: dict[str, str]) -> Channel:
    channel = operator.channel(account.group, type=type, models=model)
    by_key = type not in (14, 24)  # whose keys are in headers of their own
    operator.upstream.replay(body, headers=kind, when={"key": channel.key} if by_key else {}, times=1)
    return channel


def charged(account: Account, quota: int) -> Json:
    """One entry of so much, whose receipt comes to the same."""
    (entry,) = account.settled(1)
    (details,) = account.details()
    assert entry["quota"] == quota, details
    found = receipt(entry["quota"], details)
    assert found.agrees and not found.quarantined
    return details


ITEMS = {
    "ten searches and a picture": ([*[SEARCH] * 10, PICTURE], 10 * SEARCHED + DREW),
    "files are searched": ([FILES, FILES], 2 * FOUND),
    "code runs in one container": ([ran(), ran(), ran()], RAN),
    "code runs in two containers": ([ran("cntr_1"), ran("cntr_2")], 2 * RAN),
    "a page that is opened is no search": ([SEARCH, OPENED], SEARCHED),
    "what failed is not charged": ([SEARCH, SEARCH | {"status": "failed"}], SEARCHED),
    "functions and servers of others cost their tokens": ([{"type": "mcp_call"}, {"type": "function_call"}], 0),
}
TOOLS = [{"type": name} for name in ("web_search", "file_search", "code_interpreter", "image_generation", "mcp")]


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("case", ITEMS)
def test_a_response_costs_what_its_tools_did(operator: Operator, account: Account, case: str, streamed: bool) -> None:
    items, quota = ITEMS[case]
    body = replies.response(*items, tools=TOOLS)
    data, kind = (replies.streamed(body), STREAM) if streamed else (encoded(body), WHOLE)
    made(operator, account, 1, "m", data, kind)
    asked = {"model": "m", "input": "hi", "tools": TOOLS, "stream": streamed}
    assert account.post(asked, path=RESPONSES).status_code == 200
    charged(account, 20 + quota)


def test_a_response_that_breaks_off_costs_what_its_tools_had_done(operator: Operator, account: Account) -> None:
    body = replies.response(SEARCH, SEARCH, ran())
    made(operator, account, 1, "m", replies.streamed(body, cut=True), STREAM)
    large = {"type": "code_interpreter", "container": {"type": "auto", "memory_limit": "64g"}}
    tools = [{"type": "web_search"}, large]
    account.post({"model": "m", "input": "hi", "tools": tools, "stream": True}, path=RESPONSES)
    (entry,) = account.settled(1)
    assert 0 <= entry["quota"] - (2 * SEARCHED + 960_000) < 100


@pytest.mark.parametrize(
    ("tool", "model", "quota"),
    [
        ({"type": "web_search_preview"}, "m", PREVIEWED),
        ({"type": "web_search_preview_2025_03_11"}, "o3", SEARCHED),
        ({"type": "web_search_2025_08_26"}, "m", SEARCHED),
    ],
)
def test_a_search_costs_what_its_kind_and_model_cost(
    operator: Operator, account: Account, tool: Json, model: str, quota: int
) -> None:
    made(operator, account, 1, model, encoded(replies.response(SEARCH, tools=[tool])), WHOLE)
    assert account.post({"model": model, "input": "hi", "tools": [tool]}, path=RESPONSES).status_code == 200
    charged(account, 20 + quota)


def test_what_the_provider_counts_itself_goes_before_its_items(operator: Operator, account: Account) -> None:
    body = replies.response(SEARCH, FILES, tool_usage={"web_search": {"num_requests": 4}})
    made(operator, account, 1, "m", encoded(body), WHOLE)
    account.post({"model": "m", "input": "hi", "tools": TOOLS}, path=RESPONSES)
    charged(account, 20 + 4 * SEARCHED + FOUND)


CHATS: dict[str, tuple[int, str, Json, Json, int]] = {
    "a chat that always searches": (1, "gpt-4o-search-preview", {}, {}, PREVIEWED),
    "a newer one": (1, "gpt-5-search-api", {"web_search_options": {}}, {}, SEARCHED),
    "Grok's tools": (
        45, "grok-4", {"tools": [{"type": "web_search"}, {"type": "x_search"}]},
        {"server_side_tool_usage_details": {"web_search_calls": 2, "x_search_calls": 1, "mcp_calls": 3}}, 3 * 2_500,
    ),
    "Grok's live search": (45, "grok-4", {"search_parameters": {"mode": "on"}}, {"num_sources_used": 3}, 3 * 12_500),
    "Perplexity": (100, "sonar", {}, {"search_context_size": "high"}, 6_000),
    "Perplexity that tells nothing": (100, "sonar-pro", {}, {}, 3_000),
    "Perplexity's research": (100, "sonar", {}, {"num_search_queries": 7, "search_context_size": "low"}, 7 * 2_500),
    "OpenRouter's plug-in": (20, "m", {"plugins": [{"id": "web"}]}, {}, 10_000),
    "OpenRouter's models": (20, "x:online", {}, {}, 10_000),
    "OpenRouter's count": (
        20, "m", {"web_search_options": {}}, {"server_tool_use": {"web_search_requests": 2}}, 20_000,
    ),
    "Groq's systems": (29, "compound", {}, {}, 4_000),
    "Moonshot's function": (
        25, "kimi", {"tools": [{"type": "builtin_function", "function": {"name": "$web_search"}}]}, {}, 2_143,
    ),
    "no tool": (1, "m", {}, {}, 0),
}  # fmt: skip


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("case", CHATS)
def test_a_chat_costs_what_was_searched(operator: Operator, account: Account, case: str, streamed: bool) -> None:
    type, model, fields, usage, quota = CHATS[case]
    data, kind = (replies.chat_stream(**usage), STREAM) if streamed else (encoded(replies.chat(**usage)), WHOLE)
    made(operator, account, type, model, data, kind)
    answer = account.post(asking(model=model, stream=streamed, **fields))
    assert answer.status_code == 200, answer.text
    charged(account, 50 + quota)


CLAUDES: dict[str, tuple[str, Json]] = {
    "its own client": (
        CLAUDE,
        asking(max_tokens=50, tools=[{"type": "web_search_20250305", "name": "web_search", "max_uses": 5}]),
    ),
    "OpenAI's client": ("/v1/chat/completions", asking(web_search_options={})),
}


@pytest.mark.parametrize("counted", [False, True])
@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("client", CLAUDES)
def test_claude_costs_what_it_searched(
    operator: Operator, account: Account, client: str, streamed: bool, counted: bool
) -> None:
    path, asked = CLAUDES[client]
    body = replies.message(3, counted=counted)
    data, kind = (replies.message_stream(body), STREAM) if streamed else (encoded(body), WHOLE)
    made(operator, account, 14, "claude-sonnet-4-5", data, kind)
    answer = account.post(asked | {"model": "claude-sonnet-4-5", "stream": streamed}, path=path)
    assert answer.status_code == 200, answer.text
    charged(account, 20 + 3 * SEARCHED)


def test_claude_that_breaks_off_costs_what_it_had_searched(operator: Operator, account: Account) -> None:
    data = replies.message_stream(replies.message(3), cut=True)
    made(operator, account, 14, "claude-sonnet-4-5", data, STREAM)
    path, asked = CLAUDES["its own client"]
    account.post(asked | {"model": "claude-sonnet-4-5", "stream": True}, path=path)
    (entry,) = account.settled(1)
    assert 0 <= entry["quota"] - 3 * SEARCHED < 100


def test_claudes_code_is_sold_by_its_container(operator: Operator, account: Account) -> None:
    made(operator, account, 14, "claude-sonnet-4-5", encoded(replies.message(0, code=True)), WHOLE)
    tools = [{"type": "code_execution_20250825", "name": "code_execution"}, {"type": "web_fetch_20250910"}]
    answer = account.post(asking(model="claude-sonnet-4-5", max_tokens=50, tools=tools), path=CLAUDE)
    assert answer.status_code == 200, answer.text
    charged(account, 20 + 2_084)


GROUNDED: dict[str, tuple[str, Json, list[str], bool, int]] = {
    "a prompt": ("gemini-2.5-flash", {"googleSearch": {}}, ["a", "b"], False, 17_500),
    "queries": ("gemini-3-flash", {"googleSearch": {}}, ["a", "b"], False, 2 * 7_000),
    "nothing": ("gemini-3-flash", {"googleSearch": {}}, [], False, 0),
    "maps": ("gemini-2.5-flash", {"googleMaps": {}}, [], True, 12_500),
    "old words": ("gemini-2.5-flash", {"google_search_retrieval": {}}, ["a"], False, 17_500),
}


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("case", GROUNDED)
def test_gemini_costs_what_grounded_it(operator: Operator, account: Account, case: str, streamed: bool) -> None:
    model, tool, queries, maps, quota = GROUNDED[case]
    body = replies.grounded(*queries, maps=maps)
    data, kind = (replies.grounded_stream(body), STREAM) if streamed else (encoded(body), WHOLE)
    made(operator, account, 24, model, data, kind)
    path = GEMINI.format(model).replace(":g", ":streamG") + "?alt=sse" if streamed else GEMINI.format(model)
    answer = account.post({"contents": [{"parts": [{"text": "hi"}]}], "tools": [tool]}, path=path)
    assert answer.status_code == 200, answer.text
    charged(account, 20 + quota)


@pytest.mark.parametrize("streamed", [False, True])
def test_gemini_costs_the_same_to_others_clients(operator: Operator, account: Account, streamed: bool) -> None:
    body = replies.grounded("a", "b", "c")
    data, kind = (replies.grounded_stream(body), STREAM) if streamed else (encoded(body), WHOLE)
    made(operator, account, 24, "gemini-3-flash", data, kind)
    asked = asking(model="gemini-3-flash", stream=streamed, web_search_options={})
    assert account.post(asked).status_code == 200
    charged(account, 20 + 3 * 7_000)


def test_a_group_pays_its_ratio_of_a_call_and_an_operator_his_own_price(
    operator: Operator, account: Account, option: SetOption
) -> None:
    option("GroupRatio", json.dumps({account.group: 0.5}))
    option("ToolPrice", '{"web_search": 8000, "web_search(14)": 1}')
    made(operator, account, 1, "m", encoded(replies.response(SEARCH)), WHOLE)
    account.post({"model": "m", "input": "hi", "tools": TOOLS}, path=RESPONSES)
    details = charged(account, 10 + 4_000)
    assert ["web_search", 1, "8000"] in json.loads(details["terms"])
    assert details["usage"]["web_search"] == "1"


# --- what is refused ---

UNKNOWN: dict[str, tuple[int, str, str, Json]] = {
    "a response": (1, "m", RESPONSES, {"input": "hi", "tools": [{"type": "quantum_search"}]}),
    "a chat": (1, "m", "/v1/chat/completions", asking(tools=[{"type": "quantum_search"}])),
    "a search where nobody knows its price": (50, "m", "/v1/chat/completions", asking(web_search_options={})),
    "Claude": (14, "m", CLAUDE, asking(max_tokens=5, tools=[{"type": "quantum_20990101", "name": "quantum"}])),
    "Gemini": (24, "m", GEMINI.format("m"), {"contents": [{"parts": [{"text": "x"}]}], "tools": [{"quantum": {}}]}),
    "a namespace": (
        1, "m", RESPONSES, {"input": "x", "tools": [{"type": "namespace", "name": "n", "tools": [{"type": "qu"}]}]},
    ),
    "Alibaba's switch elsewhere": (50, "m", "/v1/chat/completions", asking(enable_search=True)),
    "a plug-in": (20, "m", "/v1/chat/completions", asking(plugins=[{"id": "file-parser"}])),
    "a search that must be, at a server that nobody knows": (
        50, "m", RESPONSES, {"input": "x", "tools": [{"type": "web_search"}], "tool_choice": {"type": "web_search"}},
    ),
    "any tool that must be, where only one is left out": (
        50, "m", RESPONSES, {"input": "x", "tools": [{"type": "web_search"}], "tool_choice": "required"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("proxied", [False, True])
@pytest.mark.parametrize("case", UNKNOWN)
def test_a_tool_without_a_price_is_refused_with_what_is_to_be_done(
    operator: Operator, account: Account, case: str, proxied: bool
) -> None:
    type, model, path, body = UNKNOWN[case]
    channel = operator.channel(account.group, type=type, models=model)
    before = len(operator.upstream.requests())
    way = f"/v1/oneapi/proxy/{channel.id}{path}" if proxied else path
    answer = account.post(body | {"model": model}, path=way)
    assert answer.status_code == 400
    assert "has no price" in answer.text and "ToolPrice" in answer.text, answer.text
    if path not in (CLAUDE, GEMINI.format("m")):  # who have no place for it
        assert error_of(answer)["code"] == "tool_price_not_configured"
    assert len(operator.upstream.requests()) == before
    until(lambda: not account.holds())
    assert account.entries() == []


def test_a_tool_that_the_operator_has_priced_is_served_and_charged(
    operator: Operator, account: Account, option: SetOption
) -> None:
    option("ToolPrice", '{"quantum_search": 700}')
    tools = [{"type": "quantum_search"}]
    made(operator, account, 1, "m", encoded(replies.response({"type": "quantum_search_call"})), WHOLE)
    assert account.post({"model": "m", "input": "hi", "tools": tools}, path=RESPONSES).status_code == 200
    charged(account, 20 + 700)


def test_a_channel_whose_tools_have_a_price_is_asked_instead(operator: Operator, account: Account) -> None:
    other = operator.channel(account.group, type=50, models="claude-sonnet-4-5", priority=10)
    made(operator, account, 14, "claude-sonnet-4-5", encoded(replies.message(1)), WHOLE)
    answer = account.post(asking(model="claude-sonnet-4-5", web_search_options={}))
    assert answer.status_code == 200, answer.text
    assert other.asked() == []
    charged(account, 20 + SEARCHED)


def test_agents_do_without_a_tool_where_the_server_is_not_known_to_have_any(
    operator: Operator, account: Account
) -> None:
    channel = operator.channel(account.group, type=50)
    patch = {"type": "custom", "name": "apply_patch"}
    tools = [{"type": "web_search"}, patch, {"type": "image_generation"}]
    asked = {"model": "gpt-4o-mini", "input": "hi", "tools": tools, "tool_choice": "auto", "x_new": 1}
    assert account.post(asked, path=RESPONSES).status_code == 200
    (seen,) = channel.asked()
    assert seen.path.endswith("/responses")
    assert seen.json == asked | {"tools": [patch]}


def test_agents_keep_what_an_operator_has_priced(operator: Operator, account: Account, option: SetOption) -> None:
    option("ToolPrice", '{"web_search(50)": 100}')
    channel = operator.channel(account.group, type=50)
    tools = [{"type": "web_search"}, {"type": "image_generation"}]
    asked = {"model": "gpt-4o-mini", "input": "hi", "tools": tools}
    assert account.post(asked, path=RESPONSES).status_code == 200
    (seen,) = channel.asked()
    assert seen.json["tools"] == tools[:1]


@pytest.mark.parametrize("spelled", ["Tools", "TOOLS", "Background", "Web_Search_Options", "Plugins"])
def test_what_makes_a_price_is_spelled_in_one_way(account: Account, channel: Channel, spelled: str) -> None:
    answer = account.post({"model": "gpt-4o-mini", "input": "hi", spelled: [{"type": "x"}]}, path=RESPONSES)
    assert (answer.status_code, error_of(answer)["param"]) == (400, spelled.lower())


# --- in the background ---

BEHIND = ["/v1/responses", "/v1//responses", "/v1/responses/", "/v1/./responses", "/v1/Responses"]


@pytest.mark.parametrize("way", ["", *BEHIND])
def test_nothing_is_done_in_the_background(operator: Operator, account: Account, option: SetOption, way: str) -> None:
    option("ModelPrice", '{"proxy": {"request": 5}, "m": {"input": 1, "output": 1}}')
    channel = operator.channel(account.group, models="m")
    path = f"/v1/oneapi/proxy/{channel.id}{way}" if way else RESPONSES
    asked = {"model": "m", "input": "hi", "background": True, "store": True, "max_output_tokens": 100_000}
    answer = account.post(asked, path=path)
    assert (answer.status_code, error_of(answer)["param"]) == (400, "background"), answer.text
    assert channel.asked() == []
    until(lambda: not account.holds())
    assert account.entries() == []


@pytest.mark.parametrize("given", [False, None])
def test_a_request_that_is_not_in_the_background_may_say_so(
    operator: Operator, account: Account, given: bool | None
) -> None:
    operator.channel(account.group)
    asked = {"model": "gpt-4o-mini", "input": "hi", "background": given}
    assert account.post(asked, path=RESPONSES).status_code == 200


@pytest.mark.parametrize("proxied", [False, True])
@pytest.mark.parametrize("status", ["queued", "in_progress"])
def test_a_reply_that_is_not_finished_costs_what_was_held(
    operator: Operator, account: Account, status: str, proxied: bool
) -> None:
    body = replies.response(status=status, usage=None) | {"output": []}
    channel = made(operator, account, 1, "m", encoded(body), WHOLE)
    path = f"/v1/oneapi/proxy/{channel.id}/v1/responses" if proxied else RESPONSES
    answer = account.post({"model": "m", "input": "hi", "max_output_tokens": 40_000}, path=path)
    assert answer.status_code == 200
    (entry,) = account.settled(1)
    (details,) = account.details()
    assert entry["quota"] >= 40_000
    assert status in details["quarantined"]


# --- what is held ---


def test_calls_are_held_for_and_a_small_balance_holds_one_of_each(operator: Operator, new_account: NewAccount) -> None:
    def refused(quota: int, **fields: Any) -> bool:
        account = new_account(quota=quota)
        operator.channel(account.group, models="m")
        asked = {"model": "m", "input": "hi", "max_output_tokens": 16, "tools": [{"type": "web_search"}]} | fields
        return account.post(asked, path=RESPONSES).status_code == 403

    assert refused(4_000)
    assert not refused(9_000)
    assert refused(80_000, tools=[{"type": "image_generation"}])
    assert not refused(200_000, tools=[{"type": "image_generation"}])
