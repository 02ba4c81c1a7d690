"""What is refused: with the right status, and in the shape that the caller's library reads."""

import gzip
import json
from collections.abc import Iterator

from tools.certifying.dialects import DIALECTS, EMBEDDINGS, Dialect
from tools.certifying.findings import Check, Untold
from tools.certifying.ground import Ground
from tools.smoke import Failed, Visit

MOST = 6 * 1024 * 1024  # bytes of a request, where RelayMaxBody does not say otherwise


def limits(ground: Ground) -> Iterator[Check]:
    """Of every dialect."""
    for dialect in (*DIALECTS, EMBEDDINGS):
        yield f"{dialect.name}: a wrong key is a 401", lambda dialect=dialect: wrong_key(ground, dialect)
        yield f"{dialect.name}: an unknown address is a 404", lambda dialect=dialect: unknown(ground, dialect)
        yield f"{dialect.name}: a body too large is a 413", lambda dialect=dialect: too_large(ground, dialect)


def wrong_key(ground: Ground, dialect: Dialect) -> str:
    answer = ground.ask(dialect, "hello", key="sk-nobody")
    return _refused(401, answer.status_code, dialect.error(answer.json()), answer.text)


def unknown(ground: Ground, dialect: Dialect) -> str:
    path, body = dialect.request("hello")
    url = ground.address(path.replace("/v1beta/", "/v1beta/no-such/").replace("/v1/", "/v1/no-such/"))
    answer = ground.http.post(url, json=body, headers=dialect.credentials(ground.keys[0]))
    return _refused(404, answer.status_code, answer.json()["error"]["message"], answer.text)


def too_large(ground: Ground, dialect: Dialect) -> str:
    """By ourselves in the caller's shape; what Lambda or API Gateway refuse for us has OpenAI's."""
    path, _ = dialect.request("hello")
    headers = dialect.credentials(ground.keys[0]) | {"content-type": "application/json"}
    size = int(ground.stack.parameters.get("RelayMaxBody") or MOST) + 1
    answer = ground.http.post(ground.address(path), content=b" " * size, headers=headers)
    return _refused(413, answer.status_code, answer.json()["error"]["message"], answer.text)


def _refused(wanted: int, status: int, message: str, text: str) -> str:
    if status != wanted or not message:
        raise Failed(f"status {status}, not {wanted} in the caller's shape: {text[:300]}")
    return ""


def bodies(visit: Visit) -> Iterator[Check]:
    """Without an account. What is packed is read: a wrong key is all that is wrong with it."""
    address, headers = f"{visit.stack.relay_base_url}/chat/completions", {"authorization": "Bearer sk-nobody"}

    def beyond_lambda() -> str:
        if visit.stack.emulator:
            raise Untold("emulators have no limit of their own")
        answer = visit.http.post(address, content=b"x" * (MOST + 1024 * 1024), headers=headers)
        return _refused(413, answer.status_code, answer.json()["error"]["message"], answer.text)

    def packed() -> str:
        body = gzip.compress(json.dumps({"model": "m", "messages": []}).encode())
        answer = visit.http.post(address, content=body, headers=headers | {"content-encoding": "gzip"})
        return _refused(401, answer.status_code, answer.json()["error"]["message"], answer.text)

    yield "a body of 7 MB is refused with 413", beyond_lambda
    yield "a gzipped body is read", packed
