"""An account, its keys and its channel, made by the management API for one run and taken away after it."""

import json
import secrets
import time
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from tools.certifying.dialects import CHAT_MODEL, VECTOR_MODEL, Dialect
from tools.certifying.findings import Untold
from tools.smoke import Failed
from tools.stack import Stack

QUOTA = 10_000_000  # what the account may use
VERSIONED = 50  # type of channels whose base address has a version
PATIENCE = 15.0  # seconds for entries: they come with the end of an answer, and for a stream behind it
CONSUMPTION = 2

Json = dict[str, Any]


@dataclass(slots=True)
class Books:
    """What an account has and was charged for."""

    quota: int
    held: int
    entries: list[Json]


@dataclass(slots=True)
class Ground:
    """The account and its channel at one stack."""

    stack: Stack
    http: httpx.Client
    operator: dict[str, str]  # headers
    pause: float
    name: str = ""
    user_id: int = 0
    keys: list[str] = field(default_factory=list[str])
    own: dict[str, str] = field(default_factory=dict[str, str])  # headers of its session
    patience: float = PATIENCE
    answers: int = 0  # that were got, and must have been charged

    def call(self, method: str, path: str, body: Json | None = None, *, own: bool = False) -> Any:
        """``data`` of the management API's answer."""
        url = f"{self.stack.management_url}{path}"
        answer = self.http.request(method, url, json=body, headers=self.own if own else self.operator)
        try:
            said = answer.json()
        except ValueError:
            said = {}
        if answer.status_code >= 300 or not said.get("success"):
            raise Failed(f"{method} {path} answers {answer.status_code}: {answer.text[:300]}")
        return said.get("data")

    def address(self, path: str) -> str:
        """Of the relay; ``path`` begins with the version of its dialect."""
        return f"{self.stack.relay_base_url.removesuffix('/v1')}{path}"

    def ask(self, dialect: Dialect, text: str, *, key: str = "", model: str = "", **headers: str) -> httpx.Response:
        """One question that is answered whole, and counted."""
        answer = self.send(dialect, text, key=key, model=model, **headers)
        self.answers += answer.status_code == 200
        return answer

    def send(self, dialect: Dialect, text: str, *, key: str = "", model: str = "", **headers: str) -> httpx.Response:
        """The same, for whoever counts by himself."""
        path, body = dialect.request(text, model=model)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        given = dialect.credentials(key or self.keys[0]) | named
        return self.http.post(self.address(path), json=body, headers=given)

    def books(self) -> Books:
        """As they are now."""
        user = self.call("GET", f"/api/user/{self.user_id}")
        entries = self.call("GET", f"/api/log/?type={CONSUMPTION}&username={self.name}&page_size=100")
        return Books(user["quota"], user["held"], entries)

    def settled(self) -> Books:
        """The books when each answer has its entry and nothing is held, or as they are when that takes too long."""
        deadline, pause = time.monotonic() + self.patience, 0.2
        while (books := self.books()).held or len(books.entries) < self.answers:
            if time.monotonic() > deadline:
                break
            time.sleep(pause)
            pause = min(2 * pause, 2.0)  # the management API counts what one address asks
        return books

    def new_key(self) -> int:
        """One key more; its number."""
        made = self.call("POST", "/api/token/", {"name": self.name, "unlimited_quota": True}, own=True)
        self.keys.append(made["key"])
        return made["id"]


@contextmanager
def ground(
    stack: Stack, http: httpx.Client, access_token: str, *, provider: str, key: str, pause: float
) -> Generator[Ground]:
    """``provider`` is the address of what answers, and ``key`` what it takes."""
    made = Ground(stack, http, {"authorization": access_token}, pause, name=f"certify{secrets.token_hex(2)}")
    with ExitStack() as undo:
        _account(made, undo)
        _channel(made, undo, provider, key)
        yield made


def _account(made: Ground, undo: ExitStack) -> None:
    password = secrets.token_urlsafe(14)
    made.call("POST", "/api/user/", {"username": made.name, "password": password})
    made.user_id = _number(made, f"/api/user/search?keyword={made.name}", "username")
    undo.callback(_gone(made, f"/api/user/{made.user_id}"))
    made.call("PUT", "/api/user/", {"id": made.user_id, "quota": QUOTA, "group": made.name})
    url = f"{made.stack.management_url}/api/user/login"
    signed_in = made.http.post(url, json={"username": made.name, "password": password})
    if not signed_in.cookies:
        raise Untold(f"an account must be able to sign in with a password: {signed_in.text[:300]}")
    # By hand, since an emulator is asked over plain HTTP, where a client keeps a cookie that was made for HTTPS.
    made.own = {"cookie": "; ".join(f"{name}={value}" for name, value in signed_in.cookies.items())}
    made.http.cookies.clear()
    made.new_key()


def _channel(made: Ground, undo: ExitStack, provider: str, key: str) -> None:
    given = {"type": VERSIONED, "name": made.name, "key": key, "base_url": f"{provider}/v1", "group": made.name}
    given |= {"models": f"{CHAT_MODEL},{VECTOR_MODEL}", "config": json.dumps({"responses": "chat"})}
    made.call("POST", "/api/channel/", given)
    undo.callback(_gone(made, f"/api/channel/{_number(made, f'/api/channel/search?keyword={made.name}', 'name')}"))


def _number(made: Ground, path: str, attribute: str) -> int:
    found = [row["id"] for row in made.call("GET", path) if row[attribute] == made.name]
    if len(found) != 1:
        raise Failed(f"{path} finds {len(found)} of what was just made")
    return found[0]


def _gone(made: Ground, path: str) -> Callable[[], None]:
    def delete() -> None:
        made.call("DELETE", path)

    return delete
