"""Each role allows what its function's code asks of the tables, and nothing beyond.

A DynamoDB that enforces the template's roles stands before the real one while each function, in a process of its own
with its role's credentials, goes through what it can do. ``make test-infra`` runs the end-to-end and the admin suite
behind the same roles.
"""

import asyncio
import time
from collections.abc import Generator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp

from admin.app import create_app as admin_app
from admin.web.deps import connect
from cron.app import JOBS
from cron.deps import Deps as CronDeps
from cron.deps import build as cron_deps
from cron.jobs import roll_up
from gateway.alarms.office import MARK
from gateway.config import AdminSettings, RelaySettings
from gateway.domain.channel import ChannelStatus
from gateway.domain.limits import LimitRule
from gateway.domain.money import Due, Entry, EntryType, Hold
from gateway.store.accounts import codes
from gateway.store.channels import channels
from gateway.store.client.attributes import to_item
from gateway.store.money.ledger import Ledger
from gateway.store.money.reminders import Reminders
from gateway.store.money.window_items import Draw, Take
from gateway.store.money.windows import Windows
from local.places import TEMPLATE
from local.tables import read_template
from relay.app import create_app as relay_app
from relay.asgi import build as relay_deps
from tests.fakes.upstream import FakeUpstream
from tests.infra.walk_admin import walk as walk_admin
from tests.support.enforcing.endpoint import Judge
from tests.support.enforcing.inside import AsRole, acting, enforced
from tests.support.enforcing.policy import other_actions
from tests.support.furnished import MODEL, Furnished, furnished
from tests.support.parts import split
from tests.support.tables import Stack

RULE = LimitRule(what="concurrent", most=5)


@pytest.fixture
def judge() -> Generator[Judge]:
    """Of what acts in a role in this process; the test itself is an operator."""
    made = Judge()
    with enforced(made):
        yield made


def assert_exact(judge: Judge, role: str) -> None:
    assert not judge.denied, "denied:\n" + "\n".join(f"{who}: {call}" for who, call in judge.denied)
    beyond = judge.beyond(role)
    assert not beyond, f"{role} has more than its code asks for:\n" + "\n".join(map(str, beyond))


# ---- relay


async def chat(app: ASGIApp, key: str, script: str = "", **fields: Any) -> httpx.Response:
    body = {"model": MODEL, "messages": [{"role": "user", "content": f"hello @@fake {script}@@"}], **fields}
    return await ask(app, "POST", "/v1/chat/completions", key, json=body)


async def ask(
    app: ASGIApp, method: str, path: str, key: str, headers: Mapping[str, str] | None = None, **options: Any
) -> httpx.Response:
    given = {"authorization": f"Bearer {key}"} | dict(headers or {})
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://relay") as http:
        return await http.request(method, path, headers=given, **options)


async def repeated(app: ASGIApp, key: str) -> None:
    """A request that is sent again, the same and another; one that failed, so that its key is free again."""
    body = {"model": MODEL, "messages": [{"role": "user", "content": "hello"}]}
    for asked, status in ((body, 200), (body, 200), (body | {"n": 1}, 422)):
        answer = await ask(app, "POST", "/v1/chat/completions", key, {"idempotency-key": "k"}, json=asked)
        assert answer.status_code == status, answer.text
    failing = body | {"messages": [{"role": "user", "content": "@@fake status=400 @@"}]}
    answer = await ask(app, "POST", "/v1/chat/completions", key, {"idempotency-key": "f"}, json=failing)
    assert answer.status_code == 400, answer.text


async def walk_relay(app: ASGIApp, kept: Furnished, upstream: FakeUpstream) -> None:
    """Everything a relay writes: charged, limited, refused, failed, silent, expired, used up, taken out of service."""
    limited = kept.token(remain_quota=1_000_000)
    kept.option("QuotaRemindThreshold", "999999")  # so the first charge is one to remind of
    for stream in (False, True):
        assert (await chat(app, kept.key, stream=stream)).status_code == 200
        assert (await chat(app, limited, stream=stream)).status_code == 200
    assert (await chat(app, limited, "status=400 ")).status_code == 400
    assert (await chat(app, kept.key, "status=429 ")).status_code == 429  # the model rests, and is back
    assert (await chat(app, kept.key)).status_code == 200
    await repeated(app, limited)
    assert (await chat(app, kept.key, "silence_after=1 silence_ms=1500 ", stream=True)).status_code == 200
    assert (await chat(app, kept.token(unlimited_quota=True, expired_time=int(time.time()) - 5))).status_code == 401
    assert (await chat(app, kept.token(remain_quota=0))).status_code in (401, 403)
    kept.option("UserRequestsPerMinute", "100")
    assert (await chat(app, kept.key)).headers["x-ratelimit-limit-requests"] == "100"
    for path in ("/v1/usage", "/v1/models", "/dashboard/billing/subscription", "/dashboard/billing/usage"):
        assert (await ask(app, "GET", path, kept.key)).status_code == 200
    upstream.control(status=401, body={"error": {"message": "wrong key", "type": "authentication_error"}})
    assert (await chat(app, kept.key)).status_code >= 400
    await asyncio.sleep(0.2)


async def walk_ledger(ledger: Ledger) -> None:
    """What only a crowd, or a slow process, comes to: parts, and a charge after the hold was given up."""
    await split(ledger, 1)
    await ledger.parts.gather(1, 10)
    hold = Hold(
        request_id="2" * 31, user_id=1, token_id=2, limited=True, amount=10, created_at=5, expires_at=2_000_000_000
    )
    await ledger.reserve(hold)
    await ledger.give_up(hold, 6)
    assert await ledger.settle(hold, entry_of(hold)) == "late"


def entry_of(hold: Hold) -> Entry:
    return Entry(
        request_id=hold.request_id, id=1, created_at=1_700_000_000, type=EntryType.CONSUME, user_id=hold.user_id,
        username="root", quota=3, token_id=hold.token_id, details={"limited": hold.limited},
    )  # fmt: skip


async def test_the_relay_may_do_what_it_does_and_no_more(judge: Judge, tables: Stack) -> None:
    async with FakeUpstream() as upstream:
        kept = furnished(tables, upstream.url)
        kept.option("AutomaticDisableChannelEnabled", "true")
        settings = replace(RelaySettings.read({"SYNC_FREQUENCY": "0"}), hold_ttl=2)
        deps = relay_deps(tables.settings(), settings)
        try:
            await walk_relay(AsRole(relay_app(deps), "RelayRole"), kept, upstream)
            with acting("RelayRole"):
                await walk_ledger(deps.ledger)
        finally:
            await deps.close()
    assert_exact(judge, "RelayRole")


# ---- cron


async def test_jobs_may_do_what_they_do_and_no_more(judge: Judge, tables: Stack) -> None:
    """A channel that works, one that fails and goes out of service, one that tells its balance; holds of the dead."""
    async with FakeUpstream() as upstream:
        kept = furnished(tables, upstream.url)
        for key, value in (("AutomaticDisableChannelEnabled", "true"), ("AutomaticEnableChannelEnabled", "true")):
            kept.option(key, value)
        kept.channel(upstream.url, name="resting", status=ChannelStatus.AUTO_DISABLED, watch_models=True)
        refused = kept.channel(upstream.url, key="key-that-is-refused")
        upstream.control(when={"key": "key-that-is-refused"}, status=401)
        deps = cron_deps(tables.settings())
        try:
            past = await left_behind(deps, kept)
            with acting("CronRole"):
                await every_job(deps)
                # What no test hears: a provider that tells its balance, mails that go out.
                channels.note(deps.store, refused.id, {"balance": "1.5", "balance_updated_time": past})
                channels.mark_root_informed(deps.store, refused)
                assert codes.mark(deps.store, MARK, "channel_disabled 1 mail", seconds=60)
                codes.clear(deps.store, MARK, "channel_disabled 1 mail")
                assert not codes.marked(deps.store, "alarm-low", "1")
            await remind(deps, past)
            with acting("CronRole"):
                for reminder in await Reminders(deps.dynamo, deps.ledger.tables).every():
                    await Reminders(deps.dynamo, deps.ledger.tables).told(reminder)
        finally:
            await deps.close()
    assert_exact(judge, "CronRole")


async def every_job(deps: CronDeps) -> None:
    for job in JOBS.values():
        assert await job(deps)
    await roll_up.run(deps, lag=-5)  # what was charged just now
    assert await JOBS["release_holds"](deps)  # which finds none of an older stack any more
    assert await JOBS["audit"](deps)  # which keeps what it has added up


async def left_behind(aside: CronDeps, kept: Furnished) -> int:
    """What jobs find to do, made by an operator; a time before all of it."""
    kept.token(remain_quota=1_000_000)
    past = int(time.time()) - 5_000
    for number, limited in enumerate((True, False)):
        hold = Hold(
            request_id=f"{number:031d}", user_id=1, token_id=2, limited=limited, amount=10,
            created_at=past, expires_at=past + 10, model=MODEL, limits=("user#1",),
        )  # fmt: skip
        take = Take(request_id=hold.request_id, user_id=1, at=past, draws=(Draw(rule=RULE, amount=1),))
        await Windows(aside.dynamo, aside.ledger.tables, aside.clock).take("user#1", take)
        await aside.ledger.reserve(hold)
    delivered = replace(hold, request_id="1" * 31, limited=True)  # one that died after part of its answer
    await aside.ledger.reserve(delivered)
    await aside.ledger.renew(delivered, past + 10, due=Due(quota=3, model=MODEL))
    await split(aside.ledger, 1)
    await leave_legacy(aside, past)
    await remind(aside, past)
    relay = relay_deps(kept.tables.settings(), aside.settings)
    try:
        assert (await chat(relay_app(relay), kept.key)).status_code == 200
    finally:
        await relay.close()
    return past


async def leave_legacy(aside: CronDeps, past: int) -> None:
    """An open hold of an older stack."""
    item = {
        "request_id": "0" * 30 + "9", "shard": 1, "state": "open", "user_id": 1, "token_id": 2, "limited": True,
        "amount": 5, "created_at": past, "expires_at": past + 10,
    }  # fmt: skip
    await aside.dynamo.put({"TableName": aside.ledger.tables.holds, "Item": to_item(item)})


async def remind(aside: CronDeps, past: int) -> None:
    for token_id in (0, 2):
        await Reminders(aside.dynamo, aside.ledger.tables).queue(1, token_id, past, crossed=True)


# ---- admin


def test_the_management_api_may_do_what_it_does_and_no_more(judge: Judge, tables: Stack) -> None:
    furnished(tables, "http://127.0.0.1:9/")
    settings = replace(AdminSettings.read({}), session_secret="for tests")
    deps = connect(tables.settings(), settings, run_job=lambda name: {"success": True, "message": "", "data": {}})
    with ExitStack() as stack:
        walk_admin(AsRole(admin_app(deps), "AdminRole"), deps.store, stack)
    assert_exact(judge, "AdminRole")


def test_mail_by_ses_is_sent_from_one_identity_and_that_is_all() -> None:
    policy = read_template(TEMPLATE)["Resources"]["MailPolicy"]
    assert policy["Condition"] == "MailsBySes"
    assert policy["Properties"]["Roles"] == [{"Ref": "AdminRole"}, {"Ref": "CronRole"}]
    (statement,) = policy["Properties"]["PolicyDocument"]["Statement"]
    assert statement == {
        "Effect": "Allow",
        "Action": ["ses:SendEmail", "ses:SendRawEmail"],
        "Resource": [{"Fn::Sub": "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:identity/${SesIdentity}"}],
    }


def test_what_is_exported_is_put_into_one_bucket_by_jobs_alone() -> None:
    policy = read_template(TEMPLATE)["Resources"]["ExportPolicy"]
    assert policy["Condition"] == "ExportsDays"
    assert policy["Properties"]["Roles"] == [{"Ref": "CronRole"}]
    (statement,) = policy["Properties"]["PolicyDocument"]["Statement"]
    assert statement == {
        "Effect": "Allow",
        "Action": ["s3:PutObject"],
        "Resource": [{"Fn::Sub": "arn:${AWS::Partition}:s3:::${ExportBucket}/dt=*"}],
    }


def test_besides_tables_each_role_has_its_own_log_and_admin_may_call_cron() -> None:
    def own_log(name: str) -> dict[str, Any]:
        group = [{"Fn::GetAtt": f"{name}Logs.Arn"}]
        return {"logs:CreateLogStream": group, "logs:PutLogEvents": group}

    call_cron = {"lambda:InvokeFunction": [{"Fn::GetAtt": "CronFunction.Arn"}]}
    assert other_actions("RelayRole") == own_log("Relay")
    assert other_actions("CronRole") == own_log("Cron")
    assert other_actions("AdminRole") == own_log("Admin") | call_cron
    assert other_actions("SchedulerRole") == call_cron
