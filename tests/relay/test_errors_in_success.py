"""Errors that come with status 200, in every shape, from every vendor: whole, as the first event, and as a later one.

A name under which an error's sentence may stand, or a dialect that streams, without a row here fails.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from gateway.outbound import registry
from gateway.outbound.errors import in_success
from gateway.providers.catalog import PROVIDERS
from gateway.wire.json import objs
from tests.e2e.conftest import AT_ONCE
from tests.e2e.support import Account
from tests.relay.callers import CALLERS, PLAIN, Heard, ask
from tests.relay.vendor_replies import VENDORS, Said
from tests.support.memory_gateway import MemoryOperator, MemoryUpstream, operating_in_memory

Json = dict[str, Any]
BAD = "the request is bad"

# Shape to the body and the status that it speaks of; the transport says 200 every time.
SHAPES: dict[str, tuple[Any, int]] = {
    "OpenAI's object": ({"error": {"message": BAD, "type": "invalid_request_error", "code": None}}, 400),
    "OpenAI's object with a code": (
        {"error": {"message": BAD, "type": "invalid_request_error", "code": "invalid_parameter_error"}},
        400,
    ),
    "a status for a code": ({"error": {"message": BAD, "code": 422}}, 422),
    "a string": ({"error": BAD}, 502),
    "vLLM's": ({"object": "error", "message": BAD, "type": "BadRequestError", "param": None, "code": 400}, 400),
    "Anthropic's": ({"type": "error", "error": {"type": "invalid_request_error", "message": BAD}}, 400),
    "Google's in a list": ([{"error": {"code": 400, "message": BAD, "status": "INVALID_ARGUMENT"}}], 400),
    "Google's": ({"error": {"code": 400, "message": BAD, "status": "INVALID_ARGUMENT"}}, 400),
    "DashScope's": ({"code": "InvalidParameter", "message": BAD, "request_id": "r"}, 400),
    "a number that is no status": ({"code": 20012, "message": BAD, "data": None}, 502),
    "FastAPI's": ({"detail": BAD}, 502),
    "FastAPI's list": ({"detail": [{"loc": ["body", "n"], "msg": BAD, "type": "value_error"}]}, 422),
    "RFC 9457": ({"type": "about:blank", "title": BAD, "status": 400}, 400),
    "Baidu's": ({"error_code": 336003, "error_msg": BAD}, 502),
    "AWS's": ({"message": BAD}, 502),
    "capital letters": ({"Message": BAD, "Code": "InvalidParameter"}, 400),
    "short": ({"msg": BAD, "code": "bad_request"}, 400),
    "shorter": ({"Msg": BAD}, 502),
    "Cloudflare's": ({"success": False, "errors": [{"code": 7009, "message": BAD}], "result": None}, 502),
    "Tencent's": ({"Response": {"Error": {"Code": "InvalidParameter", "Message": BAD}}}, 400),
    "Volcengine's": ({"ResponseMetadata": {"Error": {"Code": "InvalidParameter", "Message": BAD}}}, 400),
    "camel's": ({"errorMessage": BAD, "status": 400}, 400),
    "snake's": ({"error_message": BAD, "type": "invalid_request_error"}, 400),
    "OAuth's": ({"error_description": BAD, "error": "invalid_request"}, 400),
    "MiniMax's": ({"status_msg": BAD, "status_code": 400}, 400),
    "Go's": ({"err": BAD}, 502),
    "capital error": ({"Error": {"message": BAD, "type": "invalid_request_error"}}, 400),
}
# Dialects whose streams are not made of JSON events that could be told here, or who have none.
ELSEWHERE = {
    "bedrock": "frames", "spark": "WebSocket", "replicate": "tasks", "palm": "whole only", "deepl": "whole only",
    "coze": "its own events", "aiproxy-library": "its own events",
    "vertex": "Gemini's and Anthropic's", "cloudflare": "OpenAI's", "zhipu": "OpenAI's", "hunyuan": "OpenAI's, signed",
    "qianfan": "asks for a token first",
}  # fmt: skip


def test_every_dialect_is_told_of() -> None:
    mine = {PROVIDERS[row.type].dialect for row in VENDORS.values()}
    own = {name for name in registry.DIALECTS if name not in registry.QUIRKS}
    assert own - mine == ELSEWHERE.keys()


def test_every_name_of_an_error_has_a_shape() -> None:
    shown = {name for body, _ in SHAPES.values() for item in objs(body) for name in item}
    assert set(in_success._SAYS) | set(in_success._NAMES) <= shown  # pyright: ignore[reportPrivateUsage]


def heard_by(
    operator: MemoryOperator, account: Account, vendor: str, shape: str, place: str
) -> Iterator[tuple[int, Heard]]:
    """What callers of two dialects hear of it, one after the other."""
    row, error = VENDORS[vendor], SHAPES[shape][0]
    made = operator.channel(account.group, type=row.type, config=PLAIN)
    begun, told = row.framed(row.events(Said())[: 3 if row.named else 2]), row.framed([error])
    bare = json.dumps(error, indent=1 if place == "later bare" else None).encode()
    bodies = {
        **dict.fromkeys(("whole", "first bare"), bare),
        "first": told,
        "closed": told + (b"data: [DONE]\n\n" if row.kind == "text/event-stream" else b""),
        "later": begun + told,
        "later bare": begun + bare,
    }
    kind = {"content-type": "application/json" if place == "whole" else row.kind}
    apart = len(begun) if place.startswith("later") else "whole"
    operator.upstream.replay(bodies[place], headers=kind, split=apart, delay_ms=1, when={"key": made.key})
    for number, caller in enumerate(dict.fromkeys((vendor if vendor in CALLERS else "gemini", "anthropic"))):
        yield number, ask(account, caller, "whole" if place == "whole" else "streamed")


@pytest.mark.parametrize("place", ["whole", "first", "closed", "first bare"])
@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize("shape", SHAPES)
def test_an_error_before_any_answer_is_told_with_its_own_status_and_costs_nothing(
    operator: MemoryOperator, account: Account, shape: str, vendor: str, place: str
) -> None:
    for _, heard in heard_by(operator, account, vendor, shape, place):
        assert (heard.status, heard.entries) == (SHAPES[shape][1], []), heard.raw
        assert BAD in heard.error["message"], heard.raw


@pytest.mark.parametrize("place", ["later", "later bare"])
@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize("shape", SHAPES)
def test_an_error_in_the_middle_ends_the_stream_in_the_callers_words(
    operator: MemoryOperator, account: Account, shape: str, vendor: str, place: str
) -> None:
    for number, heard in heard_by(operator, account, vendor, shape, place):
        assert (heard.status, heard.text, len(heard.entries)) == (200, "hello", number + 1), heard.raw
        assert BAD in heard.error["message"], heard.raw
        assert not any("detail" in body or "msg" in body for body in heard.bodies), heard.raw


@pytest.fixture(scope="module")
def operator() -> Iterator[MemoryOperator]:
    """One whose upstream has no rules of other files to look through."""
    with operating_in_memory(MemoryUpstream(), AT_ONCE) as made:
        yield made


@pytest.fixture(autouse=True)
def fresh(operator: MemoryOperator) -> None:
    operator.upstream.forget_rules()
