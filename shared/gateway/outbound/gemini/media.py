"""Embeddings and images of the Gemini API.

Images come from Imagen (``predict``) or, for every other model, from generateContent with image output; both take
an aspect ratio where OpenAI names a size, so the nearest one is asked for.
https://ai.google.dev/api/embeddings, https://ai.google.dev/gemini-api/docs/imagen
"""

import base64
from collections.abc import Callable

from gateway.domain.usage import Usage
from gateway.outbound.canonical.embeddings import embeddings, texts_of
from gateway.outbound.canonical.images import IMAGE_KEYS, count_of, prompt_of
from gateway.outbound.gemini.blocks import LABEL
from gateway.outbound.gemini.models import name_of
from gateway.outbound.gemini.reply import usage_of
from gateway.outbound.gemini.request import safety
from gateway.outbound.json_bodies import json_of, post
from gateway.outbound.protocol import (
    CanonicalResponse,
    Fault,
    Json,
    ProviderFault,
    ProviderRequest,
    WireRequest,
    WireResponse,
)
from gateway.wire.json import obj, objs, string

Path = Callable[[ProviderRequest, str], str]
_RATIOS = {"1:1": 1.0, "4:3": 4 / 3, "3:4": 3 / 4, "16:9": 16 / 9, "9:16": 9 / 16}


def embed_request(request: ProviderRequest, path: Path) -> WireRequest:
    """``batchEmbedContents`` with one request per text. ``task_type`` and ``title`` of the caller are kept."""
    extra = {"taskType": request.body.get("task_type"), "title": request.body.get("title")}
    extra["outputDimensionality"] = request.body.get("dimensions")
    common = {key: value for key, value in extra.items() if value is not None}
    requests = [
        {"model": f"models/{name_of(request.model)}", "content": {"parts": [{"text": text}]}, **common}
        for text in texts_of(request, LABEL)
    ]
    return post(path(request, "batchEmbedContents"), {"requests": requests})


def embed_response(request: ProviderRequest, reply: WireResponse) -> CanonicalResponse:
    """The vectors. Most models report no usage."""
    body = json_of(reply)
    return embeddings(
        request, [item.get("values") for item in objs(body.get("embeddings"))], usage_of(obj(body.get("usageMetadata")))
    )


def is_imagen(request: ProviderRequest) -> bool:
    """Whether the model is asked by ``predict``."""
    return "imagen" in request.model


def aspect_ratio(size: str) -> str | None:
    """The ratio nearest to ``1792x1024``; ``None`` for ``auto`` and nothing. A ratio is taken as it is."""
    if ":" in size:
        return size
    width, _, height = size.partition("x")
    if not width.isdecimal() or not height.isdecimal() or not int(width) * int(height):
        return None
    wanted = int(width) / int(height)
    return min(_RATIOS, key=lambda name: abs(_RATIOS[name] - wanted))


def image_request(request: ProviderRequest, path: Path) -> WireRequest:
    """A picture from a prompt, and from the uploaded pictures of an edit."""
    ratio = aspect_ratio(string(request.body.get("size")))
    further = {key: value for key, value in request.body.items() if key not in IMAGE_KEYS and value is not None}
    if is_imagen(request):
        shape = {"aspectRatio": ratio} if ratio else {}
        parameters = {"sampleCount": count_of(request), **shape, **obj(further.get("parameters"))}
        return post(path(request, "predict"), {"instances": [{"prompt": prompt_of(request)}], "parameters": parameters})
    parts: list[Json] = [
        {"inlineData": {"mimeType": upload.type, "data": base64.b64encode(upload.data).decode()}}
        for upload in request.uploads
    ]
    config: Json = {"responseModalities": ["TEXT", "IMAGE"]}
    config |= {"imageConfig": {"aspectRatio": ratio}} if ratio else {}
    config |= {"candidateCount": count_of(request)} if count_of(request) > 1 else {}
    contents = [{"role": "user", "parts": [*parts, {"text": prompt_of(request)}]}]
    body = {"contents": contents, "generationConfig": config | obj(further.get("generationConfig"))}
    return post(
        path(request, "generateContent"), body | ({"safetySettings": found} if (found := safety(request)) else {})
    )


def image_response(request: ProviderRequest, reply: WireResponse) -> CanonicalResponse:
    """The pictures as base64, or as data URLs where URLs were asked for: Google hosts none."""
    body = json_of(reply)
    parts = [
        part for candidate in objs(body.get("candidates")) for part in objs(obj(candidate.get("content")).get("parts"))
    ]
    found = [obj(part["inlineData"]) for part in parts if "inlineData" in part]
    pictures = [(string(item.get("mimeType")), string(item.get("data"))) for item in found]
    pictures += [
        (string(item.get("mimeType")), string(item.get("bytesBase64Encoded")))
        for item in objs(body.get("predictions"))
        if item.get("bytesBase64Encoded")
    ]
    if not pictures:
        raise ProviderFault(_nothing(body, parts))
    as_url = request.body.get("response_format") == "url"
    data: list[Json] = [
        {"url": f"data:{kind or 'image/png'};base64,{content}"} if as_url else {"b64_json": content}
        for kind, content in pictures
    ]
    return CanonicalResponse(body={"created": request.created, "data": data}, usage=_image_usage(body, len(data)))


def _image_usage(body: Json, count: int) -> Usage:
    counted = usage_of(obj(body.get("usageMetadata")))
    if counted is None:
        return Usage(images=count)
    return Usage(
        prompt=counted.prompt,
        image_in=counted.image_in,
        completion=counted.completion,
        reasoning=counted.reasoning,
        image_out=counted.image_out,
        images=count,
    )


def _nothing(body: Json, parts: list[Json]) -> Fault:
    """Why there is no picture: the filter's reason, the model's words, or nothing."""
    reasons = [string(item.get("raiFilteredReason")) for item in objs(body.get("predictions"))]
    reasons += [string(obj(body.get("promptFeedback")).get("blockReason"))]
    reasons += [string(item.get("finishReason")) for item in objs(body.get("candidates"))]
    refused = next((reason for reason in reasons if reason and reason != "STOP"), "")
    said = "".join(string(part.get("text")) for part in parts)
    message = f"the provider made no image: {said or refused or 'no reason given'}"
    return Fault(kind="filtered" if refused else "retry", status=400 if refused else 502, message=message)
