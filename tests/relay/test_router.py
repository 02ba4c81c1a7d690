"""The relay's router finds what Starlette's finds in the same routes."""

import pytest
from starlette.routing import Match, Route

from relay.app import ROUTES
from relay.router import Router

PATHS = (
    "/v1/chat/completions",
    "/v1/models",
    "/v1/models/gpt-4o",
    "/v1/models/meta-llama/Llama-3:free",
    "/v1beta/models/gemini-2.5-pro:generateContent",
    "/v1beta/models/gemini-2.5-pro:streamGenerateContent",
    "/v1beta/models/a:b:generateContent",
    "/v1/engines/ada/embeddings",
    "/v1/oneapi/proxy/3/v1/files",
    "/v1/oneapi/proxy/3/",
    "/v1/oneapi/proxy/3",
    "/v1/files/f-1/content",
    "/v1/files//content",
    "/v1/threads/t/runs/r/steps/s",
    "/v1/threads/t/runs/r/steps/s/more",
    "/v1/models/with\nline",
    "/v1/models/ending\n",
    "/v1/modelsX",
    "/elsewhere",
    "/",
)


class Named:
    """An endpoint that Starlette leaves alone."""

    def __init__(self, method: str, path: str) -> None:
        self.name = (method, path)

    async def __call__(self) -> None: ...


NAMED = [(method, path, Named(method, path)) for method, path, _ in ROUTES]
THEIRS = [Route(path, endpoint, methods=[method]) for method, path, endpoint in NAMED]


def found_by_starlette(method: str, path: str) -> tuple[tuple[str, str], dict[str, str]] | None:
    for route in THEIRS:
        match, scope = route.matches({"type": "http", "method": method, "path": path})
        if match is Match.FULL:
            return route.endpoint.name, scope["path_params"]
    return None


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE"])
@pytest.mark.parametrize("path", PATHS)
def test_a_path_leads_where_starlette_would_lead_it(method: str, path: str) -> None:
    found = Router(NAMED).find(method, path)
    assert (found and (found[0].name, found[1])) == found_by_starlette(method, path)


def test_every_route_is_found_by_its_own_path() -> None:
    router = Router(NAMED)
    for method, path, endpoint in NAMED:
        found = router.find(method, path.replace("{", "").replace(":path}", "").replace("}", ""))
        assert found and found[0] is endpoint, path


def test_the_first_of_two_routes_for_one_path_answers() -> None:
    assert Router([("GET", "/a", 1), ("GET", "/a", 2), ("GET", "/{b}", 3)]).find("GET", "/a") == (1, {})
