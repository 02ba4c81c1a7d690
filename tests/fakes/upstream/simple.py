"""Short answers of the operations that are never streamed, and of everything else."""

import base64

from tests.fakes.upstream.answers import CREATED, Whole, pieces, reported, whole, with_usage
from tests.fakes.upstream.behaviour import Behaviour
from tests.fakes.upstream.request import Request

# The smallest PNG: one transparent pixel.
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABh6FO1AAAAABJRU5ErkJggg=="
)
AUDIO = b"ID3\x04\x00\x00\x00\x00\x00\x00" + bytes(range(256)) * 4


def models(request: Request, behaviour: Behaviour) -> Whole:
    names = ("fake", "fake-large", "fake-embedding")
    rows = [{"id": name, "object": "model", "created": CREATED, "owned_by": "fake"} for name in names]
    return whole({"object": "list", "data": rows})


def images(request: Request, behaviour: Behaviour) -> Whole:
    count = request.json.get("n")
    one = {"b64_json": base64.b64encode(PIXEL).decode(), "revised_prompt": "a fake picture"}
    if request.json.get("response_format") == "url":
        one = {"url": "https://images.invalid/fake.png", "revised_prompt": "a fake picture"}
    return whole({"created": CREATED, "data": [one] * (count if isinstance(count, int) else 1)})


def moderations(request: Request, behaviour: Behaviour) -> Whole:
    result = {"flagged": False, "categories": {"violence": False}, "category_scores": {"violence": 0.01}}
    return whole({"id": f"modr-fake{request.number}", "model": request.model, "results": [result]})


def speech(request: Request, behaviour: Behaviour) -> Whole:
    return Whole(body=AUDIO, type="audio/mpeg")


def transcription(request: Request, behaviour: Behaviour) -> Whole:
    """JSON, or plain text when the form asks for a text format."""
    text = "".join(pieces(behaviour)).strip()
    for wanted in (b"text", b"srt", b"vtt"):
        if b'name="response_format"\r\n\r\n' + wanted in request.body:
            return Whole(body=text.encode() + b"\n", type="text/plain; charset=utf-8")
    if b'name="response_format"\r\n\r\nverbose_json' in request.body:
        return whole({"task": "transcribe", "language": "english", "duration": 1.5, "text": text, "segments": []})
    return whole({"text": text})


def rerank(request: Request, behaviour: Behaviour) -> Whole:
    documents = request.json.get("documents")
    count = len(documents) if isinstance(documents, list) else 0
    results = [{"index": index, "relevance_score": 1 - index / 100} for index in range(count)]
    usage = reported({"total_tokens": behaviour.prompt_tokens}, behaviour.usage)
    return whole(with_usage({"id": "rerank-fake", "model": request.model, "results": results}, usage), usage=usage)


def anything(request: Request, behaviour: Behaviour) -> Whole:
    return whole({"object": "fake", "method": request.method, "path": request.path})
