"""Recorded exchanges of one-api, replayed at our gateway and put side by side with what one-api did."""

import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from aiohttp import web

from tests.gateway.outbound.test_claude_and_google_golden import RENAMED

Json = dict[str, Any]
HERE = Path(__file__).parent
GOLDEN = HERE.parents[2] / "shared" / "golden" / "oneapi-relay.json"
DIFFERENCES: dict[str, dict[str, str]] = json.loads((HERE / "golden_differences.json").read_text("utf-8"))

_OLD_HOST = "http://127.0.0.1:9999"
_SIGNED = {16, 18, 23, 42}  # their credentials hold the time of day


def vectors() -> dict[str, Json]:
    """By name and, where a name was given twice, number."""
    found = json.loads(GOLDEN.read_text("utf-8"))["vectors"] if GOLDEN.exists() else []
    return {f"{at} {vector['name']}": vector for at, vector in enumerate(found)}


def channel_of(vector: Json, host: str, service_account: Json) -> Json:
    """The channel as it is made here; ``host`` plays the vector's script."""
    recorded: Json = vector["channel"] or {"type": 43, "key": "RAWKEY", "models": "proxy", "config": "{}"}
    base_url = host + recorded.get("base_url", "").removeprefix(_OLD_HOST)
    config = json.loads(recorded.get("config") or "{}")
    if recorded["type"] == 35:
        config["api_version"] = "v1"  # the only one that one-api speaks
    if recorded["type"] == 42:
        config["vertex_ai_adc"] = json.dumps(service_account | {"token_uri": f"{host}/google-token"})
    kept = {name: recorded[name] for name in ("type", "key", "models", "model_mapping", "other") if recorded.get(name)}
    return kept | {"base_url": base_url, "config": json.dumps(config)}


class Script:
    """Plays the scripts of all vectors; ``{url}/{number}`` is the base address of one."""

    def __init__(self, found: dict[str, Json]) -> None:
        self._vectors = list(found.values())
        self.asked: dict[int, list[Json]] = {}

    async def answer(self, request: web.Request) -> web.StreamResponse:
        number = int(request.rel_url.raw_path.split("/")[1])
        path = request.raw_path.removeprefix(f"/{number}")
        if path == "/google-token":
            return web.json_response({"access_token": "stub-token", "expires_in": 3600})
        vector, seen = self._vectors[number], self.asked.setdefault(number, [])
        if vector.get("ws_frames_from_upstream"):
            return await self._frames(request, vector)
        script = vector["upstream_script"]
        if path.startswith("/oauth/") and not _token_scripted(vector):  # one-api still had one
            return web.json_response({"access_token": "TOK", "expires_in": 2592000})
        body = await request.read()
        seen.append({"method": request.method, "path": path, "headers": dict(request.headers), "body": body})
        reply = script[min(len(seen), len(script)) - 1]
        if reply.get("abort"):
            return await _aborted(request, reply)
        text = reply["body"].replace(_OLD_HOST, f"http://{request.host}/{number}")
        headers = {name: value for name, value in (reply.get("headers") or {}).items() if name != "Content-Length"}
        headers.setdefault("Content-Type", _kind(text))
        return web.Response(status=reply.get("status", 200), body=text.encode(), headers=headers)

    async def _frames(self, request: web.Request, vector: Json) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.receive(5)
        for frame in vector["ws_frames_from_upstream"]:
            await socket.send_json(frame)
        await socket.receive(5)
        return socket


async def _aborted(request: web.Request, reply: Json) -> web.StreamResponse:
    """Some chunks, and the line is dead."""
    response = web.StreamResponse(headers=reply["headers"])
    response.enable_chunked_encoding()
    await response.prepare(request)
    for chunk in reply["chunks"]:
        await response.write(chunk.encode())
    await asyncio.sleep(0.1)  # what was written gets there before the end does
    assert request.transport is not None
    request.transport.close()
    return response


def _token_scripted(vector: Json) -> bool:
    return any("/oauth/" in request["path"] for request in vector["upstream_requests"])


def _kind(text: str) -> str:
    if not text.startswith(("{", "[", "data:", "event:", "id:")):
        return "application/octet-stream"
    return "text/event-stream" if re.match(r"(data|event|id):", text) else "application/json"


def differences(vector: Json, asked: list[Json], status: int, kind: str, body: bytes, charged: list[int]) -> Json:
    """Facet to ours and theirs, where they are not the same."""
    theirs = [request for request in vector["upstream_requests"] if "/oauth/" not in request["path"]]
    ours = [request for request in asked if "/oauth/" not in request["path"]]
    type = (vector["channel"] or {}).get("type")
    answer = vector["response"]
    recorded_kind = answer["headers"].get("Content-Type", "")
    facets = {
        "address": ([_address(one) for one in ours], [_address(one) for one in theirs]),
        "auth": ([_auth(one) for one in ours], [_auth(one) for one in theirs]),
        "body": (_body(ours), _renamed(_body(theirs))),
        "status": (status, answer["status"]),
        "reply": (shape(kind, body), shape(recorded_kind, answer["body"].encode())),
        "charge": (sum(charged), sum(row["quota"] for row in vector["log_rows"])),
    }
    if type in _SIGNED or len(ours) != len(theirs):
        del facets["auth"]
    return {name: pair for name, pair in facets.items() if pair[0] != pair[1]}


def _address(request: Json) -> str:
    return f"{request['method']} {request['path']}"


def _auth(request: Json) -> Json:
    headers = {name.lower(): value for name, value in request["headers"].items()}
    return {name: headers[name] for name in ("authorization", "api-key", "x-api-key") if name in headers}


def _body(requests: list[Json]) -> Any:
    """Of the request that asks; forms as text."""
    if not requests or not requests[0]["body"]:
        return None
    raw = requests[0]["body"]
    try:
        found = json.loads(raw)
    except ValueError:
        return raw.decode() if isinstance(raw, bytes) else raw
    return {key: value for key, value in found.items() if value != {} and (key, value) != ("stream", False)}


def _renamed(value: Any) -> Any:
    """Google takes either spelling; one-api mixed them."""
    if isinstance(value, dict):
        return {RENAMED.get(key, key): _renamed(item) for key, item in value.items()}
    return [_renamed(item) for item in value] if isinstance(value, list) else value


def shape(kind: str, body: bytes) -> Any:
    """What a client makes of a reply."""
    if "event-stream" in kind:
        return _streamed(body)
    try:
        value = json.loads(body)
    except ValueError:
        return body.decode()
    if not isinstance(value, dict):
        return value
    if value.get("error"):
        return "error"
    if value.get("choices") and "message" in value["choices"][0]:
        return {"says": [_said(choice) for choice in value["choices"]], "usage": _figures(value.get("usage"))}
    if isinstance(value.get("data"), list):
        return {"items": len(value["data"]), "usage": _figures(value.get("usage"))}
    return {name: item for name, item in value.items() if name not in ("created", "id", "model")}


def _said(choice: Json) -> Json:
    message = choice["message"]
    calls = [call["function"] for call in message.get("tool_calls") or []]
    named = [(call["name"], json.loads(call["arguments"] or "{}")) for call in calls]
    return {"text": message.get("content") or "", "calls": named, "finish": choice.get("finish_reason")}


def _figures(usage: Json | None) -> tuple[int, int] | None:
    return (usage.get("prompt_tokens", 0), usage.get("completion_tokens", 0)) if usage else None


def _streamed(body: bytes) -> Json:
    text, arguments, finish, failed = "", "", set[str](), False
    for event in _events(body):
        failed = failed or bool(event.get("error"))
        for choice in event.get("choices") or []:
            delta = choice.get("delta") or {}
            text += delta.get("content") or choice.get("text") or ""
            arguments += "".join(call["function"].get("arguments") or "" for call in delta.get("tool_calls") or [])
            finish |= {choice["finish_reason"]} if choice.get("finish_reason") else set()
    return {"text": text, "arguments": arguments, "finish": sorted(finish), "failed": failed}


def _events(body: bytes) -> Iterator[Json]:
    for line in body.decode().splitlines():
        payload = line.removeprefix("data:").strip()
        if line.startswith("data:") and payload != "[DONE]":
            try:
                yield json.loads(payload)
            except ValueError:
                continue
