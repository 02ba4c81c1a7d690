"""Running jobs of the cron function from another function."""

import json
from collections.abc import Callable, Mapping
from threading import Thread
from typing import Any

# What each job does; a test holds the names to those that the cron function knows.
JOBS: Mapping[str, str] = {
    "audit": "Recomputes balances from the ledger, and compares.",
    "export_days": "Takes the entries of closed days along to a bucket or a folder.",
    "compare_models": "Compares the models of channels that want it with what their providers list.",
    "notify_root": "Tells root of channels that went out of service or came back.",
    "release_holds": "Gives back what requests hold whose process died.",
    "remind": "Mails owners whose quota runs out.",
    "roll_up": "Adds up the ledger: consumption by day, what went through channels and keys.",
    "test_channels": "Tests all channels.",
    "test_disabled_channels": "Tests the channels that went out of service by themselves.",
    "update_balances": "Asks providers how much is left.",
}


def invoker(function_name: str) -> Callable[[str], dict[str, Any]]:
    """A call that runs a job in the deployed cron function, waits, and answers what its handler answers.

    It raises ``RuntimeError`` when the function fails.
    """

    def run(job: str) -> dict[str, Any]:
        answer = _client().invoke(FunctionName=function_name, Payload=json.dumps({"job": job, "asked": True}).encode())
        result = json.loads(answer["Payload"].read())
        if "FunctionError" in answer:
            raise RuntimeError(f"job {job} failed: {result.get('errorMessage')}")
        return result

    return run


def starter(function_name: str) -> Callable[[str], None]:
    """A call that starts a job in the deployed cron function and does not wait for it."""

    def start(job: str) -> None:
        payload = json.dumps({"job": job, "asked": True}).encode()
        _client().invoke(FunctionName=function_name, InvocationType="Event", Payload=payload)

    return start


def in_background(run: Callable[[str], dict[str, Any]]) -> Callable[[str], None]:
    """A call that runs a job in a thread of this process, for hosts that stay."""
    return lambda job: Thread(target=run, args=(job,), name=f"job-{job}", daemon=True).start()


def _client() -> Any:
    import boto3  # noqa: PLC0415 (110 ms, needed by few routes)

    return boto3.client("lambda")  # pyright: ignore[reportUnknownMemberType]
