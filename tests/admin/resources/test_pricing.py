"""Models and prices: exact, of what can be called now, and for whom the operator lets see them."""

from typing import Any

import pytest

from admin.web.deps import Deps
from gateway.store.settings import options
from tests.admin.api import Api


def channel(api: Api, models: str, **fields: Any) -> int:
    made = {"name": "c", "key": "k", "models": models, "type": 1, "group": "default"} | fields
    answer = api.root.post("/api/channel/", made)
    assert answer["success"], answer
    return max(row["id"] for row in api.root.get("/api/channel/?page_size=100")["data"])


def priced(api: Api) -> dict[str, Any]:
    return {model["name"]: model for model in api.root.get("/api/pricing")["data"]["models"]}


def test_prices_are_exact_in_dollars_a_million_and_as_ratios(api: Api) -> None:
    channel(api, "gpt-4o-mini")
    model = priced(api)["gpt-4o-mini"]
    (offer,) = model["offers"]
    (step, *_) = [step for step in offer["steps"] if not step["service"]]
    told = {price["kind"]: (price["ratio"], price["dollars"]) for price in step["tokens"]}
    assert told["input"] == ("0.075", "0.15")
    assert told["output"] == ("0.3", "0.6")
    assert told["cached"] == ("0.0375", "0.075")
    assert (model["family"], model["groups"], model["context"]) == ("openai", ["default"], 128_000)
    assert model["abilities"][0] == "chat" and {"vision", "tools"} <= set(model["abilities"])
    assert model["dialects"] == ["openai", "responses", "anthropic", "gemini"]


def test_pieces_and_longer_prompts_have_their_prices(api: Api) -> None:
    channel(api, "dall-e-3,gemini-2.5-pro,text-embedding-3-small")
    models = priced(api)
    pieces = {piece["what"]: piece for piece in models["dall-e-3"]["offers"][0]["pieces"]}
    assert pieces["1024x1024"]["quota"] == "20000" and pieces["1024x1024"]["dollars"] == "0.04"
    assert models["dall-e-3"]["dialects"] == ["openai"]
    above = [step["above"] for step in models["gemini-2.5-pro"]["offers"][0]["steps"] if not step["service"]]
    assert above == [0, 200_000]
    assert models["text-embedding-3-small"]["abilities"] == ["embeddings"]


def test_the_operators_own_prices_and_dollars_count(api: Api, deps: Deps) -> None:
    channel(api, "house-model,mine", model_mapping='{"mine": "gpt-4o-mini"}')
    assert list(priced(api)) == ["mine"]  # who asks for the other is refused
    options.put(deps.store, "ModelPrice", '{"house-model": {"input": "1/3", "output": 1}}')
    options.put(deps.store, "QuotaPerUnit", "1000000")
    models = priced(api)
    (tokens,) = [step["tokens"] for step in models["house-model"]["offers"][0]["steps"]]
    assert [(price["ratio"], price["dollars"]) for price in tokens] == [("1/3", "1/3"), ("1", "1")]
    assert models["house-model"]["abilities"] == []
    assert models["mine"]["offers"][0]["steps"][0]["tokens"][0]["ratio"] == "0.075"


def test_only_what_can_be_called_now_is_told_and_what_differs_is_told_apart(api: Api) -> None:
    first = channel(api, "gpt-4o", priority=5, group="vip")
    channel(api, "gpt-4o,o3", type=3)
    assert api.root.put("/api/option/", {"key": "ModelRatio", "value": '{"gpt-4o(3)": 7}'})["success"]
    models = priced(api)
    assert models["gpt-4o"]["groups"] == ["default", "vip"]
    inputs = [offer["steps"][0]["tokens"][0]["ratio"] for offer in models["gpt-4o"]["offers"]]
    assert inputs == ["2.5", "7"]
    assert api.root.put("/api/channel/", {"id": first, "status": 2})["success"]
    models = priced(api)
    assert models["gpt-4o"]["groups"] == ["default"]
    assert [offer["steps"][0]["tokens"][0]["ratio"] for offer in models["gpt-4o"]["offers"]] == ["7"]


def test_whoever_is_signed_in_finds_the_own_group_first(api: Api, deps: Deps) -> None:
    options.put(deps.store, "GroupRatio", '{"default": 1, "vip": 0.8, "a": 2}')
    api.new_user("alice", group="vip")
    groups = api.signed_in("alice").get("/api/pricing")["data"]["groups"]
    assert groups[0] == {"name": "vip", "ratio": "0.8"}
    assert [group["name"] for group in groups] == ["vip", "a", "default"]


@pytest.mark.parametrize(("public", "may"), [("all", "nobody user admin"), ("users", "user admin"), ("off", "admin")])
def test_the_operator_says_who_sees_prices(api: Api, deps: Deps, public: str, may: str) -> None:
    options.put(deps.store, "PublicPricing", public)
    api.new_user("alice")
    callers = {"nobody": Api(api.app, ""), "user": api.signed_in("alice"), "admin": api.root}
    for name, caller in callers.items():
        answer = caller.raw("GET", "/api/pricing")
        assert answer.status_code == (200 if name in may.split() else 403), (name, answer.text)
        assert answer.json()["success"] == (name in may.split())


def test_what_did_not_change_is_not_sent_again(api: Api, deps: Deps) -> None:
    channel(api, "gpt-4o-mini")
    options.put(deps.store, "PublicPricing", "all")
    visitor = Api(api.app, "")
    first = visitor.raw("GET", "/api/pricing")
    assert first.headers["cache-control"] == "public, max-age=60"
    tag = {"if-none-match": first.headers["etag"]}
    again = visitor.raw("GET", "/api/pricing", headers=tag)
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    channel(api, "gpt-4o")
    assert visitor.raw("GET", "/api/pricing", headers=tag).status_code == 200
    assert api.root.raw("GET", "/api/pricing").headers["cache-control"] == "private, max-age=60"


def test_no_channel_is_named(api: Api) -> None:
    channel(api, "gpt-4o-mini", name="secret-supplier", base_url="https://supplier.example")
    text = api.root.raw("GET", "/api/pricing").text
    assert "supplier" not in text and "channel" not in text
