"""Image generation as a task: created, asked for, fetched."""

import json
from typing import Any

import pytest

from gateway.outbound.exchange import Fetch, PollingDialect, Task
from gateway.outbound.protocol import CanonicalResponse, Media, ProviderFault, WireResponse
from tests.gateway.outbound import cases

FOLDER = cases.folders()["dashscope"]
DIALECT = FOLDER.dialect


def request(**body: Any) -> Any:
    return FOLDER.request({"prompt": "a cat", **body}, operation="images", model="wanx-v1")


def reply(**output: Any) -> WireResponse:
    return WireResponse(
        status=200, body=json.dumps({"output": {"task_id": "t1", **output}, "request_id": "r"}).encode()
    )


def started(**body: Any) -> Task:
    step = DIALECT.created(request(**body), reply(task_status="PENDING"))
    assert isinstance(step, Task)
    return step


def test_images_run_as_tasks() -> None:
    assert isinstance(DIALECT, PollingDialect)


def test_a_new_task_is_asked_for_under_the_channels_own_base_url() -> None:
    task = started()
    assert (task.call.method, task.call.path, task.wait) == ("GET", "/api/v1/tasks/t1", 2.0)


def test_a_running_task_is_asked_for_again() -> None:
    assert isinstance(DIALECT.poll(request(), started(), reply(task_status="RUNNING")), Task)


def test_a_finished_task_gives_its_urls_and_counts_its_images() -> None:
    results = [{"url": "https://r.example.com/1.png", "actual_prompt": "a small cat"}, {"code": "X", "message": "no"}]
    step = DIALECT.poll(request(), started(), reply(task_status="SUCCEEDED", results=results))
    assert isinstance(step, CanonicalResponse)
    assert step.body == {
        "created": 1700000000,
        "data": [{"url": "https://r.example.com/1.png", "revised_prompt": "a small cat"}],
    }
    assert cases.figures(step.usage) == {"images": 1}


def test_bytes_are_fetched_where_bytes_are_wanted() -> None:
    wanted = request(response_format="b64_json")
    results = [{"url": "https://r.example.com/1.png"}]
    step = DIALECT.poll(wanted, started(), reply(task_status="SUCCEEDED", results=results))
    assert isinstance(step, Fetch)
    assert step.urls == ("https://r.example.com/1.png",)
    files = {step.urls[0]: Media(type="image/png", data=b"image")}
    assert DIALECT.finish(wanted, step, files).body["data"] == [{"b64_json": "aW1hZ2U="}]
    with pytest.raises(ProviderFault, match="could not be read"):
        DIALECT.finish(wanted, step, {})


@pytest.mark.parametrize(
    ("output", "kind", "message"),
    [
        (
            {"task_status": "FAILED", "code": "DataInspectionFailed", "message": "bad picture"},
            "filtered",
            "bad picture",
        ),
        ({"task_status": "FAILED", "code": "InternalError.Timeout", "message": "late"}, "retry", "late"),
        ({"task_status": "UNKNOWN"}, "retry", "the image task ended as UNKNOWN"),
        ({"task_status": "SUCCEEDED", "results": [{"code": "InvalidParameter", "message": "size"}]}, "caller", "size"),
        ({}, "retry", "the image task ended as nothing known"),
    ],
)
def test_a_task_that_ends_badly_is_a_fault(output: Any, kind: str, message: str) -> None:
    with pytest.raises(ProviderFault) as caught:
        DIALECT.poll(request(), started(), reply(**output))
    assert (caught.value.fault.kind, caught.value.fault.message) == (kind, message)
