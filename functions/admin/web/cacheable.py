"""Answers that browsers and what stands between may keep for a while, and ask after by their ETag."""

import hashlib

from fastapi import Request, Response
from pydantic import BaseModel


def cacheable(request: Request, body: BaseModel, *, seconds: int, public: bool) -> Response:
    """The answer, or 304 where the caller has it; ``public``: it is the same for everybody."""
    content = body.model_dump_json().encode()
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    kept = f"{'public' if public else 'private'}, max-age={seconds}"
    headers = {"ETag": tag, "Cache-Control": kept} | ({} if public else {"Vary": "Cookie, Authorization"})
    if tag in (one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type="application/json; charset=utf-8", headers=headers)
