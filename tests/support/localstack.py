"""LocalStack for tests: where LOCALSTACK_ENDPOINT says, else one that docker starts, else the reason why not."""

import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

IMAGE_VERSION = "4.14"  # the last that starts without a token


class LocalStackUnavailable(Exception):
    """Why there is none; a test that wants it is skipped with this."""


@contextmanager
def localstack(environment: Mapping[str, str] = os.environ) -> Generator[str]:
    """Its URL for the time of the block."""
    if url := environment.get("LOCALSTACK_ENDPOINT", "").rstrip("/"):
        _look(url)
        yield url
        return
    session: Any = _in_docker()
    session.start(timeout=120)
    try:
        yield session.endpoint_url("dynamodb")
    finally:
        session.stop()


def _look(url: str) -> None:
    try:
        services = httpx.get(f"{url}/_localstack/health", timeout=5, trust_env=False).json()["services"]
    except (httpx.HTTPError, ValueError, KeyError) as error:
        raise LocalStackUnavailable(f"LOCALSTACK_ENDPOINT is {url}, where no LocalStack answers: {error!r}") from error
    if "dynamodb" not in services:
        raise LocalStackUnavailable(f"LocalStack at {url} has no DynamoDB, only {', '.join(sorted(services))}")


def _in_docker() -> Any:
    host = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock")
    if host.startswith("unix://") and not Path(host.removeprefix("unix://")).exists():
        raise LocalStackUnavailable(f"LocalStack needs LOCALSTACK_ENDPOINT, or a docker, and there is none at {host}")
    import docker
    from docker.errors import DockerException
    from pytest_localstack.session import LocalstackSession

    try:
        client = docker.from_env()
    except DockerException as error:
        raise LocalStackUnavailable(
            f"LocalStack needs LOCALSTACK_ENDPOINT, or a docker that answers: {error}"
        ) from error
    return LocalstackSession(client, services=["dynamodb"], localstack_version=IMAGE_VERSION)
