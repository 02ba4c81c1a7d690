"""The audit log: what is done through routes that only administrators may call, whoever does it.

Kept are who, from where, which route, which things and the names of the fields that were sent. Of values only those
that tell which thing is meant: what a field was set to may be a secret.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, cast

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from admin.web.deps import Deps, deps_of
from admin.web.session import Caller
from gateway import log
from gateway.domain.identity import Role
from gateway.errors import GatewayError, StoreError
from gateway.store.settings import audits
from gateway.store.settings.audits import Action

Handle = Callable[[Request], Awaitable[Response]]

# Names in a path, query or body whose values say which thing is meant.
_TELLING = ("id", "ids", "user_id", "username", "action", "tag", "scope", "target_timestamp", "request_id", "status")
_TELLING_OF = {"/api/option": ("key",)}  # elsewhere ``key`` is a credential
_NAMED = ("/api/job", "/api/configuration")  # elsewhere ``name`` is what something is to be called
# Reading that does something.
_ACTING_READS = ("/api/channel/test", "/api/channel/update_balance", "/api/channel/export")
_NOT_ACTING = ("/api/channel/test/progress",)
_LONGEST = 200  # characters of a value
_MOST_FIELDS = 60


def audited(method: str, route: str, role: Role) -> bool:
    """Whether calls of a route are noted."""
    if role < Role.ADMIN or route in _NOT_ACTING:
        return False
    return method != "GET" or route.startswith(_ACTING_READS)


async def noted(request: Request, route: str, role: Role, client: str, handle: Handle) -> Response:
    """The handler's answer; if the route is audited, noted before and after. Nothing is done that was not noted."""
    if not audited(request.method, route, role):
        return await handle(request)
    deps = deps_of(request)
    action = await run_in_threadpool(_begin, deps, request, route, client)
    try:
        response = await handle(request)
    except GatewayError:
        await run_in_threadpool(_end, deps, action, "refused")
        raise
    await run_in_threadpool(_end, deps, action, "done" if _succeeded(response) else "refused")
    return response


def _begin(deps: Deps, request: Request, route: str, client: str) -> Action:
    caller = cast(Caller, request.state.caller)
    sent = _sent(request)
    action = Action(
        request_id=request.state.request_id,
        created_at=deps.clock.now(),
        user_id=caller.user.id,
        username=caller.user.username,
        address=client,
        method=request.method,
        route=route,
        targets=_targets(route, {**sent, **request.query_params, **request.path_params}),
        fields=sorted(name[:_LONGEST] for name in {*sent, *request.query_params})[:_MOST_FIELDS],
    )
    audits.begin(deps.store, action)
    return action


def _end(deps: Deps, action: Action, outcome: str) -> None:
    try:
        audits.end(deps.store, action, outcome)
    except StoreError as error:  # what was done is done, and noted as begun
        log.error("the outcome of an action was not noted", request_id=action.request_id, reason=str(error))


def _sent(request: Request) -> dict[str, Any]:
    body = cast(bytes, getattr(request, "_body", b""))
    try:
        sent: Any = json.loads(body) if body else {}
        json.dumps(sent, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return {}
    return cast(dict[str, Any], sent) if isinstance(sent, dict) else {}


def _targets(route: str, given: Mapping[str, Any]) -> dict[str, str]:
    telling = (*_TELLING, *_TELLING_OF.get(route, ()))
    values = {name: value for name, value in given.items() if name in telling or name.endswith("_id")}
    values |= {name: value for name, value in given.items() if name == "name" and route.startswith(_NAMED)}
    many = given.get("values")
    if route == "/api/option/batch" and isinstance(many, dict):
        values["keys"] = ", ".join(sorted(cast(dict[str, Any], many)))
    return {name: _short(value) for name, value in values.items()}


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _succeeded(response: Response) -> bool:
    """Whether an answer says that what was asked for was done."""
    try:
        answer: Any = json.loads(bytes(response.body))
    except ValueError:
        return response.status_code < 400
    return not isinstance(answer, dict) or cast(dict[str, Any], answer).get("success") is not False
