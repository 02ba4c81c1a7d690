"""The whole way a newcomer goes, with the official SDK: sign in, set up, ask, read the bill."""

import math
from fractions import Fraction
from typing import Any

import httpx
import openai
import pytest

from tests.e2e.support import MODEL, Operator, succeeded
from tests.fakes.upstream import UpstreamProcess
from tests.support.gateway_process import GatewayProcess

# one-api's ratios of the model: quota for a prompt token, and how many of those a completion token costs
MODEL_RATIO, COMPLETION_RATIO = Fraction("0.075"), 4


def charge(prompt: int, completion: int) -> int:
    return math.ceil((prompt + completion * COMPLETION_RATIO) * MODEL_RATIO)


def streamed_with_usage(client: openai.OpenAI) -> list[Any]:
    """Seven words from gpt-4o, and what they took."""
    return list(
        client.chat.completions.create(
            model="gpt-4o",
            messages=[{"role": "user", "content": "@@fake chunks=7 prompt_tokens=333@@"}],
            stream=True,
            stream_options={"include_usage": True},
        )
    )


def test_the_first_hour_with_the_printed_credentials(
    gateway_process: GatewayProcess, upstream: UpstreamProcess
) -> None:
    with httpx.Client(base_url=gateway_process.url, trust_env=False) as admin:
        password = gateway_process.root_password
        root = succeeded(admin.post("/api/user/login", json={"username": "root", "password": password}))
        assert (root["id"], root["role"]) == (1, 100)
        channel = {"type": 1, "name": "mine", "key": "sk-up", "base_url": upstream.url, "models": f"{MODEL},gpt-4o"}
        succeeded(admin.post("/api/channel/", json={**channel, "group": "walkers"}))
        succeeded(admin.put("/api/user/", json={"id": 1, "group": "walkers"}))
        token = succeeded(admin.post("/api/token/", json={"name": "walk", "unlimited_quota": True}))
        quota = succeeded(admin.get("/api/user/self"))["quota"]

        with openai.OpenAI(base_url=f"{gateway_process.url}/v1", api_key=token["key"], max_retries=0) as client:
            assert [model.id for model in client.models.list()] == ["gpt-4o", MODEL]
            assert client.models.retrieve(MODEL).id == MODEL
            answer = client.chat.completions.create(
                model=MODEL, messages=[{"role": "user", "content": "@@fake chunks=40 prompt_tokens=1000@@"}]
            )
            assert answer.choices[0].message.content
            assert answer.usage and (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (1000, 40)
            pieces = streamed_with_usage(client)
        usage = pieces[-1].usage
        assert usage and (usage.prompt_tokens, usage.completion_tokens) == (333, 7)
        said = "".join(piece.choices[0].delta.content or "" for piece in pieces if piece.choices)
        assert said.split() == [f"word{number}" for number in range(7)]

        streamed, whole, *_ = succeeded(admin.get("/api/log/?type=2&token_name=walk"))
        assert whole["quota"] == charge(1000, 40) == 87
        assert streamed["quota"] == math.ceil((333 + 7 * 4) * Fraction("2.5")) == 903
        assert (whole["is_stream"], streamed["is_stream"]) == (False, True)
        assert (streamed["prompt_tokens"], streamed["completion_tokens"]) == (333, 7)
        assert (streamed["model_name"], streamed["token_name"], streamed["username"]) == ("gpt-4o", "walk", "root")
        assert streamed["content"] == "倍率：2.50 × 1.00 × 4.00"
        assert quota - succeeded(admin.get("/api/user/self"))["quota"] == 87 + 903


@pytest.mark.parametrize(
    ("prompt", "completion", "group_ratio", "quota"),
    [(12, 5, 1, 3), (1, 0, 1, 1), (1000, 1000, Fraction(1, 2), 188)],
)
def test_the_charge_is_the_formula_rounded_up_once(
    operator: Operator, prompt: int, completion: int, group_ratio: Fraction, quota: int
) -> None:
    group = f"ratio{prompt}x{completion}"
    operator.option("GroupRatio", f'{{"{group}": {float(group_ratio)}}}')
    account = operator.account(group=group)
    operator.channel(group)
    assert account.chat(f"@@fake prompt_tokens={prompt} completion_tokens={completion}@@").status_code == 200
    (entry,) = account.settled(1)
    assert entry["quota"] == math.ceil((prompt + completion * 4) * MODEL_RATIO * group_ratio) == quota
    assert account.quota() == 10**9 - quota
    account.close()
