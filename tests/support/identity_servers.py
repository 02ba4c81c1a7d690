"""Identity providers that follow their documented steps, as a real HTTP server; and a fetcher that finds them.

GitHub and Lark have fixed addresses, so the fetcher sends those hosts here. OIDC and WeChat are configured.
"""

import json
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from gateway.security.safe_fetch import Fetched, Fetcher

HOSTS = ("github.com", "api.github.com", "open.feishu.cn", "passport.feishu.cn", "challenges.cloudflare.com")


class IdentityServers:
    """Hands out codes for people; each code works once. ``log`` holds what was asked."""

    def __init__(self) -> None:
        self.codes: dict[str, dict[str, Any]] = {}
        self.tokens: dict[str, dict[str, Any]] = {}
        self.log: list[tuple[str, Mapping[str, Any]]] = []
        self.port = 0

    def code_for(self, **person: Any) -> str:
        """A code as the provider's page hands it to the browser."""
        code = f"code{len(self.codes)}"
        self.codes[code] = person
        return code

    def exchange(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """A code for a token, once, to who knows the secret."""
        self.log.append(("exchange", fields))
        person = self.codes.pop(fields.get("code", ""), None)
        if person is None or fields.get("client_secret") != "right":
            return {"error": "bad_verification_code"}
        token = f"token{len(self.tokens)}"
        self.tokens[token] = person
        return {"access_token": token, "token_type": "bearer"}

    def user(self, authorization: str) -> dict[str, Any] | None:
        """Who a token belongs to."""
        return self.tokens.get(authorization.removeprefix("Bearer "))


@dataclass(frozen=True)
class ReroutingFetcher(Fetcher):
    """Fetches the fixed hosts from the local server, everything else as ever."""

    port: int = 0

    def _fetch(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Fetched:
        host = urlsplit(url).netloc
        if host in HOSTS:
            url = url.replace(f"https://{host}", f"http://127.0.0.1:{self.port}/{host}", 1)
        return super()._fetch(method, url, headers, body)


@contextmanager
def identity_servers() -> Generator[IdentityServers]:
    """The providers on a free port, for the time of the block."""
    state = IdentityServers()
    server = HTTPServer(("127.0.0.1", 0), handler(state))
    state.port = server.server_port
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def handler(state: IdentityServers) -> type[BaseHTTPRequestHandler]:
    """What answers their requests."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path == "/api/wechat/user":
                person = state.codes.pop(parse_qs(parts.query)["code"][0], None)
                right = self.headers["Authorization"] == "right"
                self.answer({"success": right, "message": "wrong token", "data": (person or {}).get("id", "")})
                return
            user = state.user(self.headers.get("Authorization", ""))
            self.answer(user or {"message": "Bad credentials"}, 200 if user else 401)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = self.headers["Content-Type"] == "application/x-www-form-urlencoded"
            fields = {name: values[0] for name, values in parse_qs(body).items()} if form else json.loads(body)
            if "siteverify" in self.path:
                self.answer({"success": fields["secret"] == "right" and fields["response"] == "human"})
            elif "/token" in self.path and not form and "feishu" not in self.path and "github" not in self.path:
                self.answer({"error": "unsupported content type"}, 400)  # as OpenID Connect has it
            else:
                self.answer(state.exchange(fields))

        def answer(self, body: Any, status: int = 200) -> None:
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    return Handler
