"""Writes ``providers/model_lists_today.json``: the models each provider sells, from the same map as the prices.

    python -m tools.make_models MAP.json DATE

The map is the one that ``make prices`` reads. Fine-tuned copies, regional copies and what has been retired
by the date of the map are left out.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parents[1] / "shared/gateway/providers/model_lists_today.json"

# Channel type to the map's names for the provider.
PROVIDERS: dict[int, tuple[str, ...]] = {
    1: ("openai", "text-completion-openai"),
    3: ("azure", "azure_ai"),
    14: ("anthropic",),
    16: ("zai", "bigmodel"),
    17: ("dashscope",),
    23: ("tencent",),
    24: ("gemini",),
    25: ("moonshot",),
    27: ("minimax",),
    28: ("mistral",),
    29: ("groq",),
    33: ("bedrock", "bedrock_converse"),
    35: ("cohere", "cohere_chat"),
    36: ("deepseek",),
    37: ("cloudflare",),
    39: ("together_ai",),
    40: ("volcengine",),
    41: ("novita",),
    42: (
        "vertex_ai-language-models",
        "vertex_ai-anthropic_models",
        "vertex_ai-llama_models",
        "vertex_ai-mistral_models",
        "vertex_ai-embedding-models",
    ),
    45: ("xai",),
    46: ("replicate",),
    49: ("dashscope",),
    51: ("gemini",),
    100: ("perplexity",),
    101: ("fireworks_ai", "fireworks_ai-embedding-models"),
    102: ("cerebras",),
    103: ("sambanova",),
    104: ("nvidia_nim",),
    110: ("jina_ai",),
    111: ("voyage",),
    112: ("vercel_ai_gateway",),
    113: ("bedrock_mantle",),
    116: ("deepinfra",),
}
MODES = {
    "chat",
    "completion",
    "responses",
    "embedding",
    "image_generation",
    "image_edit",
    "audio_transcription",
    "audio_speech",
    "rerank",
    "moderation",
}
COPIES = re.compile(
    r"(^|/)ft:|^(us|eu|apac|global|au|jp|us-gov|ca|sa|in|mx)[./]|\w+-\w+-\d/|^\d+-x-\d+/|"
    r"^(low|medium|high|hd|standard)/|\*|^@"
)


def names(entries: dict[str, Any], providers: tuple[str, ...], date: str) -> Iterator[str]:
    """The models of one provider, without its prefix, in the map's order."""
    for key, entry in entries.items():
        if entry.get("litellm_provider") not in providers or entry.get("mode") not in MODES:
            continue
        if (entry.get("deprecation_date") or "9999") < date:
            continue
        prefix, slash, rest = key.partition("/")
        name = rest if slash and prefix in {provider.split("-")[0] for provider in providers} else key
        if providers == ("cloudflare",) or not COPIES.search(name):
            yield name


def lists(entries: dict[str, Any], date: str) -> dict[str, Any]:
    """The whole file: what is on sale on a day, by channel type."""
    return {
        "source": "models on sale by channel type; written by tools/make_models.py, do not edit",
        "date": date,
        "models": {str(type_): sorted(set(names(entries, providers, date))) for type_, providers in PROVIDERS.items()},
    }


def main(path: str, date: str) -> None:
    found = lists(json.loads(Path(path).read_text("utf-8")), date)
    TARGET.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
