"""The buffered handlers under the genuine runtime client: events as AWS documents them reach the applications whole."""

import base64
import json
from collections.abc import AsyncGenerator
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import pytest

from tests.emulators.runtime_api import RuntimeApi
from tests.emulators.runtime_process import stock_runtime
from tests.fakes.upstream import FakeUpstream
from tests.support.furnished import MODEL, ROOT_PASSWORD, Furnished, environment, furnished
from tests.support.tables import Stack

EVENTS = Path(__file__).parents[1] / "events"
EDGE_SECRET = "secret-of-the-edge"

Json = dict[str, Any]


def rest(method: str, path: str, body: Any = None, **changes: Any) -> Json:
    """A REST API's event (format 1.0); the body in base64, as binary media types have it."""
    event = json.loads((EVENTS / "rest_v1.json").read_text())
    encoded = base64.b64encode(json.dumps(body).encode()).decode() if body is not None else None
    event["requestContext"] |= {"path": f"/prod{path}"}
    return event | {"httpMethod": method, "path": path, "body": encoded, "isBase64Encoded": True} | changes


def url(method: str, path: str, body: Any = None, **changes: Any) -> Json:
    """A function URL's event (format 2.0)."""
    event = json.loads((EVENTS / "function_url.json").read_text())
    event["requestContext"]["http"] |= {"method": method, "path": path}
    text = json.dumps(body) if body is not None else None
    return event | {"rawPath": path, "rawQueryString": "", "body": text, "isBase64Encoded": False} | changes


class Handler:
    """A handler in a process of its own."""

    def __init__(self, api: RuntimeApi) -> None:
        self._api = api

    async def answer(self, event: Json) -> Json:
        invocation = self._api.invoke(event)
        answer = json.loads(await invocation.body())
        body = answer["body"]
        return answer | {"json": json.loads(base64.b64decode(body) if answer["isBase64Encoded"] else body)}


@pytest.fixture
async def admin(tables: Stack) -> AsyncGenerator[Handler]:
    furnished(tables, "http://127.0.0.1:9")
    env = environment(tables) | {"SESSION_SECRET": "s" * 32, "EDGE_SECRET": EDGE_SECRET, "CRON_FUNCTION": "cron"}
    async with RuntimeApi() as api, stock_runtime(api.address, "admin.asgi.handler", env=env):
        yield Handler(api)


def session_of(answer: Json) -> str:
    headers = answer.get("multiValueHeaders") or {}
    given = [
        *answer.get("cookies", []),
        *headers.get("set-cookie", []),
        answer.get("headers", {}).get("set-cookie", ""),
    ]
    (session,) = {cookie["session"].coded_value for cookie in map(SimpleCookie, given) if "session" in cookie}
    return f"session={session}"


@pytest.mark.parametrize("event", [rest, url], ids=["format 1.0", "format 2.0"])
async def test_a_session_works_through_the_management_handler(admin: Handler, event: Any) -> None:
    account = {"username": "root", "password": ROOT_PASSWORD}
    signed_in = await admin.answer(event("POST", "/api/user/login", account))
    assert signed_in["statusCode"] == 200 and signed_in["json"]["success"], signed_in
    cookie = session_of(signed_in)
    two_cookies = (
        {"multiValueHeaders": {"Cookie": ["theme=dark", cookie]}}
        if event is rest
        else {"cookies": ["theme=dark", cookie]}
    )
    itself = await admin.answer(event("GET", "/api/user/self", **two_cookies))
    assert itself["json"]["data"]["username"] == "root"


async def test_queries_and_encoded_paths_reach_the_management_handler(admin: Handler) -> None:
    account = {"username": "root", "password": ROOT_PASSWORD}
    cookie = session_of(await admin.answer(rest("POST", "/api/user/login", account)))
    headers = {"multiValueHeaders": {"Cookie": [cookie]}}
    asked = {"multiValueQueryStringParameters": {"keyword": ["ro"]}, "queryStringParameters": {"keyword": "ro"}}
    found = await admin.answer(rest("GET", "/api/user/search", **headers, **asked))
    assert [user["username"] for user in found["json"]["data"]] == ["root"]
    absent = await admin.answer(rest("GET", "/api/no%20such%2Faddress", **headers))
    assert absent["statusCode"] == 404
    trailing = await admin.answer(rest("GET", "/api/user/", **headers))
    assert trailing["json"]["success"]


async def test_what_cloudfront_tells_counts_with_its_secret_only(admin: Handler) -> None:
    """A request made by a page is refused when its origin is another host: the host CloudFront was asked for counts."""
    account = {"username": "root", "password": ROOT_PASSWORD}
    cookie = session_of(await admin.answer(rest("POST", "/api/user/login", account)))
    told = {"Cookie": [cookie], "Origin": ["https://site.example"], "X-Viewer-Host": ["site.example"]}
    told |= {"X-Viewer-Address": ["203.0.113.77"], "Host": ["abc.execute-api.eu-west-1.amazonaws.com"]}
    for proof, believed in (
        ({}, False),
        ({"X-Origin-Proof": ["wrong"]}, False),
        ({"X-Origin-Proof": [EDGE_SECRET]}, True),
    ):
        change = rest("PUT", "/api/user/self", {"display_name": "R"}, multiValueHeaders=told | proof)
        assert (await admin.answer(change))["json"]["success"] is believed


@pytest.mark.parametrize("event", [rest, url], ids=["format 1.0", "format 2.0"])
async def test_the_relays_plain_handler_answers_buffered(tables: Stack, event: Any) -> None:
    async with FakeUpstream() as upstream, RuntimeApi() as api:
        kept: Furnished = furnished(tables, upstream.url)
        async with stock_runtime(api.address, "relay.asgi.handler", env=environment(tables)):
            key = f"Bearer {kept.key}"
            content = "Grüße 你好 @@fake chunks=2 @@"
            body = {"model": MODEL, "messages": [{"role": "user", "content": content}], "x_unknown": {"kept": True}}
            headers = (
                {"multiValueHeaders": {"Authorization": [key]}}
                if event is rest
                else {"headers": {"authorization": key}}
            )
            answer = await Handler(api).answer(event("POST", "/v1/chat/completions", body, **headers))
        (seen,) = upstream.requests()
    assert answer["statusCode"] == 200, answer
    assert answer["json"]["usage"]["completion_tokens"] == 2
    assert seen.json["messages"][0]["content"] == content
    assert seen.json["x_unknown"] == {"kept": True}


async def test_a_scheduled_event_runs_its_job_and_its_log_lines_go_out(tables: Stack) -> None:
    furnished(tables, "http://127.0.0.1:9")
    async with (
        RuntimeApi() as api,
        stock_runtime(api.address, "cron.entry.handler", env=environment(tables)) as process,
    ):
        answer = json.loads(await api.invoke({"job": "release_holds"}).body())
        nothing = {"settled": 0, "charged": 0, "released": 0, "quota": 0, "failed": 0}
        assert answer == {"success": True, "message": "", "data": nothing}
        unknown = json.loads(await api.invoke({"job": "nothing"}).body())
        assert not unknown["success"] and "release_holds" in unknown["message"]
        assert process.stdout is not None
        lines: list[Json] = []
        while not lines or lines[-1].get("message") != "job done":
            lines.append(json.loads(await process.stdout.readline()))
    *_, done = lines
    assert (done["level"], done["job"], done["released"], done["service"]) == ("INFO", "release_holds", 0, "cron")
    assert done["function_request_id"] and done["cold_start"] is True
