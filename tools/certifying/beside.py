"""The fake provider next to a stack: a Lambda function with an address of its own, or a server on this machine.

The function has a role that may nothing, answers one key only, and is gone afterwards.
"""

import hashlib
import io
import json
import time
import zipfile
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError, ParamValidationError

from tools.certifying import fake_provider
from tools.stack import Stack

BOOTSTRAP = (
    '#!/bin/sh\nexec "$1" /var/task/fake_provider.py\n'  # as AWS_LAMBDA_EXEC_WRAPPER, in place of the managed loop
)
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
ROLE_SECONDS = 60  # until a new role is known everywhere


@dataclass(frozen=True, slots=True)
class Provider:
    """Where it answers, and what it is, for the report."""

    url: str
    what: str


@contextmanager
def provider(stack: Stack, key: str, *, pause: float, host: str = "") -> Generator[Provider]:
    """For the time of the block; ``host`` is this machine as the stack sees it, where it can."""
    if host or stack.emulator:
        with fake_provider.listening(key, pause=pause, host="0.0.0.0" if host else "127.0.0.1") as port:  # noqa: S104
            yield Provider(f"http://{host or '127.0.0.1'}:{port}", "a server on this machine")
        return
    with ExitStack() as undo:
        url = _deployed(stack, key, pause, undo)
        yield Provider(url.rstrip("/"), "a Lambda function with a function URL")


def package() -> bytes:
    """The function's code: one file and what starts it."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        for name, text in (("bootstrap", BOOTSTRAP), ("fake_provider.py", Path(fake_provider.__file__).read_text())):
            entry = zipfile.ZipInfo(name)
            entry.external_attr = 0o755 << 16
            packed.writestr(entry, text)
    return file.getvalue()


def _deployed(stack: Stack, key: str, pause: float, undo: ExitStack) -> str:
    name = f"{stack.name[:40]}-certify-{hashlib.sha256(key.encode()).hexdigest()[:8]}"
    iam, functions = stack.client("iam"), stack.client("lambda")
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    undo.callback(iam.delete_role, RoleName=name)
    asked: dict[str, Any] = {
        "FunctionName": name,
        "Runtime": "python3.13",
        "Handler": "fake_provider.none",
        "Role": role,
        "Code": {"ZipFile": package()},
        "Timeout": 60,
        "MemorySize": 256,
        "Environment": {
            "Variables": {
                "AWS_LAMBDA_EXEC_WRAPPER": "/var/task/bootstrap",
                "CERTIFY_KEY": key,
                "CERTIFY_PAUSE": str(pause),
            }
        },
    }
    _created(functions, asked)
    undo.callback(functions.delete_function, FunctionName=name)
    functions.get_waiter("function_active_v2").wait(FunctionName=name)
    made = functions.create_function_url_config(FunctionName=name, AuthType="NONE", InvokeMode="RESPONSE_STREAM")
    _open_to_all(functions, name)
    return made["FunctionUrl"]


def _created(functions: Any, asked: dict[str, Any]) -> None:
    """A role that was just made cannot be taken on at once."""
    deadline = time.monotonic() + ROLE_SECONDS
    while True:
        try:
            functions.create_function(**asked)
        except functions.exceptions.InvalidParameterValueException:
            if time.monotonic() > deadline:
                raise
            time.sleep(3)
        else:
            return


def _open_to_all(functions: Any, name: str) -> None:
    """Its key is what protects it. Since October 2025 an open address needs both permissions; before, one."""
    grant: dict[str, Any] = {"FunctionName": name, "Principal": "*"}
    functions.add_permission(**grant, StatementId="url", Action="lambda:InvokeFunctionUrl", FunctionUrlAuthType="NONE")
    try:
        functions.add_permission(
            **grant, StatementId="invoke", Action="lambda:InvokeFunction", InvokedViaFunctionUrl=True
        )
    except (ParamValidationError, ClientError):
        return  # an SDK or a region that knows one permission only
