"""The management API of one gateway: what it answers, and its refusals as failures."""

from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any

import httpx

from oneapi.failures import Exit, Failure
from oneapi.profiles import Profile

_CODES = {"unauthenticated": Exit.SIGNED_OUT, "not_found": Exit.NOT_FOUND}
_PAGE = 100


class Refusal(Failure):
    """What the gateway refuses; ``fields`` are those at fault, with what is wrong with each."""

    def __init__(self, answer: Mapping[str, Any]) -> None:
        super().__init__(_said(answer), _CODES.get(str(answer.get("code")), Exit.FAILED))
        several: dict[str, Any] = answer.get("fields") or {}
        self.fields: dict[str, str] = {name: one["message"] for name, one in several.items()}
        if not several and answer.get("field"):
            self.fields = {str(answer["field"]): str(answer["message"])}


class Gateway:
    """One connection. Messages come in English."""

    def __init__(self, profile: Profile, transport: httpx.BaseTransport | None = None) -> None:
        headers = {"Accept-Language": "en"} | ({"Authorization": profile.token} if profile.token else {})
        self.address = profile.address
        try:
            self._http = httpx.Client(base_url=profile.address, headers=headers, timeout=120, transport=transport)
        except httpx.InvalidURL as error:
            raise Failure(f"{profile.address} is no address: {error}", Exit.USAGE) from None

    def __enter__(self) -> "Gateway":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._http.close()

    def get(self, path: str, **query: Any) -> Any:
        """What is there; parameters that are ``None`` are left out."""
        return self.call("GET", path, params={name: value for name, value in query.items() if value is not None})

    def call(self, method: str, path: str, body: Any = None, params: Mapping[str, Any] | None = None) -> Any:
        """The data of an answer; ``Failure`` says why there is none."""
        return self._answer(method, path, body, params)[0].get("data")

    def whole(self, method: str, path: str, body: Any = None, params: Mapping[str, Any] | None = None) -> Any:
        """An answer that has more than data, even of what did not succeed; ``Failure`` for who is not signed in."""
        answer = self._sent(method, path, body, params)[0]
        if _CODES.get(str(answer.get("code"))) == Exit.SIGNED_OUT:
            raise Refusal(answer)
        return answer

    def each(self, path: str, most: int, **query: Any) -> Iterator[Any]:
        """The rows of a list, page by page, as many as are wanted."""
        wanted = {name: value for name, value in query.items() if value is not None}
        while most > 0:
            answer, headers = self._answer("GET", path, None, {**wanted, "page_size": min(most, _PAGE)})
            yield from answer["data"][:most]
            most -= len(answer["data"])
            if not (cursor := headers.get("x-next-cursor")):
                return
            wanted["cursor"] = cursor

    def _answer(
        self, method: str, path: str, body: Any, params: Mapping[str, Any] | None
    ) -> tuple[dict[str, Any], httpx.Headers]:
        answer, headers = self._sent(method, path, body, params)
        if answer.get("success") is not True:
            raise Refusal(answer)
        return answer, headers

    def _sent(
        self, method: str, path: str, body: Any, params: Mapping[str, Any] | None
    ) -> tuple[dict[str, Any], httpx.Headers]:
        try:
            response = self._http.request(method, path, json=body, params=params)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Failure(f"{self.address} cannot be reached: {error or type(error).__name__}") from None
        try:
            answer: Any = response.json()
        except ValueError:
            answer = None
        if not isinstance(answer, dict) or "success" not in answer:
            said = f"{self.address} answered {response.status_code} to {method} {path}, and nothing that a gateway says"
            raise Failure(f"{said}: is it the address of one?")
        return answer, response.headers


def _said(answer: Mapping[str, Any]) -> str:
    """The message, with each of several fields that are at fault."""
    fields: dict[str, Any] = answer.get("fields") or {}
    about = [f"  {name}: {at_fault['message']}" for name, at_fault in fields.items()]
    field = answer.get("field")
    where = f" ({field})" if field and not fields else ""
    return "\n".join([f"{answer.get('message') or 'refused without a reason'}{where}", *about])
