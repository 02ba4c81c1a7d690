"""A LiteLLM comes along: deployments as channels, teams as groups, budgets as limits, and keys that are made anew."""

import csv
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from gateway.security.credentials import hash_key
from gateway.store.accounts import tokens, users
from gateway.store.accounts.bootstrap import first_start
from gateway.store.channels import channels
from gateway.store.client.lookup import item_at
from gateway.store.context import Store
from gateway.store.schema.items import TokenItem
from gateway.store.schema.tables import token_marker
from gateway.store.settings import options
from tests.support.tables import Stack
from tests.tools.migrate.conftest import audited
from tools.migrate.findings import Report
from tools.migrate.handing import HandedOut
from tools.migrate.run import prepare, run
from tools.migrate.sources.litellm import LiteLlm
from tools.migrate.sources.litellm_config import read_config

AZURE = {
    "api_base": "https://eu.openai.azure.com",
    "api_key": "os.environ/AZURE_KEY",
    "api_version": "2024-10-21",
}
MODELS: list[tuple[str, dict[str, Any]]] = [
    ("gpt-4o", {"model": "azure/my-deployment", **AZURE}),
    ("gpt-4o-mini", {"model": "azure/mini", **AZURE}),
    ("gpt-4o", {"model": "gpt-4o", "api_key": "os.environ/UNSET"}),
    (
        "claude",
        {
            "model": "anthropic/claude-sonnet-4-5",
            "api_key": "sk-ant",
            "input_cost_per_token": 0.000004,
            "output_cost_per_token": 0.00002,
        },
    ),
    ("local", {"model": "hosted_vllm/llama", "api_base": "http://vllm:8000/v1"}),
    ("own", {"model": "openai/own", "api_base": "http://own/v1", "api_key": "k"}),
    (
        "claude-aws",
        {
            "model": "bedrock/converse/anthropic.claude-v2",
            "aws_access_key_id": "AK",
            "aws_secret_access_key": "SK",
            "aws_region_name": "us-east-1",
        },
    ),
    ("*", {"model": "openai/*", "api_key": "k2"}),
    ("odd", {"model": "watsonx/odd", "api_key": "k3"}),
]
CONFIG = {
    "model_list": [{"model_name": name, "litellm_params": params} for name, params in MODELS],
    "router_settings": {"num_retries": 2},
    "general_settings": {"master_key": "sk-1234"},
}
KNOWN = {"AZURE_KEY": "azure-secret"}
HASHES = [hashlib.sha256(f"sk-{number}".encode()).hexdigest() for number in range(4)]
TABLES: dict[str, list[dict[str, Any]]] = {
    "LiteLLM_UserTable": [
        {
            "user_id": "u1",
            "user_email": "ann@example.com",
            "user_alias": "ann",
            "teams": ["t1"],
            "max_budget": 10.0,
            "spend": 4.0,
        },
        {"user_id": "u2", "user_alias": "ben", "teams": [], "max_budget": 5, "budget_duration": "30d", "spend": 1.5},
    ],
    "LiteLLM_TeamTable": [
        {
            "team_id": "t1",
            "team_alias": "research",
            "models": ["gpt-4o"],
            "rpm_limit": 60,
            "max_budget": 100,
            "budget_duration": "1mo",
        }
    ],
    "LiteLLM_BudgetTable": [{"budget_id": "b1", "max_budget": 2.0, "budget_duration": "1d"}],
    "LiteLLM_VerificationToken": [
        {
            "token": HASHES[0],
            "key_alias": "ann's",
            "user_id": "u1",
            "team_id": "t1",
            "models": [],
            "spend": 0.5,
            "tpm_limit": 1000,
        },
        {"token": HASHES[1], "key_alias": "capped", "user_id": "u2", "models": ["claude"], "max_budget": 3, "spend": 1},
        {
            "token": HASHES[2],
            "key_alias": "team's",
            "team_id": "t1",
            "budget_id": "b1",
            "expires": "2027-01-01T00:00:00Z",
        },
        {"token": HASHES[3], "key_alias": "blocked", "blocked": True, "max_budget": 1, "budget_duration": "17h"},
    ],
}


@pytest.fixture
def litellm(tmp_path: Path) -> LiteLlm:
    (tmp_path / "config.yaml").write_text(json.dumps(CONFIG))  # YAML, too
    for name, rows in TABLES.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(rows))
    return LiteLlm(read_config(tmp_path / "config.yaml"), tmp_path, lambda name: KNOWN.get(name, ""))


@pytest.fixture
def handed(tmp_path: Path) -> Path:
    return tmp_path / "moving" / "keys.csv"


def bring(litellm: LiteLlm, store: Store, handed: Path) -> Report:
    move = prepare(litellm, store, "litellm", applying=True)
    move.quiet, move.handed = True, HandedOut(handed)
    return run(move)


def listed(path: Path) -> dict[str, str]:
    with path.open(newline="") as file:
        return {row["name"]: row["key"].removeprefix("sk-") for row in csv.DictReader(file)}


def test_keys_are_made_anew_once_and_handed_out(litellm: LiteLlm, store: Store, tables: Stack, handed: Path) -> None:
    first_start(tables.settings(), root_password="correct horse")
    report = bring(litellm, store, handed)
    assert report.of("differs") == []
    keys = listed(handed)
    assert set(keys) == {"ann's", "capped", "team's", "blocked"}
    assert handed.stat().st_mode & 0o077 == 0
    for key in keys.values():
        assert item_at(TokenItem, token_marker(hash_key(key)), 0) is not None
    again = bring(litellm, store, handed)
    assert (sum(again.moved.values()), listed(handed)) == (0, keys)
    assert audited(tables).differences == []


def test_budgets_are_balances_limits_and_ends(litellm: LiteLlm, store: Store, tables: Stack, handed: Path) -> None:
    first_start(tables.settings(), root_password="correct horse")
    report = bring(litellm, store, handed)
    ann, ben = users.named(store, "ann"), users.named(store, "ben")
    assert ann is not None
    assert ben is not None
    assert (ann.quota, ann.used_quota, ann.group, ben.group) == (3_000_000, 2_000_000, "research", "default")
    assert json.loads(ben.limits) == [{"what": "quota", "window": "month", "most": 2_500_000}]
    found = {}
    for key in listed(handed).values():
        marker = item_at(TokenItem, token_marker(hash_key(key)), 0)
        assert marker is not None
        row = tokens.get(store, marker.user_id, marker.token_id)
        assert row is not None
        found[row.name] = row
    assert (found["capped"].remain_quota, found["capped"].models) == (1_000_000, "claude")
    assert (found["ann's"].models, found["ann's"].unlimited_quota) == ("gpt-4o", True)
    assert json.loads(found["team's"].limits) == [{"what": "quota", "window": "day", "most": 1_000_000}]
    assert (found["team's"].expired_time, found["blocked"].status) == (1_798_761_600, 2)
    assert any("17h" in finding.what for finding in report.of("changed"))
    limits = json.loads(options.current(store)["GroupLimits"])
    assert limits["research"][0] == {"what": "requests", "window": "minute", "most": 60}


def test_deployments_are_channels_of_our_providers(litellm: LiteLlm, store: Store, tables: Stack, handed: Path) -> None:
    first_start(tables.settings(), root_password="correct horse")
    report = bring(litellm, store, handed)
    rows = {row.models: row for row in channels.every(store)}
    azure = rows["gpt-4o,gpt-4o-mini"]
    assert (azure.type, azure.base_url, azure.group) == (3, "https://eu.openai.azure.com", "default,research")
    assert channels.opened(store, azure) == "azure-secret"
    assert json.loads(azure.model_mapping) == {"gpt-4o": "my-deployment", "gpt-4o-mini": "mini"}
    assert (rows["gpt-4o"].status, rows["claude"].type, rows["local"].base_url) == (2, 14, "http://vllm:8000")
    assert (rows["own"].type, rows["own"].base_url, rows["claude-aws"].type) == (50, "http://own/v1", 33)
    assert "SK" not in rows["claude-aws"].config
    said = [finding.what for finding in report.findings]
    assert any("UNSET" in words for words in said)
    assert any("watsonx" in words for words in said)
    assert any("stands for many" in words for words in said)
    prices = json.loads(options.current(store)["ModelPrice"])
    assert prices == {"claude": {"input": 2.0, "output": 10.0}}
