"""Roles of the template as data, calls to DynamoDB as data, and whether one allows the other.

Only what our policies use of IAM's language is understood; anything else is an error rather than a guess.
"""

import http.client
import json
import re
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

from local.places import TEMPLATE
from local.tables import read_template

Json = dict[str, Any]
ACTIONS = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem"}
ATTRIBUTES, LEADING, ENCLOSING = "dynamodb:Attributes", "dynamodb:LeadingKeys", "dynamodb:EnclosingOperation"
KEPT_APART = "scope"  # partition key of the options table, whose kinds of rows have different writers


@dataclass(frozen=True, slots=True)
class Target:
    """A table by its short name, or one of its indexes."""

    table: str
    index: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """One item's worth of a request, as IAM judges it: each action of a transaction by itself."""

    action: str
    target: Target
    attributes: frozenset[str] = frozenset()
    enclosing: str = ""
    leading: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """One permission. No ``attributes``, ``enclosing`` or ``leading``: any."""

    action: str
    target: Target
    attributes: frozenset[str] = frozenset()
    enclosing: str = ""
    leading: frozenset[str] = frozenset()

    def allows(self, call: Call) -> bool:
        if (self.action, self.target) != (call.action, call.target):
            return False
        if self.attributes and not call.attributes <= self.attributes:
            return False
        if self.leading and call.leading not in self.leading:
            return False
        return self.enclosing in ("", call.enclosing)


def statements(role: str) -> list[Statement]:
    """What a role may do with tables."""
    properties = read_template(TEMPLATE)["Resources"][role]["Properties"]
    found: list[Statement] = []
    for policy in properties["Policies"]:
        for statement in policy["PolicyDocument"]["Statement"]:
            assert statement["Effect"] == "Allow" and "NotAction" not in statement
            found += _statements(statement)
    return found


def other_actions(role: str) -> dict[str, Any]:
    """What a role may do besides, with the resources as the template writes them."""
    properties = read_template(TEMPLATE)["Resources"][role]["Properties"]
    documents = [policy["PolicyDocument"]["Statement"] for policy in properties["Policies"]]
    pairs = [(action, s["Resource"]) for document in documents for s in document for action in s["Action"]]
    return {action: resource for action, resource in pairs if not action.startswith("dynamodb:")}


def _statements(statement: Json) -> Iterator[Statement]:
    conditions = _conditions(statement.get("Condition", {}))
    for action in statement["Action"]:
        service, _, name = action.partition(":")
        assert "*" not in action, action
        if service == "dynamodb":
            for resource in statement["Resource"]:
                yield Statement(name, _target(resource), **conditions)


def _conditions(conditions: Mapping[str, Json]) -> Json:
    known = {"ForAllValues:StringEquals": {ATTRIBUTES, LEADING}, "ForAnyValue:StringEquals": {ENCLOSING}}
    assert all(wanted.keys() <= known[operator] for operator, wanted in conditions.items()), conditions
    every, some = (conditions.get(operator, {}) for operator in known)
    (enclosing,) = some.get(ENCLOSING, [""])
    attributes, leading = frozenset(every.get(ATTRIBUTES, ())), frozenset(every.get(LEADING, ()))
    return {"attributes": attributes, "enclosing": enclosing, "leading": leading}


def _target(resource: Any) -> Target:
    text = str(resource.get("Fn::GetAtt") or resource["Fn::Sub"])
    found = re.fullmatch(r"(?:\$\{)?(\w+)Table\.Arn(?:\}/index/(\w+))?", text)
    assert found, f"{text} is neither a table nor one named index"
    return Target(found[1].lower(), found[2] or "")


def calls(operation: str, request: Json) -> Iterator[Call]:
    """A request as the calls IAM sees. Table names are cut down to what follows the stack's name."""
    if operation == "TransactWriteItems":
        for entry in request["TransactItems"]:
            ((kind, body),) = entry.items()
            yield Call(ACTIONS[kind], _named(body), _attributes(body), operation, _leading(body))
    elif operation == "BatchGetItem":
        for table in request["RequestItems"]:
            yield Call(operation, Target(_short(table)))
    else:
        yield Call(operation, _named(request), _attributes(request), leading=_leading(request))


def _named(body: Json) -> Target:
    return Target(_short(body["TableName"]), body.get("IndexName", ""))


def _leading(body: Json) -> str:
    key: Json = body.get("Key") or body.get("Item") or {}
    return str(key[KEPT_APART]["S"]) if KEPT_APART in key else ""


def _short(table: str) -> str:
    return table.rpartition("-")[2]


def _attributes(body: Json) -> frozenset[str]:
    """Top-level attributes that an action names: keys, items, expressions."""
    text = " ".join(body.get(name, "") for name in ("UpdateExpression", "ConditionExpression"))
    names: dict[str, str] = body.get("ExpressionAttributeNames") or {}
    words = re.findall(r"(?<![.\w#:])[#:]?\w+", text)  # of a path its beginning
    spoken = {names.get(word, word) for word in words if not word.startswith(":") and not _is_syntax(word)}
    return frozenset({*spoken, *body.get("Key", {}), *body.get("Item", {})})


def _is_syntax(word: str) -> bool:
    verbs = {"SET", "ADD", "REMOVE", "DELETE", "AND", "OR", "NOT", "BETWEEN", "IN"}
    functions = {"attribute_exists", "attribute_not_exists", "if_not_exists", "begins_with", "contains", "size"}
    return word in verbs | functions or word.isdigit()


@dataclass(slots=True)
class Recording:
    """A DynamoDB that writes down what it is asked, and passes it on."""

    url: str
    seen: set[Call] = field(default_factory=set[Call])

    def missing(self, granted: list[Statement]) -> set[Call]:
        """Calls that were made and are not allowed."""
        return {call for call in self.seen if not any(statement.allows(call) for statement in granted)}

    def beyond(self, granted: list[Statement]) -> list[Statement]:
        """Permissions that no call needed, and, as statements of their own, attributes that none named."""
        unused = [statement for statement in granted if not any(statement.allows(call) for call in self.seen)]
        for statement in granted:
            named = {name for call in self.seen if statement.allows(call) for name in call.attributes}
            if statement.attributes and statement not in unused and (rest := statement.attributes - named):
                unused.append(Statement(statement.action, statement.target, frozenset(rest)))
        return unused


@contextmanager
def recording(endpoint: str) -> Generator[Recording]:
    """A recording DynamoDB in front of a real one."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Passing)
    server.daemon_threads = True
    host, port = server.server_address[:2]
    made = Recording(f"http://{host}:{port}")
    vars(server).update(behind=urlsplit(endpoint).netloc, recording=made)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Passing(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        operation = self.headers["x-amz-target"].partition(".")[2]
        vars(self.server)["recording"].seen.update(calls(operation, json.loads(body)))
        connection = http.client.HTTPConnection(vars(self.server)["behind"], timeout=30)
        connection.request("POST", "/", body, {name: self.headers[name] for name in self.headers if name != "Host"})
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        self.send_response(answer.status)
        self.send_header("content-type", "application/x-amz-json-1.0")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        pass
