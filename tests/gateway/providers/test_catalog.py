"""The catalogue is complete: every row can be shown, addressed, signed for and spoken to."""

import json
import subprocess
import sys
from pathlib import Path
from typing import get_args
from urllib.parse import urlsplit

import pytest

from gateway.errors import NotFound
from gateway.outbound.openai.paths import PATHS, ROOT
from gateway.outbound.protocol import Operation
from gateway.outbound.registry import DIALECTS
from gateway.providers.catalog import PROVIDERS, models_of, owner_of, provider
from gateway.providers.catalog_rows.settings import RESPONSES
from gateway.providers.spec import AuthScheme, Exchange, Provider

NEWER = {
    "perplexity", "fireworks", "cerebras", "sambanova", "nvidia", "huggingface", "github", "vllm", "lmstudio",
    "llama.cpp", "jina", "voyage", "vercel",
}  # fmt: skip


def name_of(row: Provider) -> str:
    return row.name


def test_every_channel_type_of_one_api_has_its_row() -> None:
    assert set(range(1, 52)) <= set(PROVIDERS)
    assert all(row.id == id for id, row in PROVIDERS.items())


def test_what_one_api_lacks_is_there_from_100_on() -> None:
    assert {row.owner for row in PROVIDERS.values() if row.id >= 100} >= NEWER
    assert not [id for id in PROVIDERS if 51 < id < 100]


@pytest.mark.parametrize("id", PROVIDERS)
def test_a_row_is_whole(id: int) -> None:
    row = PROVIDERS[id]
    assert row.name and row.owner
    assert row.auth in get_args(AuthScheme)
    assert set(row.dialects) <= set(get_args(Operation))
    assert set(row.exchanges) <= set(row.dialects)
    assert set(row.exchanges.values()) <= set(get_args(Exchange))
    assert set(row.paths) <= set(row.dialects)
    assert row.dialects or row.id == 43
    assert all(setting.name and setting.label for setting in row.config)
    assert len({setting.name for setting in row.config}) == len(row.config)
    assert not row.base_url or urlsplit(row.base_url).scheme in ("http", "https", "wss")
    assert set(row.dialects.values()) <= set(DIALECTS)


@pytest.mark.parametrize("row", [row for row in PROVIDERS.values() if "responses" in row.operations], ids=name_of)
def test_whoever_offers_responses_can_be_told_to_answer_them_from_chat(row: Provider) -> None:
    assert RESPONSES in row.config


def test_a_row_says_once_where_the_version_stands() -> None:
    assert not [row.name for row in PROVIDERS.values() if row.base_url_has_version and row.api_root != ROOT]


@pytest.mark.parametrize("id", PROVIDERS)
def test_a_name_is_given_once(id: int) -> None:
    assert [row.id for row in PROVIDERS.values() if row.name == PROVIDERS[id].name] == [id]


def test_every_operation_has_a_path_and_somebody_who_offers_it() -> None:
    offered = {operation for row in PROVIDERS.values() for operation in row.dialects}
    assert offered == set(get_args(Operation)) == set(PATHS)


def test_an_unknown_type_says_where_to_look() -> None:
    with pytest.raises(NotFound, match="GET /api/providers"):
        provider(77)
    assert provider(0) is PROVIDERS[1]


def test_default_models_are_one_apis_and_todays() -> None:
    assert {"gpt-3.5-turbo", "gpt-5.1", "whisper-1"} <= set(models_of(1))
    assert models_of(2) == models_of(1)
    assert "claude-2.0" in models_of(14)
    assert models_of(43) == ()
    assert all(len(set(models_of(id))) == len(models_of(id)) for id in PROVIDERS)
    assert not [name for id in PROVIDERS for name in models_of(id) if name != name.strip() or not name]


def test_importing_the_catalogue_reads_no_list_of_models() -> None:
    program = (
        "from gateway.providers import catalog, model_lists;"
        "assert not model_lists.read.cache_info().currsize and catalog.models_of(1)"
    )
    shared = Path(__file__).parents[3] / "shared"
    subprocess.run([sys.executable, "-c", program], check=True, env={"PYTHONPATH": str(shared)})


def test_owners_are_one_apis() -> None:
    assert owner_of("claude-3-opus-20240229") == "aws"  # one-api answers with the last type that lists it
    assert owner_of("gemini-1.5-pro") == "geminiv2"
    assert owner_of("moonshot-v1-8k") == "moonshot"
    assert owner_of("sonar-pro") == "perplexity"
    assert owner_of("never-heard-of") == "custom"


def test_secrets_in_the_config_are_marked() -> None:
    secret = {setting.name for row in PROVIDERS.values() for setting in row.config if setting.secret}
    assert secret == {"ak", "sk", "vertex_ai_adc"}


FIXTURES = Path(__file__).parents[4] / "shared" / "fixtures" / "INDEX.jsonl"
# Channel type to the folder of its recordings and what their names begin with.
RECORDINGS: dict[int, tuple[str, tuple[str, ...]]] = {
    1: ("openai", ("",)), 3: ("azure", ("",)), 11: ("palm", ("",)), 14: ("anthropic", ("",)), 15: ("baidu", ("v1-",)),
    16: ("zhipu", ("",)), 17: ("alibaba", ("native-",)), 18: ("spark", ("ws-",)), 19: ("ai360", ("",)),
    20: ("openrouter", ("",)), 23: ("hunyuan", ("",)), 24: ("gemini", ("",)), 25: ("moonshot", ("",)),
    26: ("baichuan", ("",)), 27: ("minimax", ("",)), 28: ("mistral", ("",)), 29: ("groq", ("",)), 30: ("ollama", ("",)),
    31: ("lingyi", ("",)), 32: ("stepfun", ("",)), 33: ("bedrock", ("",)), 34: ("coze", ("",)), 35: ("cohere", ("",)),
    36: ("deepseek", ("",)), 37: ("cloudflare", ("",)), 38: ("deepl", ("",)), 39: ("together", ("",)),
    40: ("doubao", ("",)), 41: ("novita", ("",)), 42: ("vertex", ("",)), 44: ("siliconflow", ("",)), 45: ("xai", ("",)),
    46: ("replicate", ("",)), 47: ("baidu", ("v2-",)), 48: ("spark", ("http-",)), 49: ("alibaba", ("compat-",)),
}  # fmt: skip
REAL = {"REC", "REC-3P", "REC-EDITED", "SDK"}


@pytest.mark.conformance
@pytest.mark.parametrize("type", PROVIDERS)
def test_a_provider_counts_as_recorded_only_if_an_answer_of_it_was(type: int) -> None:
    if not FIXTURES.exists():
        pytest.skip("the recorded traffic does not lie beside the project")
    folder, prefixes = RECORDINGS.get(type, ("", ("",)))
    samples = [json.loads(line) for line in FIXTURES.read_text("utf-8").splitlines()]
    answers = [
        sample["slug"]
        for sample in samples
        if sample["provider"] == folder
        and sample["slug"].startswith(prefixes)
        and sample["cls"] in REAL
        and sample["kind"] not in ("error", "balance")
    ]
    assert (PROVIDERS[type].tier == "recorded") is bool(answers)
