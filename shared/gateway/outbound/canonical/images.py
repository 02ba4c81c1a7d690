"""Image generation: the canonical list of images, and turning URLs into bytes where those were asked for."""

import base64
from collections.abc import Mapping

from gateway.domain.usage import Usage
from gateway.outbound.exchange import Fetch
from gateway.outbound.protocol import CanonicalResponse, Fault, Json, Media, ProviderFault, ProviderRequest, Unsupported
from gateway.wire.json import objs, string

IMAGE_KEYS = frozenset({"model", "prompt", "n", "size", "response_format", "user", "stream"})


def prompt_of(request: ProviderRequest) -> str:
    """The prompt; raises ``Unsupported`` without one."""
    prompt = string(request.body.get("prompt"))
    if not prompt:
        raise Unsupported("prompt must be a string", param="prompt")
    return prompt


def count_of(request: ProviderRequest) -> int:
    """How many images are wanted."""
    value = request.body.get("n")
    return value if isinstance(value, int) and value > 0 else 1


def pixels_of(request: ProviderRequest) -> Json:
    """Width and height as numbers; nothing where the size is none (``auto``)."""
    width, _, height = string(request.body.get("size")).partition("x")
    return {"width": int(width), "height": int(height)} if width.isdecimal() and height.isdecimal() else {}


def images(request: ProviderRequest, data: list[Json], usage: Usage | None = None) -> Fetch | CanonicalResponse:
    """The answer made of these images, or what to fetch first (see ``fetchable``)."""
    return fetchable(
        request,
        CanonicalResponse(body={"created": request.created, "data": data}, usage=usage or Usage(images=len(data))),
    )


def fetchable(request: ProviderRequest, answer: CanonicalResponse) -> Fetch | CanonicalResponse:
    """The answer, or what to fetch first if the caller wants bytes and the provider gave URLs."""
    data = objs((answer.body or {}).get("data"))
    urls = tuple(string(item.get("url")) for item in data if item.get("url"))
    wants_bytes = request.body.get("response_format") == "b64_json"
    return Fetch(urls=urls, answer=answer) if wants_bytes and urls else answer


def with_bytes(fetch: Fetch, files: Mapping[str, Media]) -> CanonicalResponse:
    """The answer with every URL replaced by the file behind it; raises ``ProviderFault`` when one is missing."""
    body = fetch.answer.body or {}
    data = [_inlined(item, files) for item in objs(body.get("data"))]
    return CanonicalResponse(body=body | {"data": data}, usage=fetch.answer.usage)


def _inlined(item: Json, files: Mapping[str, Media]) -> Json:
    url = string(item.get("url"))
    if not url:
        return item
    if url not in files:
        raise ProviderFault(Fault(kind="retry", status=502, message="an image the provider made could not be read"))
    rest = {key: value for key, value in item.items() if key != "url"}
    return {"b64_json": base64.b64encode(files[url].data).decode("ascii"), **rest}
