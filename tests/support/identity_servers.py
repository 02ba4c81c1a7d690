"""Identity providers that follow their documented steps, as a real HTTP server; and a fetcher that finds them.

GitHub and Lark have fixed addresses, so the fetcher sends those hosts here. OIDC and WeChat are configured.
"""

import hashlib
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import count
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from gateway.domain.login_providers import LOGIN_PROVIDERS, OAuth
from gateway.security.safe_fetch import Fetched, Fetcher

_ADDRESSES = {
    "OidcAuthorizationEndpoint": "{here}/authorize",
    "OidcTokenEndpoint": "{here}/token",
    "OidcUserinfoEndpoint": "{here}/userinfo",
    "WeChatServerAddress": "{here}",
}
_FLOWS = [provider.flow for provider in LOGIN_PROVIDERS.values() if isinstance(provider.flow, OAuth)]
HOSTS = {urlsplit(url).netloc for flow in _FLOWS for url in (flow.exchange, flow.user)} | {"challenges.cloudflare.com"}


class IdentityServers:
    """Hands out codes for people; each code works once. ``log`` holds what was asked."""

    def __init__(self) -> None:
        self.codes: dict[str, dict[str, Any]] = {}
        self.tokens: dict[str, dict[str, Any]] = {}
        self.log: list[tuple[str, Mapping[str, Any]]] = []
        self._numbers = count()
        self.port = 0
        self.asked: dict[str, dict[str, str]] = {}  # code -> the query of the page that made it
        self.claims: dict[str, Any] = {}  # that ID tokens have instead of the right ones
        self.issuer = ""  # that the discovery document has instead of the right one

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def options(self) -> dict[str, str]:
        """What switches every provider on."""
        rows = LOGIN_PROVIDERS.values()
        clients = {row.client_id: "id" for row in rows if row.client_id}
        addresses = {key: value.format(here=self.url) for key, value in _ADDRESSES.items()}
        switches = {row.switch: "true" for row in rows if row.switch}
        return clients | {row.hidden: "right" for row in rows} | addresses | switches

    def code_for(self, **person: Any) -> str:
        """A code as the provider's page hands it to the browser."""
        code = f"code{next(self._numbers)}"
        self.codes[code] = person
        return code

    def authorize(self, address: str, **person: Any) -> str:
        """The provider's page, opened at an address: the code it hands out is held to the address's challenge."""
        code = self.code_for(**person)
        self.asked[code] = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        return code

    def page(self, asked: str) -> dict[str, str]:
        """The page itself, which somebody with this ``code`` has got through: with what it sends the browser back."""
        query = {name: values[0] for name, values in parse_qs(asked).items()}
        self.asked[query.pop("code", "")] = query
        return {"state": query["state"]}

    def discovery(self) -> dict[str, Any]:
        """The document at ``/.well-known/openid-configuration``."""
        local = f"http://127.0.0.1:{self.port}"
        names = {"authorization_endpoint": "authorize", "token_endpoint": "token", "userinfo_endpoint": "userinfo"}
        return {"issuer": self.issuer or local, **{name: f"{local}/{path}" for name, path in names.items()}}

    def exchange(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """A code for a token, once, to who knows the secret."""
        self.log.append(("exchange", fields))
        person = self.codes.pop(fields.get("code", ""), None)
        if person is None or fields.get("client_secret") != "right":
            return {"error": "bad_verification_code"}
        asked = self.asked.get(fields["code"])
        if asked is not None and asked["code_challenge"] != hashed(fields.get("code_verifier", "")):
            return {"error": "invalid_grant"}
        if asked is None and "code_verifier" in fields:  # RFC 9700, 4.8.2
            return {"error": "invalid_grant"}
        token = f"token{len(self.tokens)}"
        self.tokens[token] = person
        answer = {"access_token": token, "token_type": "bearer"}
        return answer if asked is None else answer | {"id_token": self.id_token(person, asked)}

    def id_token(self, person: Mapping[str, Any], asked: Mapping[str, str]) -> str:
        """What the page's sign-in is attested with."""
        right = {
            "iss": f"http://127.0.0.1:{self.port}",
            "sub": person.get("sub"),
            "aud": asked["client_id"],
            "exp": int(time.time()) + 60,
            "nonce": asked["nonce"],
        }
        claims = {name: value for name, value in (right | self.claims).items() if value is not None}
        return ".".join(encoded(part) for part in (b"{}", json.dumps(claims).encode(), b"signature"))

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


def encoded(data: bytes) -> str:
    """base64url without padding."""
    return urlsafe_b64encode(data).decode().rstrip("=")


def hashed(verifier: str) -> str:
    """A verifier's challenge, by RFC 7636."""
    return encoded(hashlib.sha256(verifier.encode()).digest())


def handler(state: IdentityServers) -> type[BaseHTTPRequestHandler]:
    """What answers their requests."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path == "/api/wechat/user":
                person = state.codes.pop(parse_qs(parts.query)["code"][0], None)
                right = self.headers["Authorization"] == "right"
                self.answer({"success": right, "message": "wrong token", "data": (person or {}).get("id", "")})
                return None
            if parts.path == "/authorize":
                return self.answer(state.page(parts.query))
            if parts.path.endswith("/.well-known/openid-configuration"):
                return self.answer(state.discovery())
            user = state.user(self.headers.get("Authorization", ""))
            return self.answer(user or {"message": "Bad credentials"}, 200 if user else 401)

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
