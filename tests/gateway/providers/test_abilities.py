"""What models can do, from the map that their prices come from."""

import pytest

from gateway.providers.abilities import abilities_of, dialects_of


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("gpt-4o", ["chat", "tools", "vision"]),
        ("o3", ["chat", "reasoning", "tools", "vision"]),
        ("text-embedding-3-small", ["embeddings"]),
        ("dall-e-3", ["images"]),
        ("whisper-1", ["transcription"]),
        ("tts-1", ["speech"]),
        ("nobodys-model", []),
    ],
)
def test_a_model_does_one_thing_and_can_others(model: str, expected: list[str]) -> None:
    assert abilities_of(model, 1) == expected


def test_chats_are_asked_in_every_dialect_and_pictures_in_one() -> None:
    assert dialects_of(["chat", "vision"]) == dialects_of([]) == ["openai", "responses", "anthropic", "gemini"]
    assert dialects_of(["embeddings"]) == ["openai", "gemini"]
    assert dialects_of(["images"]) == ["openai"]
