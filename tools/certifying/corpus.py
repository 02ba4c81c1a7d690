"""Every dialect of callers, whole and streamed. That a stream streams is told by the times at which its words come."""

import time
from collections.abc import Iterator

from tools.certifying.dialects import DIALECTS, EMBEDDINGS, Dialect
from tools.certifying.fake_provider import CUT, FAIL, WORDS
from tools.certifying.findings import Check, Untold
from tools.certifying.ground import Ground
from tools.smoke import Failed

TEXT = "".join(WORDS)


def corpus(ground: Ground) -> Iterator[Check]:
    """In order."""
    for dialect in DIALECTS:
        yield f"{dialect.name}: a whole answer", lambda dialect=dialect: whole(ground, dialect, TEXT)
        yield f"{dialect.name}: a stream", lambda dialect=dialect: streamed(ground, dialect)
        yield f"{dialect.name}: a stream that breaks off", lambda dialect=dialect: broken_off(ground, dialect)
        yield f"{dialect.name}: a provider's failure", lambda dialect=dialect: failing(ground, dialect)
    yield f"{EMBEDDINGS.name}: a vector", lambda: whole(ground, EMBEDDINGS, "[0.5, -0.25, 0.125]")


def whole(ground: Ground, dialect: Dialect, wanted: str) -> str:
    """The provider's words, where the dialect has them."""
    answer = ground.ask(dialect, "hello")
    if answer.status_code != 200:
        raise Failed(f"status {answer.status_code}: {answer.text[:300]}")
    if (text := dialect.text(answer.json())) != wanted:
        raise Failed(f"says {text!r}, not {wanted!r}")
    return ""


def failing(ground: Ground, dialect: Dialect) -> str:
    """An error in the caller's shape."""
    answer = ground.ask(dialect, FAIL)
    if answer.status_code < 500 or not dialect.error(answer.json()):
        raise Failed(f"status {answer.status_code}: {answer.text[:300]}")
    return f"status {answer.status_code}"


def streamed(ground: Ground, dialect: Dialect) -> str:
    """All words, the end, and about the provider's pauses between them."""
    moments, body = _read(ground, dialect, "hello")
    if missing := [word for word in WORDS if word not in moments]:
        raise Failed(f"without {missing}: {body[:300]!r}")
    if dialect.end not in body:
        raise Failed(f"ends without {dialect.end!r}: {body[-300:]!r}")
    spread, made = moments[WORDS[-1]] - moments[WORDS[0]], ground.pause * (len(WORDS) - 1)
    if spread < made / 2:
        seen = f"its words came within {spread:.2f} s, the provider took {made:.2f}: buffered"
        if ground.stack.emulator:
            raise Untold(f"complete, but {seen}, as in every emulator")
        raise Failed(seen)
    return f"{len(WORDS)} words over {spread:.2f} s, the provider took {made:.2f}"


def broken_off(ground: Ground, dialect: Dialect) -> str:
    """What came, and an error, not an end: else a client takes half an answer for a whole one."""
    moments, body = _read(ground, dialect, CUT)
    ended = dialect.end in body.replace("[DONE]", "")  # which comes behind an error, too
    if len(moments) != 2 or '"error"' not in body or ended:
        raise Failed(f"after {len(moments)} words: {body[-300:]!r}")
    return ""


def _read(ground: Ground, dialect: Dialect, text: str) -> tuple[dict[str, float], str]:
    """When each word was first there, and everything that came."""
    path, asked = dialect.request(text, stream=True)
    moments: dict[str, float] = {}
    body = ""
    headers = dialect.credentials(ground.keys[0])
    with ground.http.stream("POST", ground.address(path), json=asked, headers=headers) as answer:
        if answer.status_code != 200:
            raise Failed(f"status {answer.status_code}: {answer.read()[:300]!r}")
        ground.answers += 1
        for piece in answer.iter_text():
            body += piece
            for word in WORDS:
                if word in body:
                    moments.setdefault(word, time.monotonic())
    return moments, body
