"""Fixture files of the client dialects, and what is made of them.

``requests/NAME.json`` of a dialect holds ``ask`` (what a client sends), ``canonical`` (what we understand),
``openai`` (what a provider with OpenAI's API is asked, or ``unsupported``), and ``home`` where the models' own dialect
is not asked for the very same thing.
"""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gateway.errors import BadRequest
from gateway.outbound.base import Ask, Media, Unsupported
from gateway.outbound.registry import dialect
from relay.inbound.anthropic import AnthropicMessages
from relay.inbound.base import Inbound, Parsed, Raw
from relay.inbound.gemini import GeminiContent
from relay.inbound.responses import OpenAiResponses

Json = dict[str, Any]
HERE = Path(__file__).parent


@dataclass(frozen=True)
class Client:
    """A client dialect: how it is read, and the provider dialect and model at home in it."""

    inbound: Inbound
    home: str
    model: str


CLIENTS = {
    "anthropic": Client(AnthropicMessages(), "anthropic", "claude-3-7-sonnet-20250219"),
    "gemini": Client(GeminiContent(streamed=False), "gemini", "gemini-3-pro-preview"),
    "responses": Client(OpenAiResponses(), "", ""),
}


def names(client: str, kind: str) -> list[str]:
    """The fixtures of a client."""
    return sorted(path.stem for path in (HERE / client / kind).glob("*.json"))


def read(client: str, kind: str, name: str) -> Json:
    """One of them."""
    return json.loads((HERE / client / kind / f"{name}.json").read_text("utf-8"))


def parsed(client: str, ask: Json, model: str = "alias", headers: Json | None = None) -> Parsed:
    """The request understood, as a chat."""
    raw = Raw(body=json.dumps(ask).encode(), path={"model": model}, headers=headers or {})
    found = CLIENTS[client].inbound.parse(raw)
    return found.fallback() if found.fallback else found


def understood(client: str, ask: Json) -> Json:
    """The canonical body, or the refusal."""
    try:
        return parsed(client, ask).body
    except Unsupported as refusal:
        return {"unsupported": refusal.message, "param": refusal.param}
    except BadRequest as refusal:
        return {"bad": refusal.message, "param": refusal.param}


def asked(client: str, ask: Json, provider: str, model: str) -> Json:
    """The body that a provider's dialect sends for this request, or the refusal."""
    return sent(parsed(client, ask), provider, model)


def sent(found: Parsed, provider: str, model: str) -> Json:
    """The same for a request that was understood already."""
    try:
        body = found.body_for(provider, model)
        made = Ask(operation="chat", body=body, model=model, requested_model="alias", stream=found.stream)
        media = {url: Media(type="image/png", data=b"fetched") for url in dialect(provider).media_urls(made)}
        return json.loads(dialect(provider).request(replace(made, media=media)).body)
    except Unsupported as refusal:
        return {"unsupported": refusal.message, "param": refusal.param}


def at_home(client: str, ask: Json) -> Json:
    """What the models' own dialect is asked when the request has gone through canonical form."""
    about = CLIENTS[client]
    body = asked(client, ask, about.home, about.model)
    return {**body, "model": ask["model"]} if "model" in ask and "unsupported" not in body else body
