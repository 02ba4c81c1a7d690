"""What stands before every handler: rate limits, then who is calling, then the body.

A handler says with ``needs`` which role it takes; one that does not say cannot be routed. The order is one-api's:
a caller who may not come in learns nothing about the body.
"""

from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from fastapi import Request, Response
from fastapi.datastructures import DefaultPlaceholder
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.routing import compile_path

from admin.texts import messages
from admin.texts.messages import Text
from admin.web.audit import noted
from admin.web.deps import Deps, deps_of
from admin.web.envelope import Json, Refused
from admin.web.limits import TOKEN_WINDOW, TOKENS, client_address, limit
from admin.web.models import BUILDING
from admin.web.session import UnknownToken, identify, refuse_cross_site
from gateway.domain.identity import Role

MOST_BODY = 1024 * 1024  # bytes
API_WINDOW = 180  # seconds of GLOBAL_API_RATE_LIMIT and GLOBAL_WEB_RATE_LIMIT
CRITICAL_LIMIT, CRITICAL_WINDOW = 20, 1200

Handler = TypeVar("Handler", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Needs:
    """What a route asks of its caller. ``unreadable`` is said of a body that cannot be decoded.

    For the document: ``refuses`` are the handler's own reasons, with a status where it is not 200; ``answers`` is an
    example of ``data`` where its type does not tell one.
    """

    role: Role
    critical: bool = False
    unreadable: Text | None = None
    unreadable_status: int = 200
    refuses: Sequence[Text | tuple[Text, int]] = ()
    answers: Any = None

    def refusals(self) -> list[tuple[Text, int]]:
        """The handler's own reasons, each with its status."""
        return [(reason, 200) if isinstance(reason, Text) else reason for reason in self.refuses]


def needs(
    role: Role,
    *,
    critical: bool = False,
    unreadable: Text | None = None,
    unreadable_status: int = 200,
    refuses: Sequence[Text | tuple[Text, int]] = (),
    answers: Any = None,
) -> Callable[[Handler], Handler]:
    """Declare who may call a handler and what it may answer; stands directly above it."""

    def declare(handler: Handler) -> Handler:
        cast(Any, handler).needs = Needs(role, critical, unreadable, unreadable_status, refuses, answers)
        return handler

    return declare


def needs_of(endpoint: Any) -> Needs:
    """What a handler declared."""
    return cast(Needs, endpoint.needs)


class GatedRoute(APIRoute):
    """A route whose handler is reached only through the gate.

    FastAPI's part of it is made when something is first asked of it: that of all routes takes 3 MB and 80 ms.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **settings: Any) -> None:
        settings["response_model_exclude_unset"] = True
        if isinstance(settings.get("response_class"), DefaultPlaceholder):
            settings["response_class"] = Json
        self.path, self.endpoint, self._settings = path, endpoint, settings
        self.path_regex, self.path_format, self.param_convertors = compile_path(path)
        self.methods = set(settings.get("methods") or ("GET",))
        self.tags = settings.get("tags") or []

    def __getattr__(self, name: str) -> Any:
        """What is not here before FastAPI's part is."""
        with BUILDING:
            if (settings := self.__dict__.pop("_settings", None)) is not None:
                super().__init__(self.path, self.endpoint, **settings)
        return object.__getattribute__(self, name)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def gated(request: Request) -> Response:
            asked = needs_of(self.endpoint)
            await run_in_threadpool(_admit, request, deps_of(request), asked)
            await _read_body(request)
            return await noted(request, self.path, asked.role, client_address(request), handle)

        return gated


def _admit(request: Request, deps: Deps, asked: Needs) -> None:
    limit(request, deps, "api", deps.settings.global_api_rate_limit, API_WINDOW)
    if asked.critical:
        limit(request, deps, "critical", CRITICAL_LIMIT, CRITICAL_WINDOW)
    if asked.role == Role.GUEST:
        if refuses_other_sites(asked, {request.method}):
            refuse_cross_site(request)
        return
    try:
        caller = identify(request, deps)
    except UnknownToken:
        limit(request, deps, "access token", TOKENS, TOKEN_WINDOW)
        raise
    if caller is None:
        raise Refused(messages.NOT_SIGNED_IN, status=401)
    if caller.user.role < asked.role:
        raise Refused(messages.NO_PERMISSION)
    request.state.caller = caller


def refuses_other_sites(asked: Needs, methods: Iterable[str]) -> bool:
    """Whether an open route does what no other site may make a browser do: sign in or up, or have mails sent.

    A code alone would let another site sign a browser in to an account of its own.
    """
    return asked.critical or any(method != "GET" for method in methods)


async def _read_body(request: Request) -> None:
    """Read a body of bounded size, before anything else does."""
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > MOST_BODY:
            raise Refused(messages.TOO_LARGE.of(most=MOST_BODY), status=413)
        parts.append(part)
    request._body = b"".join(parts)  # pyright: ignore[reportPrivateUsage]  (where starlette keeps what it read)
