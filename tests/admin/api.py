"""A caller of the management API, for tests."""

import atexit
from functools import cache
from typing import Any, get_args

import httpx2
from anyio.from_thread import BlockingPortal, start_blocking_portal
from starlette.types import ASGIApp

from admin.texts.messages import Code
from tests.support.portal_http import PortalTransport


@cache
def _portal() -> BlockingPortal:
    """One event loop for all callers: a loop for each request takes longer than most requests."""
    opened = start_blocking_portal()
    atexit.register(opened.__exit__, None, None, None)
    return opened.__enter__()


PASSWORD = "a good one"
BROWSER = {"accept-language": "zh-CN,zh;q=0.9"}  # as one-api's own sites are mostly used


class Refusal(dict[str, Any]):  # noqa: PLW1641 (as little to be hashed as any dictionary)
    """A refusal with these words: equal to an answer that has besides a code there is, maybe a field, and no more."""

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, dict):
            return False
        told = {name: other[name] for name in ("code", "field") if name in other and name not in self}
        known = other.get("code") in get_args(Code) and other.get("field", "?") != ""
        return known and {**self, **told} == {**other}

    def __ne__(self, other: object) -> bool:
        return not self == other


def refused(message: str, **more: Any) -> Refusal:
    """A refusal as it is answered; with a ``code`` or a ``field`` it has that one."""
    return Refusal(success=False, message=message, **more)


def client_of(app: ASGIApp, *, address: str = "testclient", headers: dict[str, str] | None = None) -> httpx2.Client:
    """A caller of an application from an address."""
    transport = PortalTransport(app, _portal(), address)
    return httpx2.Client(base_url="http://testserver", transport=transport, headers=headers)


class Api:
    """Calls one application. Answers are the parsed body; ``raw`` gives the whole response."""

    def __init__(self, app: ASGIApp, root_token: str, headers: dict[str, str] | None = None) -> None:
        self.app = app
        self._root_token = root_token
        sent = BROWSER | (headers or {})
        self.client = client_of(app, headers=sent)

    def __enter__(self) -> "Api":
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    @property
    def root(self) -> "Api":
        """The same application, called by root with the access token."""
        return self.holding(self._root_token)

    def holding(self, token: str) -> "Api":
        """The same application, called with an access token."""
        return Api(self.app, self._root_token, {"authorization": token})

    def signed_in(self, username: str, password: str = PASSWORD) -> "Api":
        """The same application, called with the session of an account."""
        other = Api(self.app, self._root_token)
        answer = other.post("/api/user/login", {"username": username, "password": password})
        assert answer["success"], answer
        return other

    def new_user(self, username: str, **changes: Any) -> int:
        """An account, changed by root as asked; its number."""
        root = self.root
        made = root.post("/api/user/", {"username": username, "password": PASSWORD})
        assert made["success"], made
        (user,) = [
            user for user in root.get("/api/user/search?keyword=" + username)["data"] if user["username"] == username
        ]
        if changes:
            assert root.put("/api/user/", {"id": user["id"], **changes})["success"]
        return user["id"]

    def raw(self, method: str, path: str, **options: Any) -> httpx2.Response:
        """One request."""
        return self.client.request(method, path, **options)

    def get(self, path: str, **options: Any) -> Any:
        return self._answer(self.raw("GET", path, **options))

    def post(self, path: str, body: Any = None, **options: Any) -> Any:
        return self._answer(self.raw("POST", path, json=body, **options))

    def put(self, path: str, body: Any = None, **options: Any) -> Any:
        return self._answer(self.raw("PUT", path, json=body, **options))

    def delete(self, path: str, **options: Any) -> Any:
        return self._answer(self.raw("DELETE", path, **options))

    def _answer(self, response: httpx2.Response) -> Any:
        assert response.headers["x-oneapi-request-id"].isdigit()
        assert response.status_code < 500, response.text
        return response.json()
