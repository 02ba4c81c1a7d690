"""The embedded database over HTTP as functions see it: each is known by its credentials and may do what its role may.

Credentials are a role's name, so a function in a process of its own is told apart as AWS would. What is denied is
answered as DynamoDB does, and kept; what is allowed is kept too, so that a role can be measured by its function.
"""

import http.client
import json
import re
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

from tests.support.enforcing.policy import ROLES, Call, Statement, allowed, statements
from tests.support.enforcing.requests import calls


class Judge:
    """The roles of the template, and what each has asked for."""

    def __init__(self, granted: dict[str, list[Statement]] | None = None) -> None:
        self.granted = granted or {role: statements(role) for role in ROLES}
        self.seen: dict[str, set[Call]] = {role: set() for role in self.granted}
        self.denied: list[tuple[str, Call]] = []

    def refuses(self, role: str, operation: str, request: dict[str, Any]) -> list[Call]:
        """What of a request the role may not do; all of it is noted."""
        asked = list(calls(operation, request))
        self.seen[role].update(asked)
        refused = [call for call in asked if not allowed(self.granted[role], call)]
        self.denied += [(role, call) for call in refused]
        return refused

    def beyond(self, role: str) -> list[Statement]:
        """Permissions that no call needed, and, as statements of their own, attributes that none named."""
        granted, seen = self.granted[role], self.seen[role]
        unused = [statement for statement in granted if not any(statement.allows(call) for call in seen)]
        for statement in granted:
            named = {name for call in seen if statement.allows(call) for name in call.attributes}
            if statement.attributes and statement not in unused and (rest := statement.attributes - named):
                unused.append(statement.limited_to(frozenset(rest)))
        return unused


def refusal(role: str, refused: list[Call]) -> bytes:
    """DynamoDB's body, with a status of 400."""
    kind = "com.amazon.coral.service#AccessDeniedException"
    message = f"User: {role} is not authorized to perform: {'; '.join(map(str, refused))}"
    return json.dumps({"__type": kind, "Message": message}).encode()


@dataclass(slots=True)
class Enforcing:
    """A running endpoint."""

    url: str
    judge: Judge = field(default_factory=Judge)


@contextmanager
def enforcing(endpoint: str, judge: Judge | None = None) -> Generator[Enforcing]:
    """In front of a real database, for the time of the block."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Door)
    server.daemon_threads = True
    host, port = server.server_address[:2]
    made = Enforcing(f"http://{host}:{port}", judge or Judge())
    vars(server).update(behind=urlsplit(endpoint).netloc, judge=made.judge)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Door(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        operation = self.headers["x-amz-target"].partition(".")[2]
        role = self._role()
        judge: Judge = vars(self.server)["judge"]
        refused = judge.refuses(role, operation, json.loads(body))
        self._send(400, refusal(role, refused)) if refused else self._send(*self._ask(body))

    def _role(self) -> str:
        found = re.search(r"Credential=(\w+)/", self.headers["authorization"])
        assert found, "the request is not signed"
        return found[1]

    def _ask(self, body: bytes) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(vars(self.server)["behind"], timeout=30)
        connection.request("POST", "/", body, {name: self.headers[name] for name in self.headers if name != "Host"})
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, content

    def _send(self, status: int, content: bytes) -> None:
        self.send_response(status)
        self.send_header("content-type", "application/x-amz-json-1.0")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        pass
