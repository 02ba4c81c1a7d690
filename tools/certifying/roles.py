"""What must be denied: to functions by IAM's own simulation, and to a common account by the management API."""

from collections.abc import Iterator
from typing import Any

from tools.certifying.findings import Check, Untold
from tools.certifying.ground import Ground
from tools.smoke import Failed
from tools.stack import Stack

DENIED = (  # function, action, table
    ("Relay", "dynamodb:Scan", "users"), ("Relay", "dynamodb:PutItem", "users"),
    ("Relay", "dynamodb:DeleteItem", "tokens"), ("Relay", "dynamodb:PutItem", "options"),
    ("Relay", "dynamodb:DeleteItem", "logs"), ("Relay", "dynamodb:UpdateItem", "logs"),
    ("Admin", "dynamodb:Scan", "users"), ("Admin", "dynamodb:PutItem", "usage"),
    ("Cron", "dynamodb:PutItem", "users"), ("Cron", "dynamodb:DeleteItem", "channels"),
    ("Cron", "dynamodb:Scan", "codes"),
)  # fmt: skip
ADMINISTRATORS = ("/api/user/", "/api/channel/", "/api/log/", "/api/redemption/")
ROOTS = ("/api/option/",)


def functions(stack: Stack) -> Iterator[Check]:
    """Under the role that each has."""
    for row in DENIED:
        function, action, table = row
        yield f"{function} may not {action} {table}", lambda row=row: _denied(stack, *row)


def _denied(stack: Stack, function: str, action: str, table: str) -> str:
    if stack.emulator:
        raise Untold("emulators enforce no roles")
    named = stack.outputs[f"{function}FunctionName"]
    role = stack.client("lambda").get_function_configuration(FunctionName=named)["Role"]
    arn = stack.client("dynamodb").describe_table(TableName=f"{stack.outputs['TablePrefix']}{table}")["Table"]
    asked: dict[str, Any] = {"PolicySourceArn": role, "ActionNames": [action], "ResourceArns": [arn["TableArn"]]}
    decision = stack.client("iam").simulate_principal_policy(**asked)["EvaluationResults"][0]["EvalDecision"]
    if decision == "allowed":
        raise Failed(f"{role} may")
    return decision


def accounts(ground: Ground) -> Iterator[Check]:
    """A common account's session, and a key where a session is wanted."""
    for path in (*ADMINISTRATORS, *ROOTS):
        yield f"a common account may not read {path}", lambda path=path: _shut(ground, path, ground.own)
    key = {"authorization": f"Bearer {ground.keys[0]}"}
    yield "an API key does not open the management API", lambda: _shut(ground, "/api/user/self", key)


def _shut(ground: Ground, path: str, headers: dict[str, str]) -> str:
    answer = ground.http.get(f"{ground.stack.management_url}{path}", headers=headers)
    if answer.status_code >= 500 or answer.json()["success"]:
        raise Failed(f"status {answer.status_code}: {answer.text[:200]}")
    return f"status {answer.status_code}"
