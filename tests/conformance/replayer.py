"""A provider that gives recordings back, and does not take a request that the real one would refuse to read.

The sample is named by the base URL (``{url}/r/PROVIDER/SLUG``), the way it is cut by the request's own text:
``cut=whole``, ``cut=byte``, ``cut=event``, ``cut=7`` for the first seven events and then the end, ``cut=silence`` for a
pause after the first, or a name in ``mangling.ALL``.
"""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

from aiohttp import web
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.conformance import stream_variants
from tests.conformance.samples import Sample
from tests.conformance.stream_variants import events
from tests.support.scripted_upstream import in_pieces

_CUT = re.compile(rb"cut=(\w+)")
SILENCE = 1.5  # seconds
_LARGE = 20_000  # bytes; longer streams come seven bytes at a time


class Replayer:
    """Answers like the recorded providers. ``refused`` says what it would not take, ``asked`` what came in."""

    def __init__(self, samples: Mapping[str, Sample]) -> None:
        self.samples = samples
        self.refused: list[str] = []
        self.tokens = 0

    async def answer(self, request: web.Request) -> web.StreamResponse:
        _, _, provider, slug, *rest = request.rel_url.raw_path.split("/")
        sample = self.samples[f"{provider}/{slug}"]
        tail = "/" + "/".join(rest)
        if tail in ("/oauth/2.0/token", "/google-token"):
            return await self._token(request, sample)
        if sample.type == 18:
            return await self._socket(request, sample)
        if problem := await unsigned(request, sample):
            self.refused.append(f"{sample.name}: {problem}")
            return web.json_response({"error": {"message": problem}}, status=418)
        if sample.type == 46 and not sample.error:
            return self._prediction(request, sample)
        return await replay(request, sample)

    async def _token(self, request: web.Request, sample: Sample) -> web.StreamResponse:
        self.tokens += 1
        if sample.name == "baidu/token-err":
            return await replay(request, sample)
        form = parse_qs(request.query_string) | parse_qs(await request.text())
        wanted = "client_credentials" if "oauth" in request.path else "urn:ietf:params:oauth:grant-type:jwt-bearer"
        if form.get("grant_type") != [wanted]:
            self.refused.append(f"{sample.name}: token asked for with {form}")
        return web.json_response({"access_token": f"token-of-{sample.name}", "expires_in": 3600})

    async def _socket(self, request: web.Request, sample: Sample) -> web.StreamResponse:
        if not sample.frames:
            return await replay(request, sample)
        if problem := _spark_problem(request, sample):
            self.refused.append(f"{sample.name}: {problem}")
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        asked = json.loads((await socket.receive(5)).data)
        assert asked["header"]["app_id"] == "APPID"
        for frame in sample.body.decode().splitlines():
            await socket.send_str(frame)
        await socket.receive(5)  # a real server leaves hanging up to the client
        return socket

    def _prediction(self, request: web.Request, sample: Sample) -> web.Response:
        starting = self.samples["replicate/get-starting"].body
        if request.method == "POST":
            created = json.loads(starting) | {"status": "starting", "output": None}
            return web.json_response(created, status=201)
        return web.Response(body=sample.body, content_type="application/json")


async def replay(request: web.Request, sample: Sample) -> web.StreamResponse:
    """The recording, cut as the request says."""
    body = await request.read()
    found = _CUT.search(body)
    cut = found.group(1).decode() if found else "whole"
    named = {name.replace("-", "_"): str(value) for name, value in sample.headers.items()}
    if cut in stream_variants.ALL:
        sample, cut = replace(sample, body=stream_variants.ALL[cut](sample.body)), "whole"
    if cut == "whole":
        headers = {name: str(value) for name, value in sample.headers.items()}
        return web.Response(status=sample.status, body=sample.body, headers=headers)
    pause = SILENCE if cut == "silence" else 0
    return await in_pieces(request, pieces(sample.body, cut), status=sample.status, pause=pause, **named)


def pieces(body: bytes, cut: str) -> list[bytes]:
    """The chunks of a recording."""
    if cut == "byte":
        size = 1 if len(body) < _LARGE else 7
        return [body[at : at + size] for at in range(0, len(body), size)]
    whole = events(body)
    if cut == "silence":
        return [whole[0], b"".join(whole[1:])]
    return whole if cut == "event" else [b"".join(whole[: int(cut)])]


async def unsigned(request: web.Request, sample: Sample) -> str:
    """What is wrong with a request's credentials as they came over the wire; empty if nothing is."""
    if sample.type == 33:
        return _sigv4_problem(request, await request.read())
    if sample.type == 15 and request.query.get("access_token") != f"token-of-{sample.name}":
        return "the access token is not the one that was given"
    if sample.type == 42 and not request.headers.get("authorization", "").startswith("Bearer token-of-"):
        return "the access token is not the one that was given"
    if sample.type == 23 and not request.headers.get("authorization", "").startswith("TC3-HMAC-SHA256 "):
        return "not signed"
    return ""


def _sigv4_problem(request: web.Request, body: bytes) -> str:
    """Signed anew by the vendor's own code, from what arrived: path and host must not have changed on the way."""
    given = request.headers.get("authorization", "")
    signed = re.search(r"SignedHeaders=([\w;-]+)", given)
    if not signed:
        return f"not signed: {given!r}"
    url = f"http://{request.headers['host']}{request.raw_path}"
    headers = {name: request.headers[name] for name in signed.group(1).split(";")}
    again = AWSRequest(method=request.method, url=url, data=body, headers=headers)
    again.context["timestamp"] = request.headers["x-amz-date"]
    signer = SigV4Auth(Credentials("AKIDEXAMPLE", "aws-secret"), "bedrock", "us-east-1")
    canonical = signer.canonical_request(again)
    expected = signer.signature(signer.string_to_sign(again, canonical), again)
    return "" if given.endswith(f"Signature={expected}") else f"signature differs for {request.raw_path}"


def _spark_problem(request: web.Request, sample: Sample) -> str:
    """https://www.xfyun.cn/doc/spark/general_url_authentication.html"""
    query: dict[str, Any] = dict(request.query)
    path = urlsplit(request.raw_path).path
    text = f"host: {request.headers['host']}\ndate: {query['date']}\nGET {path} HTTP/1.1"
    digest = hmac.new(b"spark-secret", text.encode(), hashlib.sha256).digest()
    fields = base64.b64decode(query["authorization"]).decode()
    return "" if base64.b64encode(digest).decode() in fields else "signature differs"
