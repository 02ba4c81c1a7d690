"""Providers of the made-up gateway: they answer in three dialects, and some of them fail."""

import asyncio
import json
from dataclasses import dataclass
from random import Random
from typing import Any

from aiohttp import web

ANSWER = (
    "A ledger that keeps a hold for every open request never owes more than it has: "
    "the worst case is taken first, and the rest is given back."
)
Json = dict[str, Any]


@dataclass(slots=True, kw_only=True)
class MadeUpProvider:
    """``failing``: the share of requests that come to nothing, with ``status``; ``slow``: seconds to an answer."""

    name: str
    failing: float = 0.0
    status: int = 503
    slow: float = 1.0
    _server: web.Server | None = None
    _answered: int = 0

    def listening(self, *, tests: bool = False) -> asyncio.Protocol:
        """A connection."""
        self._server = self._server or web.Server(self._answer)  # pyright: ignore[reportArgumentType]
        return self._server()

    async def _answer(self, request: web.Request) -> web.StreamResponse:  # pyright: ignore
        if request.method == "GET":
            return web.json_response({"object": "list", "data": []})
        body = await request.json()
        self._answered += 1
        chance = Random(f"{self.name} {self._answered}")  # noqa: S311 (the same business each time)
        await asyncio.sleep(self.slow * chance.uniform(0.3, 1.2))
        if chance.random() < self.failing:
            said = {401: "Incorrect API key provided.", 429: "Rate limit reached for requests."}
            message = said.get(self.status, "The engine is currently overloaded, please try again later.")
            return web.json_response({"error": {"message": message, "type": "error"}}, status=self.status)
        prompt = round(chance.lognormvariate(8.8, 0.9))
        tokens = (prompt, round(prompt * chance.choice([0, 0, 0.4, 0.8])), round(chance.lognormvariate(6.4, 0.7)))
        if request.path.endswith("/messages"):
            return web.json_response(_claude(body, tokens))
        if "generateContent" in request.path:
            return web.json_response(_gemini(tokens))
        if body.get("stream"):
            return await _streamed(request, body, tokens)
        return web.json_response(_openai(body, tokens))


Tokens = tuple[int, int, int]  # of the prompt, those of it that were cached, of the answer


def _usage(tokens: Tokens) -> Json:
    prompt, cached, answer = tokens
    details = {"prompt_tokens_details": {"cached_tokens": cached}} if cached else {}
    return {"prompt_tokens": prompt, "completion_tokens": answer, "total_tokens": prompt + answer, **details}


def _openai(body: Json, tokens: Tokens) -> Json:
    message = {"role": "assistant", "content": ANSWER}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    head = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": body["model"]}
    return head | {"choices": [choice], "usage": _usage(tokens)}


def _claude(body: Json, tokens: Tokens) -> Json:
    prompt, cached, answer = tokens
    usage = {"input_tokens": prompt - cached, "cache_read_input_tokens": cached, "output_tokens": answer}
    head = {"id": "msg_1", "type": "message", "role": "assistant", "model": body["model"]}
    return head | {"content": [{"type": "text", "text": ANSWER}], "stop_reason": "end_turn", "usage": usage}


def _gemini(tokens: Tokens) -> Json:
    prompt, cached, answer = tokens
    usage = {"promptTokenCount": prompt, "candidatesTokenCount": answer, "totalTokenCount": prompt + answer}
    content = {"role": "model", "parts": [{"text": ANSWER}]}
    candidate = {"content": content, "finishReason": "STOP", "index": 0}
    return {"candidates": [candidate], "usageMetadata": usage | {"cachedContentTokenCount": cached}}


async def _streamed(request: web.Request, body: Json, tokens: Tokens) -> web.StreamResponse:
    response = web.StreamResponse(headers={"content-type": "text/event-stream"})
    response.enable_chunked_encoding()
    await response.prepare(request)
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": body["model"]}
    words = {"index": 0, "delta": {"role": "assistant", "content": ANSWER}, "finish_reason": None}
    ended = {"index": 0, "delta": {}, "finish_reason": "stop"}
    for event in ({"choices": [words]}, {"choices": [ended]}, {"choices": [], "usage": _usage(tokens)}):
        await response.write(f"data: {json.dumps(head | event)}\n\n".encode())
        await asyncio.sleep(0.4)
    await response.write(b"data: [DONE]\n\n")
    await response.write_eof()
    return response
