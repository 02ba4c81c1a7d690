import asyncio
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from gateway.billing import encodings, token_counter
from gateway.billing.encodings import CL100K, O200K, P50K, R50K, RANK_FILES, RanksMissing, encoding, encoding_name
from gateway.billing.token_counter import Counter, pieces

TEXT = "Hello, 世界! The quick brown fox 🦊 jumps over 12345678 lazy dogs.\n\n  def f(x):\n\treturn x<|endoftext|>"


def installed() -> bool:
    try:
        return bool(encoding(R50K))
    except RanksMissing:
        return False


ranks = pytest.mark.skipif(not installed(), reason="the rank files are not installed: make ranks")


def user(content, **more):
    return {"messages": [{"role": "user", "content": content, **more}]}


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("gpt-4o", O200K),
        ("gpt-4o-mini", O200K),
        ("chatgpt-4o-latest", CL100K),
        ("o1", CL100K),
        ("o3-mini", CL100K),
        ("gpt-4", CL100K),
        ("claude-3-opus-20240229", CL100K),
        ("text-davinci-003", P50K),
        ("text-davinci-edit-001", P50K),
        ("davinci", R50K),
        ("gpt-4.1", O200K),
        ("gpt-5.4", O200K),
        ("gpt-6-sol", O200K),
        ("o4-mini", O200K),
        ("gpt-4o-2099-01-01", O200K),
        ("claude-opus-5-5", CL100K),
        ("nobody-knows-it", CL100K),
    ],
)
def test_a_name_of_one_apis_table_keeps_its_encoding_and_newer_models_have_their_own(model, name):
    assert encoding_name(model) == name


@ranks
@pytest.mark.parametrize(
    ("model", "count"),
    [("gpt-4", 44), ("gpt-4o", 41), ("text-davinci-003", 48), ("davinci", 48), ("text-davinci-edit-001", 48)],
)
def test_a_text_counts_as_recorded_for_each_encoding(model, count):
    assert Counter(model).prompt(user(TEXT)) == count


@ranks
@pytest.mark.parametrize(
    ("body", "count"),
    [
        (user("hi"), 8),
        ({"messages": [{"role": "system", "content": "hi"}, {"role": "user", "content": "hi"}]}, 13),
        (user("hi", name="bob"), 10),
        (user(None), 7),
        (user([{"type": "text", "text": "hi"}]), 8),
        (user([{"type": "input_audio", "input_audio": {"data": "AAAA"}}]), 7),
        (user([{"type": "image_url", "image_url": {"url": "https://example.com/x", "detail": "low"}}]), 92),
        (user([{"type": "image_url", "image_url": {"url": 3}}, "text", {"type": "text", "text": 3}, None]), 7),
        (user(5), 7),
        ({"messages": ["x", None]}, 9),
        ({"messages": []}, 3),
        ({"prompt": "hi"}, 1),
        ({"prompt": ["hi", "hi"]}, 0),
        ({"input": "hi"}, 1),
        ({"input": [[1, 2]]}, 0),
        ({}, 0),
    ],
)
def test_a_request_counts_as_one_api_counts_it(body, count):
    assert Counter("gpt-4o").prompt(body) == count


@ranks
def test_the_oldest_chat_model_has_its_own_envelope():
    assert Counter("gpt-3.5-turbo-0301").prompt(user("hi", name="bob")) == 4 + 1 + 1 + 1 - 1 + 3


@ranks
@pytest.mark.parametrize(
    ("value", "count"), [("hi", 1), (["hi", "hi"], 2), ([1, 2, 3], 3), ([[1, 2], [3]], 3), (None, 0), (5, 1)]
)
def test_inputs_count_in_all_their_forms(value, count):
    assert Counter("gpt-4o").inputs(value) == count


@ranks
def test_an_answer_counts_its_text_its_reasoning_and_its_tool_calls():
    call = {"id": "c", "type": "function", "function": {"name": "hi", "arguments": "hi"}}
    message = {"content": "hi", "reasoning_content": "hi", "tool_calls": [call, None, {"function": 3}]}
    assert Counter("gpt-4o").answer(message) == 4
    assert Counter("gpt-4o").answer({"content": None, "tool_calls": "x"}) == 0


@ranks
def test_half_a_surrogate_pair_counts_instead_of_failing():
    assert Counter("gpt-4o").text("a\ud83e") > 0


@pytest.mark.parametrize(("text", "count"), [("", 0), ("hi", 0), ("x" * 100, 38), ("世" * 10, 11)])
def test_approximate_counting_is_a_share_of_the_bytes(text, count):
    assert Counter("gpt-4o", approximate=True).text(text) == count


def test_without_rank_files_the_count_is_approximate_and_says_why(monkeypatch):
    def missing(name):
        raise RanksMissing(f"the rank file of {name} is not installed; run make ranks")

    monkeypatch.setattr("gateway.billing.token_counter.encoding", missing)
    counter = Counter("gpt-4o")
    assert counter.text("x" * 100) == 38
    assert "make ranks" in counter.problem


def test_a_missing_or_damaged_rank_file_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(encodings.data, "read", lambda name: (tmp_path / name).read_bytes())
    with pytest.raises(RanksMissing, match="not installed"):
        encodings.encoding.__wrapped__(CL100K)
    (tmp_path / "ranks").mkdir()
    (tmp_path / "ranks" / "cl100k_base.tiktoken").write_bytes(b"AA== 0\n")
    with pytest.raises(RanksMissing, match="damaged"):
        encodings.encoding.__wrapped__(CL100K)


def test_patterns_and_digests_are_tiktokens_own(monkeypatch):
    from tiktoken_ext import openai_public

    seen = {}

    def load(_url, expected_hash):
        seen["hash"] = expected_hash
        return {}

    monkeypatch.setattr(openai_public, "load_tiktoken_bpe", load)
    for name, known in RANK_FILES.items():
        made = getattr(openai_public, name)()
        assert (made["pat_str"], seen["hash"]) == (known.pattern, known.sha256)


GOLDEN = Path(__file__).resolve().parents[4] / "shared/golden/oneapi-relay.json"

# Recorded answers whose prompt one-api counted itself, because their provider reported nothing it reads.
COUNTED = {
    *("type24: full", "type24: full 2.0-flash sysinst", "type24: gemini-pro schema", "type24: no parts"),
    *("type24: functions legacy", "type51: simple", "type23: stream", "type34: stream", "type37: chat"),
    *("type42: gemini", "type42: gemini stream url", "model-mapping-1", "model-mapping-2"),
    *(f"openai-core-{n}" for n in (14, 15, 17, 18, 19, 26)),
}


@ranks
@pytest.mark.conformance
@pytest.mark.skipif(not GOLDEN.exists(), reason="the recorded exchanges are not beside the project")
def test_prompts_count_as_one_api_counted_them():
    seen = 0
    for vector in json.loads(GOLDEN.read_text("utf-8"))["vectors"]:
        if vector["name"] in COUNTED or vector["name"].split(" ")[0] in COUNTED:
            (row,) = vector["log_rows"]
            assert Counter(row["model_name"]).prompt(vector["request"]["json"]) == row["prompt_tokens"], vector["name"]
            seen += 1
    assert seen == len(COUNTED)


def test_importing_billing_reads_no_table_and_loads_no_tokenizer():
    program = (
        "import sys; from gateway.billing import audio_duration, charging, data, estimate, pricing, token_counter;"
        "assert not {'tiktoken', 'tinytag'} & sys.modules.keys();"
        "assert not data.prices.cache_info().currsize and not data.ratios.cache_info().currsize"
    )
    shared = Path(__file__).resolve().parents[3] / "shared"
    subprocess.run([sys.executable, "-c", program], check=True, env={"PYTHONPATH": str(shared)})


@ranks
@pytest.mark.parametrize("model", ["gpt-4o", "gpt-4", "text-davinci-003", "davinci"])
def test_a_long_text_is_counted_in_pieces_and_comes_to_the_same(model):
    text = TEXT * 1_500
    assert len(list(pieces(text))) > 2 and "".join(pieces(text)) == text
    whole = encoding(encoding_name(model)).encode_ordinary(text)
    assert Counter(model).text(text) == len(whole)


@ranks
@pytest.mark.parametrize("blank", [" ", "\t", "\n"])
def test_a_million_blanks_are_counted_where_the_tokenizer_alone_would_panic(blank):
    assert 0 < Counter("gpt-4o").text(blank * 1_002_000 + "x") < 400_000


@ranks
@pytest.mark.parametrize("run", [" ", "\t", "\n", "a", "!", "1", "\u00a0", "字", " \n"])
@pytest.mark.parametrize("model", ["gpt-4", "gpt-4o", "text-davinci-003"])
def test_a_run_of_a_million_is_counted_without_panic_and_soon(run: str, model: str) -> None:
    counter = Counter(model)
    before = time.process_time()
    assert counter.text(run * 1_010_000 + "x") > 0
    assert time.process_time() - before < 10


@ranks
def test_what_is_cut_counts_as_what_is_whole() -> None:
    text = "".join(f"Sentence {number}, isn't it long; and 世界 as well.\n" for number in range(4000))
    assert len(text) > 3 * token_counter.PIECE
    assert Counter("gpt-4o").text(text) == len(encoding(O200K).encode_ordinary(text))


@ranks
def test_beyond_the_most_that_is_counted_exactly_it_is_guessed() -> None:
    counter = Counter("gpt-4o")
    exact = counter.text("word " * 200_000)
    assert (exact, counter.problem) == (200_001, "")
    assert counter.text("x" * 100) == 38
    assert "more than" in counter.problem


@ranks
def test_many_tiny_texts_cost_no_more_work_than_a_long_one() -> None:
    counter = Counter("gpt-4o")
    counter.inputs(["a"] * 100_000)
    assert counter.approximate


def test_a_tokenizer_that_panics_is_done_without(monkeypatch: pytest.MonkeyPatch) -> None:
    class PanicException(BaseException):
        """As pyo3 raises it."""

    def panics(name: str) -> Any:
        raise PanicException("backtrack limit")

    monkeypatch.setattr(token_counter, "encoding", panics)
    counter = Counter("gpt-4o")
    assert counter.text("x" * 100) == 38
    assert "backtrack limit" in counter.problem


@pytest.mark.parametrize("ending", [KeyboardInterrupt, SystemExit, asyncio.CancelledError])
def test_what_ends_the_process_is_no_panic(monkeypatch: pytest.MonkeyPatch, ending: type[BaseException]) -> None:
    def ends(name: str) -> Any:
        raise ending

    monkeypatch.setattr(token_counter, "encoding", ends)
    with pytest.raises(ending):
        Counter("gpt-4o").text("x")
