"""What callers speak: where each asks, how it shows its key, where text and errors are in what it gets."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
CHAT_MODEL, VECTOR_MODEL = "gpt-4o-mini", "text-embedding-3-small"


@dataclass(frozen=True, slots=True)
class Dialect:
    """``end`` is what a stream's last event has in it; empty where there are no streams."""

    name: str
    path: str
    asked: Callable[[str], Json]
    text: Callable[[Json], str]
    error: Callable[[Json], str]
    credentials: Callable[[str], dict[str, str]]
    end: str = ""
    streamed_path: str = ""

    def request(self, text: str, *, stream: bool = False, model: str = "") -> tuple[str, Json]:
        """Path and body."""
        body = self.asked(text)
        if self.streamed_path:  # the model and whether to stream are in the address
            path = self.streamed_path if stream else self.path
            return path.format(model=model or CHAT_MODEL), body
        return self.path, body | ({"model": model} if model else {}) | ({"stream": True} if stream else {})


def _bearer(key: str) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"}


def _messages(text: str) -> Json:
    return {"model": CHAT_MODEL, "messages": [{"role": "user", "content": text}]}


def _openai_error(body: Json) -> str:
    error = body["error"]
    return error["message"] if {"type", "code"} <= error.keys() else ""


def _anthropic_error(body: Json) -> str:
    return body["error"]["message"] if body["type"] == "error" and body["error"]["type"] else ""


def _gemini_error(body: Json) -> str:
    return body["error"]["message"] if body["error"]["status"].isupper() else ""


DIALECTS = (
    Dialect(
        name="OpenAI chat",
        path="/v1/chat/completions",
        asked=_messages,
        text=lambda body: body["choices"][0]["message"]["content"],
        error=_openai_error,
        credentials=_bearer,
        end="[DONE]",
    ),
    Dialect(
        name="OpenAI Responses",
        path="/v1/responses",
        asked=lambda text: {"model": CHAT_MODEL, "input": text},
        text=lambda body: body["output"][-1]["content"][0]["text"],
        error=_openai_error,
        credentials=_bearer,
        end="response.completed",
    ),
    Dialect(
        name="Anthropic",
        path="/v1/messages",
        asked=lambda text: _messages(text) | {"max_tokens": 100},
        text=lambda body: body["content"][0]["text"],
        error=_anthropic_error,
        credentials=lambda key: {"x-api-key": key, "anthropic-version": "2023-06-01"},
        end="message_stop",
    ),
    Dialect(
        name="Gemini",
        path="/v1beta/models/{model}:generateContent",
        streamed_path="/v1beta/models/{model}:streamGenerateContent?alt=sse",
        asked=lambda text: {"contents": [{"role": "user", "parts": [{"text": text}]}]},
        text=lambda body: body["candidates"][0]["content"]["parts"][0]["text"],
        error=_gemini_error,
        credentials=lambda key: {"x-goog-api-key": key},
        end='"STOP"',
    ),
)
EMBEDDINGS = Dialect(
    name="OpenAI embeddings",
    path="/v1/embeddings",
    asked=lambda text: {"model": VECTOR_MODEL, "input": text},
    text=lambda body: str(body["data"][0]["embedding"]),
    error=_openai_error,
    credentials=_bearer,
)
