"""What the proxy route does not let through: keys, pages, headers that bill somebody, models nobody pays for."""

import json
from typing import Any

import pytest

from tests.e2e.conftest import NewAccount
from tests.e2e.support import MODEL, Account, Channel, Operator, asking, error_of
from tests.fakes.upstream.steering import Seen
from tests.relay.endpoints.test_proxy import CLAUDE, through

AZURE = "/openai/deployments/{}/chat/completions"
DEAR, CHEAP = "gpt-4", "gpt-3.5-turbo"


def azure(operator: Operator, account: Account, **fields: Any) -> Channel:
    return operator.channel(account.group, **{"type": 3, "models": f"{DEAR},{CHEAP}", **fields})


def asked(operator: Operator, channel: Channel) -> list[Seen]:
    return [seen for seen in operator.upstream.requests() if seen.header("api-key") == channel.key]


@pytest.mark.parametrize(
    "path",
    [
        AZURE.format(DEAR),
        AZURE.format(DEAR).replace("deployments", "Deployments"),
        f"/v1/engines/{DEAR}/chat/completions",
        f"/models/{DEAR}/chat/completions",
        AZURE.format(f"{DEAR}/deployments/{CHEAP}"),
        AZURE.format(f"{CHEAP}/deployments/{DEAR}"),
        f"/v1/chat/completions?model={DEAR}",
    ],
)
def test_a_model_in_the_path_that_is_not_the_bodys_is_refused(operator: Operator, account: Account, path: str) -> None:
    channel = azure(operator, account)
    answer = through(account, channel, path, asking(model=CHEAP))
    assert (answer.status_code, error_of(answer)["param"]) == (400, "model")
    assert asked(operator, channel) == []


def test_a_base_url_that_leads_to_one_model_serves_no_other(operator: Operator, account: Account) -> None:
    channel = azure(operator, account, base_url=f"{operator.upstream.url}/openai/deployments/{DEAR}")
    assert through(account, channel, "/chat/completions", asking(model=CHEAP)).status_code == 400
    assert through(account, channel, "/chat/completions", asking(model=DEAR)).status_code == 200


@pytest.mark.parametrize("named", [{"model": DEAR}, {}])
def test_the_model_of_the_path_is_what_is_paid(operator: Operator, account: Account, named: dict[str, str]) -> None:
    channel = azure(operator, account)
    body = {name: value for name, value in asking("@@fake prompt_tokens=1000@@").items() if name != "model"} | named
    assert through(account, channel, AZURE.format(DEAR), body).status_code == 200
    (entry,) = account.settled(1)
    assert entry["model_name"] == DEAR
    assert json.loads(asked(operator, channel)[0].body) == body


@pytest.mark.parametrize(
    "spelled", ['"model": "gpt-4", "model"', '"Model": "gpt-4", "model"', '"mod\\u0065l": "gpt-4", "model"']
)
def test_a_body_that_names_two_models_is_refused(operator: Operator, account: Account, spelled: str) -> None:
    channel = azure(operator, account)
    body = json.dumps(asking(model=CHEAP)).replace('"model"', spelled, 1)
    assert through(account, channel, "/v1/chat/completions", body.encode()).status_code == 400
    assert asked(operator, channel) == []


def test_a_word_called_model_deeper_in_the_body_is_no_second_model(operator: Operator, account: Account) -> None:
    channel = azure(operator, account)
    body = {"metadata": {"model": "mine"}} | asking(model=CHEAP)
    assert through(account, channel, AZURE.format(CHEAP), body).status_code == 200


def test_a_token_for_some_models_reaches_no_other_by_the_path(operator: Operator, new_account: NewAccount) -> None:
    account = new_account(models=CHEAP)
    answer = through(account, azure(operator, account), AZURE.format(DEAR), {"messages": asking()["messages"]})
    assert (answer.status_code, error_of(answer)["code"]) == (403, "model_not_allowed")


def test_a_model_that_the_channel_does_not_list_is_not_proxied(operator: Operator, account: Account) -> None:
    channel = azure(operator, account, models=CHEAP)
    answer = through(account, channel, AZURE.format(DEAR), asking(model=DEAR))
    assert (answer.status_code, error_of(answer)["code"]) == (403, "model_not_allowed")
    mapped = azure(operator, account, models=CHEAP, model_mapping=json.dumps({CHEAP: DEAR}))
    assert through(account, mapped, AZURE.format(DEAR), asking(model=DEAR)).status_code == 200


KEY = "sk-THE-OPERATORS/own+key"
REPEATS = json.dumps({"error": {"message": f"wrong key {KEY}", "code": f"bad {KEY}", "type": "invalid_request_error"}})


@pytest.mark.parametrize("status", [401, 200])
@pytest.mark.parametrize("escaped", [False, True])
def test_a_refusal_that_repeats_the_key_comes_back_without_it(
    operator: Operator, account: Account, status: int, escaped: bool
) -> None:
    channel = operator.channel(account.group, key=KEY)
    body = REPEATS.replace("/", "\\/") if escaped else REPEATS
    headers = {"content-type": "application/json", "x-request-id": f"of {KEY}"}
    operator.upstream.replay(body.encode(), status=status, headers=headers, when={"key": KEY})
    answer = through(account, channel, "/v1/chat/completions", asking())
    assert answer.status_code == status
    assert "***" in answer.text
    assert "OPERATORS" not in answer.text + repr(answer.headers)


STREAMS = {
    "openai": ("/v1/chat/completions", 1, asking(stream=True)),
    "anthropic": ("/v1/messages", 14, CLAUDE | {"stream": True}),
    "translated": ("/v1/messages", 1, CLAUDE | {"stream": True}),
}
CHUNK = b'data: {"id":"c","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"one"}}]}\n\n'
BEGUN = (
    b'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,'
    b'"delta":{"type":"text_delta","text":"one"}}\n\n'
)


@pytest.mark.parametrize("dialect", STREAMS)
@pytest.mark.parametrize("begun", [True, False])
def test_an_error_event_that_repeats_the_key_goes_on_without_it(
    operator: Operator, account: Account, dialect: str, begun: bool
) -> None:
    path, kind, body = STREAMS[dialect]
    operator.channel(account.group, type=kind, key=KEY, models=f"{MODEL},{CLAUDE['model']}")
    first = (BEGUN if kind == 14 else CHUNK) if begun else b""
    event = json.dumps({"type": "error", **json.loads(REPEATS)}).encode()
    said = first + (b"event: error\n" if kind == 14 else b"") + b"data: " + event + b"\n\n"
    operator.upstream.replay(said, headers={"content-type": "text/event-stream"}, when={"key": KEY}, split="event")
    answer = account.post(body, path=path)
    assert "wrong key ***" in answer.text
    assert "OPERATORS" not in answer.text
    assert "OPERATORS" not in repr(account.entries())


def test_what_would_act_in_a_browser_stays_here(operator: Operator, account: Account) -> None:
    channel = operator.channel(account.group)
    theirs = {
        "content-type": "text/html",
        "clear-site-data": '"*"',
        "refresh": "0;url=https://evil.test",
        "location": "https://evil.test",
        "strict-transport-security": "max-age=1",
        "access-control-allow-credentials": "true",
        "content-security-policy": "script-src *",
        "link": "<https://evil.test>; rel=preload",
        "set-cookie": "a=b",
    }
    operator.upstream.replay(b"<script>1</script>", status=404, headers=theirs, when={"key": channel.key})
    answer = through(account, channel, "/v1/chat/completions", asking())
    assert answer.headers["content-security-policy"] == "sandbox"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert not answer.headers.keys() & (theirs.keys() - {"content-type", "content-security-policy"})


def test_whom_the_provider_bills_is_not_the_callers_to_say(operator: Operator, account: Account) -> None:
    channel = operator.channel(account.group)
    sent = {
        "openai-organization": "org-other",
        "openai-project": "proj-other",
        "x-goog-user-project": "other",
        "x-amz-security-token": "other",
        "expect": "100-continue",
        "x-anything": "else",
    }
    assert through(account, channel, "/v1/chat/completions", asking(), headers=sent).is_success
    (seen,) = channel.asked()
    assert not {name.lower() for name, _ in seen.headers} & sent.keys()


@pytest.mark.parametrize("path", ["/v1/models", "/v1/nothing", "/v1/chat/completions", "/v1/messages/count_tokens"])
def test_no_answer_of_the_relay_is_a_page(operator: Operator, account: Account, path: str) -> None:
    for answer in (account.http.get(path), account.post({}, path=path), account.http.options(path)):
        assert answer.headers["content-security-policy"] == "sandbox"
        assert answer.headers["x-content-type-options"] == "nosniff"
