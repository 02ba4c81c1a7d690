"""``make deploy-local``, step by step, and a day in the life of what it deploys: all through the emulated API Gateway.

EMULATOR_PORT names an emulator that runs already, such as LocalStack in a container; else the steps start ministack.
pytest-localstack waits until its services answer. The tests run in their order, as the steps do.
"""

import os
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from pytest_localstack.session import RunningSession

from gateway.security.credentials import new_key
from gateway.store.accounts.bootstrap import ROOT_ID
from gateway.store.schema.tables import hold_shard
from local.places import TEMPLATE
from local.tables import read_template
from tests.fakes.upstream import UpstreamProcess
from tests.support.furnished import MODEL, ROOT_ACCESS_TOKEN, ROOT_PASSWORD
from tests.support.gateway_process import free_port
from tools import local_stack, publish, restore, root_account, smoke
from tools.stack import Stack, find

pytestmark = [
    pytest.mark.infra,
    pytest.mark.timeout(400),
    # boto3's pools and the emulator outlive the tests that use them.
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]

REQUEST_ID = "1" * 31
SERVICES = ("apigateway", "cloudformation", "dynamodb", "lambda", "s3", "secretsmanager")


@dataclass(frozen=True, slots=True)
class Deployed:
    """The stack, a client of its API, and a provider that its relay can reach."""

    place: local_stack.Place
    stack: Stack
    http: httpx.Client
    upstream: UpstreamProcess

    def call(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        """The ``data`` of an answer of the management API."""
        answer = self.http.request(method, f"{self.stack.management_url}{path}", json=body, **options)
        assert answer.status_code == 200 and answer.json()["success"], (path, answer.text)
        return answer.json().get("data")

    def sign_in(self) -> None:
        """As a browser does, but over plain HTTP, where its cookie, made for HTTPS, must be sent by hand."""
        self.call("POST", "/api/user/login", {"username": "root", "password": ROOT_PASSWORD})
        (cookie,) = self.http.cookies.jar
        assert cookie.secure and cookie.value
        self.http.cookies.clear()
        self.http.headers["cookie"] = f"{cookie.name}={cookie.value}"


@contextmanager
def emulator(place: local_stack.Place) -> Generator[None]:
    """Whatever answers on the port, or ministack on it."""
    local_stack.start(place)
    services = dict.fromkeys(SERVICES, place.port)
    session = RunningSession("127.0.0.1", services=services, region_name=local_stack.REGION)
    try:
        session.start(timeout=30)
        yield
    finally:
        local_stack.stop(place)


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Generator[Deployed]:
    folder = tmp_path_factory.mktemp("stack")
    place = local_stack.Place(
        int(os.environ.get("EMULATOR_PORT") or free_port()), folder / "emulator", folder / "build"
    )
    with pytest.MonkeyPatch.context() as patch, UpstreamProcess() as upstream:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            patch.delenv(name)
        for name, value in place.environment().items():
            patch.setenv(name, value)
        patch.setenv("INITIAL_ROOT_PASSWORD", ROOT_PASSWORD)
        patch.setenv("INITIAL_ROOT_ACCESS_TOKEN", ROOT_ACCESS_TOKEN)
        with emulator(place):
            local_stack.build(place)
            local_stack.deploy(place)
            stack = find(local_stack.STACK, local_stack.REGION)
            with httpx.Client(timeout=60, trust_env=False) as http:
                made = Deployed(place, stack, http, upstream)
                hold_of_the_dead(made)  # the schedule gives it back within a minute, while the other tests run
                yield made


def test_the_site_is_published_and_the_bucket_serves_the_page(deployed: Deployed) -> None:
    assert publish.main(["--stack", deployed.stack.name]) == 0
    page = deployed.stack.client("s3").get_object(Bucket=deployed.stack.outputs["SiteBucketName"], Key="index.html")
    assert page["ContentType"] == "text/html"
    assert b"<html" in page["Body"].read().lower()


def test_root_is_made_once(deployed: Deployed, capsys: pytest.CaptureFixture[str]) -> None:
    assert root_account.main(["--stack", deployed.stack.name]) == 0
    assert ROOT_PASSWORD in capsys.readouterr().out
    assert root_account.main(["--stack", deployed.stack.name]) == 0
    assert "was there already" in capsys.readouterr().out


def test_the_smoke_test_passes(deployed: Deployed, capsys: pytest.CaptureFixture[str]) -> None:
    assert smoke.main(["--stack", deployed.stack.name]) == 0
    assert "FAILED" not in capsys.readouterr().out


def test_the_first_hour_works_through_the_api(deployed: Deployed) -> None:
    """Sign in, a channel, a token, a chat, its entry."""
    deployed.sign_in()
    assert deployed.call("GET", "/api/user/self")["username"] == "root"
    channel = {"type": 1, "name": "fake", "key": "sk-x", "models": MODEL, "base_url": deployed.upstream.url}
    deployed.call("POST", "/api/channel/", channel | {"group": "default"})
    token = {"name": "t", "unlimited_quota": True, "expired_time": -1}
    key = deployed.call("POST", "/api/token/", token)["key"]
    body = {"model": MODEL, "messages": [{"role": "user", "content": "Grüße @@fake chunks=3 @@"}]}
    answer = deployed.http.post(
        f"{deployed.stack.relay_base_url}/chat/completions", json=body, headers={"authorization": f"Bearer sk-{key}"}
    )
    assert answer.status_code == 200, answer.text
    assert answer.json()["usage"]["completion_tokens"] == 3
    (entry,) = deployed.call("GET", "/api/log/?type=2&p=0")
    assert (entry["model_name"], entry["completion_tokens"], entry["quota"] > 0) == (MODEL, 3, True)


def test_a_browser_behind_cloudfront_is_known_by_its_own_address(deployed: Deployed) -> None:
    """What the distribution tells counts with its secret only: here the host that a request's origin must be."""
    secrets = deployed.stack.client("secretsmanager")
    listed = [
        entry["Name"] for page in secrets.get_paginator("list_secrets").paginate() for entry in page["SecretList"]
    ]
    (name,) = [name for name in listed if "EdgeSecret" in name]
    told = {"origin": "https://site.example", "x-viewer-host": "site.example", "x-viewer-address": "203.0.113.9"}
    proof = {"x-origin-proof": secrets.get_secret_value(SecretId=name)["SecretString"]}
    address = f"{deployed.stack.management_url}/api/user/self"
    assert deployed.http.put(address, json={"display_name": "R"}, headers=told).json()["success"] is False
    assert deployed.http.put(address, json={"display_name": "R"}, headers=told | proof).json()["success"] is True


def test_a_job_runs_on_its_schedule_and_on_demand(deployed: Deployed) -> None:
    until(lambda: not open_holds(deployed), 75)
    assert deployed.call("POST", "/api/job/release_holds") == {
        "settled": 0,
        "charged": 0,
        "released": 0,
        "quota": 0,
        "failed": 0,
    }


def hold_of_the_dead(deployed: Deployed) -> None:
    past = int(time.time()) - 1000
    numbers = {"user_id": ROOT_ID, "token_id": 1, "amount": 5, "created_at": past, "expires_at": past}
    numbers["shard"] = hold_shard(REQUEST_ID)
    texts = {"request_id": REQUEST_ID, "model": MODEL, "state": "open"}
    item = {name: {"N": str(value)} for name, value in numbers.items()} | {"limited": {"BOOL": False}}
    item |= {name: {"S": value} for name, value in texts.items()}
    deployed.stack.client("dynamodb").put_item(TableName=f"{deployed.stack.outputs['TablePrefix']}holds", Item=item)


def open_holds(deployed: Deployed) -> list[Any]:
    found = deployed.stack.client("dynamodb").scan(TableName=f"{deployed.stack.outputs['TablePrefix']}holds")
    return [item for item in found["Items"] if item["state"]["S"] == "open"]


def until(holds: Callable[[], Any], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.5)


def test_a_lost_root_password_is_replaced(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INITIAL_ROOT_PASSWORD", "another good one")
    assert root_account.main(["--stack", deployed.stack.name, "--new-password"]) == 0
    address = f"{deployed.stack.management_url}/api/user/login"
    with httpx.Client(timeout=60, trust_env=False) as http:
        old = http.post(address, json={"username": "root", "password": ROOT_PASSWORD}).json()
        new = http.post(address, json={"username": "root", "password": "another good one"}).json()
    assert (old["success"], new["success"]) == (False, True)


def test_a_key_that_opens_nothing_any_more_is_told_by_smoke(
    deployed: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    secrets, arn = deployed.stack.client("secretsmanager"), deployed.stack.outputs["EncryptionKeyArn"]
    right = secrets.get_secret_value(SecretId=arn)["SecretString"]
    secrets.put_secret_value(SecretId=arn, SecretString=new_key())
    try:
        assert smoke.main(["--stack", deployed.stack.name]) == 1
        assert "FAILED ENCRYPTION_KEY opens what was sealed" in capsys.readouterr().out
    finally:
        secrets.put_secret_value(SecretId=arn, SecretString=right)


def test_tables_come_back_as_a_stack_of_their_own_protected_like_the_old_ones(deployed: Deployed) -> None:
    """The rehearsal of a restore; the emulator goes back to now whatever moment is asked for."""
    dynamodb, cloudformation = deployed.stack.client("dynamodb"), deployed.stack.client("cloudformation")
    asked = ["--stack", deployed.stack.name, "--to", "again", "--at", "2026-01-01T00:00:00Z"]
    made = restore.tables(deployed.stack.name, "again")
    before = {one.source: kept(dynamodb, one.source) for one in made}
    try:
        assert restore.main(asked) == 0
        for one in made:
            assert restore.unprotected(dynamodb, one.table) == [], one.table.name
            lost = before[one.source] - kept(dynamodb, one.table.name)
            assert not lost & kept(dynamodb, one.source), one.table.name  # what went meanwhile, went of itself
        (stack,) = cloudformation.describe_stacks(StackName="again")["Stacks"]
        assert stack["StackStatus"] == "IMPORT_COMPLETE"
        resources = cloudformation.list_stack_resources(StackName="again")["StackResourceSummaries"]
        assert {resource["PhysicalResourceId"] for resource in resources} == {one.table.name for one in made}
    finally:
        forget(deployed, "again")


def kept(dynamodb: Any, table: str) -> set[str]:
    """The keys of its items: the functions go on writing while a copy is made."""
    names = [one["AttributeName"] for one in dynamodb.describe_table(TableName=table)["Table"]["KeySchema"]]
    items = dynamodb.get_paginator("scan").paginate(TableName=table).search("Items")
    return {str([item[name] for name in names]) for item in items}


def forget(deployed: Deployed, name: str) -> None:
    """A stack of tables, protected or not."""
    dynamodb, cloudformation = deployed.stack.client("dynamodb"), deployed.stack.client("cloudformation")
    for one in restore.tables(deployed.stack.name, name):
        dynamodb.update_table(TableName=one.table.name, DeletionProtectionEnabled=False)
    cloudformation.delete_stack(StackName=name)
    cloudformation.get_waiter("stack_delete_complete").wait(StackName=name, WaiterConfig={"Delay": 1})


def test_a_restored_table_without_its_protections_is_found(deployed: Deployed) -> None:
    """As DynamoDB itself leaves one behind."""
    dynamodb, source = deployed.stack.client("dynamodb"), f"{deployed.stack.name}-codes"
    dynamodb.restore_table_to_point_in_time(
        SourceTableName=source, TargetTableName="bare-codes", UseLatestRestorableTime=True
    )
    (table,) = [one.table for one in restore.tables(deployed.stack.name, "bare") if one.table.name == "bare-codes"]
    assert restore.unprotected(dynamodb, table) == [
        "point-in-time recovery",
        "time-to-live",
        "protection against deletion",
    ]
    dynamodb.delete_table(TableName="bare-codes")


def test_the_build_differs_from_what_goes_to_aws_in_one_way_only(deployed: Deployed) -> None:
    """Here only the relay's routes are changed, to buffered ones."""
    built = Path(deployed.place.build / "template.yaml").read_text()
    assert "ResponseTransferMode: RESPONSE_STREAM" not in built
    assert built.count("ResponseTransferMode: BUFFERED") == len(
        read_template(TEMPLATE)["Resources"]["RelayFunction"]["Properties"]["Events"]
    )


def test_destroying_leaves_nothing(deployed: Deployed) -> None:
    prefix = deployed.stack.outputs["TablePrefix"]
    local_stack.delete(deployed.place)
    client = deployed.stack.client
    names = [name for page in client("dynamodb").get_paginator("list_tables").paginate() for name in page["TableNames"]]
    assert not [name for name in names if name.startswith(prefix)]
    left = {
        "functions": client("lambda").list_functions()["Functions"],
        "layers": client("lambda").list_layers()["Layers"],
        "apis": client("apigateway").get_rest_apis()["items"],
        "schedules": client("scheduler").list_schedules()["Schedules"],
        "alarms": client("cloudwatch").describe_alarms()["MetricAlarms"],
        "secrets": [s for s in client("secretsmanager").list_secrets()["SecretList"] if not s.get("DeletedDate")],
        "roles": [role for role in client("iam").list_roles()["Roles"] if deployed.stack.name in role["RoleName"]],
        "buckets": [b for b in client("s3").list_buckets()["Buckets"] if deployed.stack.name in b["Name"]],
        "log groups": client("logs").describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{prefix}")["logGroups"],
        "distributions": client("cloudfront").list_distributions()["DistributionList"].get("Items", []),
    }
    assert {kind: found for kind, found in left.items() if found} == {}
