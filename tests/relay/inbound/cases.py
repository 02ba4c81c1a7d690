"""Fixture files of the client dialects, and what is made of them.

``requests/NAME.json`` of a dialect holds ``request`` (what a client sends), ``canonical`` (what we understand),
``openai`` (what a provider with OpenAI's API is asked, or ``unsupported``), and ``home`` where the models' own dialect
is not asked for the very same thing.
"""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gateway.errors import BadRequest
from gateway.outbound.protocol import Media, ProviderRequest, Unsupported
from gateway.outbound.registry import dialect
from relay.inbound.anthropic.dialect import AnthropicMessages
from relay.inbound.gemini.dialect import GeminiContent
from relay.inbound.protocol import Inbound, ParsedRequest, RawRequest
from relay.inbound.responses.dialect import OpenAiResponses

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


def parsed(client: str, request: Json, model: str = "alias", headers: Json | None = None) -> ParsedRequest:
    """The request understood, as a chat."""
    raw = RawRequest(body=json.dumps(request).encode(), path={"model": model}, headers=headers or {})
    found = CLIENTS[client].inbound.parse(raw)
    return found.fallback(found) if found.fallback else found


def understood(client: str, request: Json) -> Json:
    """The canonical body, or the refusal."""
    try:
        return parsed(client, request).body
    except Unsupported as refusal:
        return {"unsupported": refusal.message, "param": refusal.param}
    except BadRequest as refusal:
        return {"bad": refusal.message, "param": refusal.param}


def asked(client: str, request: Json, provider: str, model: str) -> Json:
    """The body that a provider's dialect sends for this request, or the refusal."""
    return sent(parsed(client, request), provider, model)


def sent(found: ParsedRequest, provider: str, model: str) -> Json:
    """The same for a request that was understood already."""
    try:
        body = found.body_for(provider, model)
        made = ProviderRequest(operation="chat", body=body, model=model, requested_model="alias", stream=found.stream)
        media = {url: Media(type="image/png", data=b"fetched") for url in dialect(provider).media_urls(made)}
        return json.loads(dialect(provider).request(replace(made, media=media)).body)
    except Unsupported as refusal:
        return {"unsupported": refusal.message, "param": refusal.param}


def at_home(client: str, request: Json) -> Json:
    """What the models' own dialect is asked when the request has gone through canonical form."""
    about = CLIENTS[client]
    body = asked(client, request, about.home, about.model)
    return {**body, "model": request["model"]} if "model" in request and "unsupported" not in body else body
