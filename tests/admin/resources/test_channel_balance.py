"""Balances of channels, asked of a provider that answers as documented."""

import json
from collections.abc import Generator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from tests.admin.api import Api, refused

MOONSHOT, OPENAI, ANTHROPIC = 25, 1, 14
ANSWERS = {
    "/v1/users/me/balance": (200, {"code": 0, "data": {"available_balance": 12.5}}),
    "/v1/dashboard/billing/subscription": (200, {"hard_limit_usd": 100, "has_payment_method": True}),
    "/v1/dashboard/billing/usage": (200, {"total_usage": 2500}),
    "/broken/v1/users/me/balance": (200, ["not an object"]),
    "/refused/v1/users/me/balance": (401, {"error": "sk-secret is wrong"}),
}


@pytest.fixture
def provider() -> Generator[str]:
    """A provider; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            right = self.headers["Authorization"] == "Bearer sk-secret"
            status, body = ANSWERS[self.path.partition("?")[0]] if right else (403, {})
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def new_channel(api: Api, type: int, base_url: str, **changes: int) -> int:
    form = {"type": type, "key": "sk-secret", "name": "c", "models": "m", "base_url": base_url, **changes}
    assert api.root.post("/api/channel/", form)["success"]
    return api.root.get("/api/channel/")["data"][0]["id"]


@pytest.mark.parametrize(("type", "balance"), [(MOONSHOT, 12.5), (OPENAI, 75)])
def test_a_balance_is_answered_beside_the_envelope_and_kept(api: Api, provider: str, type: int, balance: float) -> None:
    number = new_channel(api, type, provider)
    answer = api.root.get(f"/api/channel/update_balance/{number}/")
    assert answer == {"success": True, "message": "", "balance": balance}
    shown = api.root.get(f"/api/channel/{number}")["data"]
    assert shown["balance"] == balance
    assert shown["balance_updated_time"] > 0


@pytest.mark.parametrize(
    ("type", "path", "message"),
    [
        (ANTHROPIC, "", "尚未实现"),
        (MOONSHOT, "/refused", "status code: 401"),
        (MOONSHOT, "/broken", "the answer is not an object"),
    ],
)
def test_what_is_not_told_leaves_the_old_balance(api: Api, provider: str, type: int, path: str, message: str) -> None:
    number = new_channel(api, type, provider + path)
    answer = api.root.raw("GET", f"/api/channel/update_balance/{number}")
    assert answer.json() == refused(message)
    assert "sk-secret" not in answer.text
    assert api.root.get(f"/api/channel/{number}")["data"]["balance_updated_time"] == 0


def test_nobody_listening_is_a_refusal(api: Api) -> None:
    number = new_channel(api, MOONSHOT, "http://127.0.0.1:9")
    assert not api.root.get(f"/api/channel/update_balance/{number}")["success"]
    assert api.root.get("/api/channel/update_balance/99")["message"] == "记录不存在"


def test_all_enabled_channels_are_asked_at_once(api: Api, provider: str) -> None:
    told = [new_channel(api, MOONSHOT, provider), new_channel(api, OPENAI, provider)]
    new_channel(api, ANTHROPIC, provider)
    off = new_channel(api, MOONSHOT, provider, status=2)
    assert api.root.get("/api/channel/update_balance") == {"success": True, "message": ""}
    listed = {channel["id"]: channel["balance"] for channel in api.root.get("/api/channel/")["data"]}
    assert [listed[number] for number in told] == [12.5, 75]
    assert listed[off] == 0


def test_the_catalogue_tells_what_a_channel_of_each_type_needs(api: Api) -> None:
    types = {row["id"]: row for row in api.root.get("/api/providers")["data"]}
    assert set(range(1, 52)) <= set(types)
    assert types[MOONSHOT]["has_balance"]
    assert not types[ANTHROPIC]["has_balance"]
    assert "chat" in types[ANTHROPIC]["operations"]
