"""What model names say about Claude, Gemini and Bedrock."""

import pytest

from gateway.outbound.anthropic import models as anthropic_models
from gateway.outbound.bedrock import models as bedrock_models
from gateway.outbound.gemini import models as gemini_models
from gateway.outbound.gemini.media import aspect_ratio


@pytest.mark.parametrize(
    ("model", "version"),
    [
        ("claude-instant-1.2", (1, 2)),
        ("claude-2.1", (2, 1)),
        ("anthropic.claude-v2:1", (2, 0)),
        ("anthropic.claude-instant-v1", (1, 0)),
        ("claude-3-haiku-20240307", (3, 0)),
        ("claude-3-7-sonnet-20250219", (3, 7)),
        ("claude-3-7-sonnet@20250219", (3, 7)),
        ("claude-sonnet-4-20250514", (4, 0)),
        ("claude-opus-4-1@20250805", (4, 1)),
        ("us.anthropic.claude-haiku-4-5-20251001-v1:0", (4, 5)),
        ("claude-opus-4.6", (4, 6)),
        ("claude-opus-5", (5, 0)),
        ("claude-fable-5-2", (5, 2)),
        ("claude-mythos-preview", (99, 0)),
    ],
)
def test_the_version_of_a_claude_model_is_read_from_any_of_its_names(model: str, version: tuple[int, int]) -> None:
    assert anthropic_models.version(model) == version


@pytest.mark.parametrize(
    ("model", "version"),
    [
        ("gemini-pro", (1, 0)),
        ("gemini-exp-1206", (2, 0)),
        ("gemini-1.5-pro-002", (1, 5)),
        ("models/gemini-2.0-flash", (2, 0)),
        ("gemini-2.5-flash-lite", (2, 5)),
        ("gemini-3-pro-preview", (3, 0)),
        ("gemini-3.1-pro-preview", (3, 1)),
        ("gemini-flash-latest", (99, 0)),
    ],
)
def test_the_version_of_a_gemini_model_is_read_from_its_name(model: str, version: tuple[int, int]) -> None:
    assert gemini_models.version(model) == version


def test_every_id_on_bedrock_is_one() -> None:
    for name, id in bedrock_models.IDS.items():
        assert bedrock_models.model_id(name) == id
        assert bedrock_models.model_id(id) == id, "an id is not mapped again"
        assert bedrock_models.path(name, "converse") == f"/model/{id.replace(':', '%3A')}/converse"


@pytest.mark.parametrize(
    ("size", "ratio"),
    [
        ("1024x1024", "1:1"),
        ("1792x1024", "16:9"),
        ("1024x1792", "9:16"),
        ("1536x1024", "4:3"),
        ("1024x1536", "3:4"),
        ("21:9", "21:9"),
        ("auto", None),
        ("", None),
        ("0x0", None),
        ("x", None),
    ],
)
def test_a_size_becomes_the_nearest_ratio(size: str, ratio: str | None) -> None:
    assert aspect_ratio(size) == ratio
