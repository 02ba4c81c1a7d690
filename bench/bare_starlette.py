"""The least a Starlette application can be: what the relay's cold start is compared with."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route


async def greet(request: Request) -> PlainTextResponse:
    return PlainTextResponse(request.url.path)


app = Starlette(routes=[Route("/{path:path}", greet)])
