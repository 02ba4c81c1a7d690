"""Running a job of the cron function from another function."""

import json
from collections.abc import Callable
from typing import Any


def invoker(function_name: str) -> Callable[[str], dict[str, Any]]:
    """A call that runs a job in the deployed cron function, waits, and answers what its handler answers.

    It raises ``RuntimeError`` when the function fails.
    """

    def run(job: str) -> dict[str, Any]:
        import boto3  # noqa: PLC0415 (110 ms, needed by one rare route)

        client: Any = boto3.client("lambda")  # pyright: ignore[reportUnknownMemberType]
        answer = client.invoke(FunctionName=function_name, Payload=json.dumps({"job": job}).encode())
        result = json.loads(answer["Payload"].read())
        if "FunctionError" in answer:
            raise RuntimeError(f"job {job} failed: {result.get('errorMessage')}")
        return result

    return run
