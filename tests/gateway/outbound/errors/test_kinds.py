"""Every kind of error that a provider is known to send, by name: what it means, and what the caller gets.

The table is ``kinds.jsonl``, a row each. ``body`` is written after the vendor's documentation and sent as JSON,
or as text where it is text; ``recorded`` names a recording instead. ``kind`` is what follows for the channel,
``caller`` the status of the caller's answer, ``wait`` the seconds that the channel is left alone where somebody says
how many.
"""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from gateway.outbound.protocol import Fault, Operation, ProviderFault, ProviderRequest, WireResponse
from gateway.outbound.registry import DIALECTS
from gateway.providers.auth_qianfan import read_token
from gateway.providers.catalog import provider
from tests.conformance.samples import Sample, all_samples

Json = dict[str, Any]
TABLE = Path(__file__).with_name("kinds.jsonl")
ROWS: list[Json] = [json.loads(line) for line in TABLE.read_text("utf-8").splitlines()]
WRITTEN = [row for row in ROWS if "recorded" not in row]
RECORDED = [row for row in ROWS if "recorded" in row]
RECORDINGS = {sample.name: sample for sample in all_samples()}


def name_of(row: Json) -> str:
    return str(row.get("recorded") or row["name"])


def fault_in(type: int, reply: WireResponse, *, operation: Operation, stream: bool, config: Json) -> Fault | None:
    """What this provider's dialect makes of a reply."""
    dialects = provider(type).dialects
    dialect = DIALECTS[dialects.get(operation) or next(iter(dialects.values()))]
    request = ProviderRequest(
        operation=operation,
        body={"messages": [{"role": "user", "content": "x"}]},
        model="m",
        requested_model="m",
        stream=stream,
        config=config,
    )
    if reply.status != 200:
        return dialect.error(reply)
    if stream:
        decoder = dialect.stream(request)
        decoder.decode(reply.body)
        decoder.flush()
        return decoder.fault
    try:
        dialect.response(request, reply)
    except ProviderFault as caught:
        return caught.fault
    return None


def meant(fault: Fault | None) -> tuple[Any, ...] | None:
    return None if fault is None else (fault.kind, fault.status, fault.retry_after)


def test_the_table_names_each_kind_once() -> None:
    assert len(WRITTEN) >= 141
    assert [name for name, count in Counter(map(name_of, ROWS)).items() if count > 1] == []
    assert {row["kind"] for row in ROWS} == {"caller", "retry", "cooldown", "disable", "filtered"}


@pytest.mark.parametrize("row", WRITTEN, ids=name_of)
def test_an_error_means_what_the_table_says(row: Json) -> None:
    body = row["body"] if isinstance(row["body"], str) else json.dumps(row["body"])
    stream = row["status"] == 200 and isinstance(row["body"], str)
    fault = fault_in(
        row["type"],
        WireResponse(status=row["status"], body=body.encode(), headers=row.get("headers", {})),
        operation=row.get("operation", "chat"),
        stream=stream,
        config=row.get("config", {}),
    )
    assert meant(fault) == (row["kind"], row["caller"], row.get("wait"))
    assert fault and fault.message


@pytest.mark.conformance
@pytest.mark.skipif(not RECORDINGS, reason="the recorded traffic does not lie beside the project")
@pytest.mark.parametrize("row", RECORDED, ids=name_of)
def test_a_recorded_error_means_what_the_table_says(row: Json) -> None:
    fault = fault_of(RECORDINGS[row["recorded"]])
    assert meant(fault) == (row["kind"], row["caller"], row.get("wait"))
    assert fault and fault.message


@pytest.mark.conformance
@pytest.mark.skipif(not RECORDINGS, reason="the recorded traffic does not lie beside the project")
def test_no_recorded_error_is_missing_from_the_table() -> None:
    errors = {name for name, sample in RECORDINGS.items() if sample.error}
    assert errors - {row["recorded"] for row in RECORDED} == set()


def fault_of(sample: Sample) -> Fault | None:
    headers = {name.lower(): str(value) for name, value in sample.headers.items()}
    reply = WireResponse(status=sample.status, body=sample.body, headers=headers)
    if sample.name == "baidu/token-err":
        with pytest.raises(ProviderFault) as caught:
            read_token(reply)
        return caught.value.fault
    return fault_in(
        sample.type, reply, operation=sample.operation, stream=sample.stream or sample.frames, config=sample.config
    )
