"""A plain Mangum handler, as a host without our runtime calls it."""

from mangum import Mangum
from starlette.applications import Starlette
from starlette.responses import StreamingResponse
from starlette.routing import Route


async def _count(_request):
    async def numbers():
        for number in range(3):
            yield f"{number}\n"

    return StreamingResponse(numbers(), media_type="text/plain")


handler = Mangum(Starlette(routes=[Route("/v1/models", _count)]), lifespan="off")
