"""Whether an answer is good. A fast gateway that answers wrong is not fast."""

from typing import Literal

import orjson

from tests.fakes.upstream.stamps import STAMP

Bad = Literal["status", "json", "text", "chunks", "no_done", "closed", "timeout", "http", "connect"]
_DONE = b"data: [DONE]"


def judge(status: int, body: bytes, *, text: bytes, chunks: int | None) -> Bad | None:
    """What is wrong with a whole answer that arrived in good HTTP; ``None`` if nothing is.

    With ``chunks`` it is a stream: exactly so many time-stamped chunks, none lost, none doubled, and the end
    marker as its last event. Without it must be JSON and hold the text.
    """
    if status != 200:
        return "status"
    if chunks is None:
        return _judge_whole(body, text)
    if len(STAMP.findall(body)) != chunks:
        return "chunks"
    return None if body.rstrip().endswith(_DONE) else "no_done"


def _judge_whole(body: bytes, text: bytes) -> Bad | None:
    try:
        orjson.loads(body)
    except orjson.JSONDecodeError:
        return "json"
    return None if text in body else "text"
