"""How tests talk to a fake upstream, the same whether it runs beside them or inside them."""

import base64
from dataclasses import dataclass
from typing import Any, cast

import orjson

from tests.fakes.upstream.request import Json


class UpstreamError(Exception):
    """The fake upstream refused a control request; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One request as the upstream received it."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)

    def header(self, name: str) -> str | None:
        """The value of a header, in any spelling, or ``None``."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)


class Steering:
    """Control rules, gates and books of an upstream reachable through ``ask``."""

    url: str

    def ask(self, method: str, target: str, body: bytes = b"") -> tuple[int, Any]:
        raise NotImplementedError

    def control(self, *, when: Json | None = None, times: int | None = None, **do: Any) -> None:
        """Requests that fit ``when`` (key, path, model, method, contains) behave so, ``times`` of them or all."""
        self._post("/__control", {"when": when or {}, "times": times, "do": do})

    def replay(
        self,
        body: bytes,
        *,
        status: int = 200,
        headers: dict[str, str] | None = None,
        split: str | int = "whole",
        delay_ms: float = 0,
        when: Json | None = None,
        times: int | None = None,
    ) -> None:
        """Such requests get this recorded reply; ``split``: whole, byte, event, or a number of bytes."""
        reply = {
            "status": status,
            "headers": headers or {},
            "body_base64": base64.b64encode(body).decode(),
            "split": split,
            "delay_ms": delay_ms,
        }
        self._post("/__control", {"when": when or {}, "times": times, "replay": reply})

    def forget_rules(self) -> None:
        """Behave well again; books and gates stay."""
        self._post("/__control", {"rules": [], "replace": True})

    def release(self, gate: str, count: int | None = None) -> None:
        """Opens a gate for good, or for ``count`` answers."""
        self._post("/__release", {"gate": gate, "count": count})

    def reset(self) -> None:
        """Forgets rules, books and counts; lets go whoever waits at a gate."""
        self._post("/__reset", {})

    def stats(self, *, answers: bool = True) -> Json:
        """See ``Audit.stats``: counts, by path and status, tokens billed, what each answer delivered."""
        return cast(Json, self._get(f"/__stats?answers={int(answers)}"))

    def requests(self) -> list[Seen]:
        """What came in since the last reset, oldest first."""
        return [
            Seen(
                method=row["method"],
                path=row["path"],
                query=row["query"],
                headers=[(name, value) for name, value in row["headers"]],
                body=base64.b64decode(row["body_base64"]),
            )
            for row in self._get("/__requests")
        ]

    def _get(self, target: str) -> Any:
        return self._checked(*self.ask("GET", target))

    def _post(self, target: str, value: Json) -> Any:
        return self._checked(*self.ask("POST", target, orjson.dumps(value)))

    def _checked(self, status: int, value: Any) -> Any:
        if status != 200:
            raise UpstreamError(value["error"] if isinstance(value, dict) and "error" in value else value)
        return value
