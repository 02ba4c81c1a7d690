"""Alarms: whether the operator's receivers work, and what an account is told of its own balance, and where."""

from typing import Any

from fastapi import APIRouter
from pydantic import Field

from admin.openapi.examples import example
from admin.texts import messages
from admin.texts.reasons import reason
from admin.web.deps import Deps, DepsOf
from admin.web.envelope import Answer, Done, Refused, done, ok
from admin.web.fields import LARGEST, Shown, Submitted, Whole
from admin.web.gate import GatedRoute, needs
from admin.web.limits import limit_of
from admin.web.session import CallerOf
from gateway.alarms import personal
from gateway.alarms.office import Office
from gateway.alarms.personal import Personal
from gateway.alarms.protocol import Alarm, NotSent
from gateway.alarms.sending import Sender
from gateway.domain.alarms import RECEIVERS
from gateway.domain.identity import Role
from gateway.store.accounts import users
from gateway.store.schema.users import OPERATORS
from gateway.store.settings import options

routes = APIRouter(prefix="/api", route_class=GatedRoute)

TESTS, TEST_WINDOW = 10, 600  # of an account, in so many seconds
_SUBJECT = "测试 / test"
_HTML = "<p>这是一条测试消息。</p><p>This is a test: alarms of this gateway arrive here.</p>"


class Tried(Shown, json_schema_extra=example(receiver="mail", sent=True)):
    """``message`` says why it was not sent."""

    receiver: str
    sent: bool
    message: str = ""


class OwnAlarm(
    Shown,
    json_schema_extra=example(
        quota_remind_threshold=-1, default_threshold=1000, receivers=list(RECEIVERS), settings={}, receiver=""
    ),
):
    """``quota_remind_threshold`` -1: the operator's ``default_threshold``; 0: nothing is told. Without ``receiver`` it
    goes by mail. Of ``settings`` only those that are no secret are shown.
    """

    quota_remind_threshold: int
    default_threshold: int
    receiver: str
    settings: dict[str, str]
    receivers: list[str]


class OwnAlarmForm(
    Submitted,
    json_schema_extra=example(
        quota_remind_threshold=5000,
        receiver="feishu",
        settings={"address": "https://open.feishu.cn/open-apis/bot/v2/x"},
    ),
):
    """What is absent stays as it is; an empty ``receiver``: by mail. ``settings`` are ``address`` (https) and,
    where the receiver has one, ``secret``; of Telegram ``token`` and ``chat``.
    """

    quota_remind_threshold: Whole | None = None
    receiver: str | None = None
    settings: dict[str, str] = Field(default_factory=dict[str, str])


@routes.post("/option/test/alarm", summary="Send a test to every receiver of alarms that is set up", tags=["options"])
@needs(Role.ROOT, refuses=(messages.ALARM_NONE,))
def try_receivers(deps: DepsOf) -> Answer[list[Tried]]:
    office = Office(
        store=deps.store,
        sender=Sender(deps.fetcher, pauses=()),
        outbox=deps.outbox,
        options=options.current(deps.store),
    )
    tried = office.try_out(_SUBJECT, _HTML)
    if not tried:
        raise Refused(messages.ALARM_NONE)
    return ok([Tried(receiver=name, sent=not problem, message=problem) for name, problem in tried.items()])


@routes.get("/user/self/alarm", summary="When and where the caller is told of a low balance", tags=["account"])
@needs(Role.COMMON)
def show_own_alarm(caller: CallerOf, deps: DepsOf) -> Answer[OwnAlarm]:
    user = caller.user
    own = personal.opened(deps.store.vault, user.id, user.alarm)
    shown = RECEIVERS[own.receiver].shown if own else ()
    return ok(
        OwnAlarm(
            quota_remind_threshold=user.remind_threshold,
            default_threshold=int(options.current(deps.store)["QuotaRemindThreshold"]),
            receiver=own.receiver if own else "",
            settings={name: own.settings.get(name, "") for name in shown} if own else {},
            receivers=list(RECEIVERS),
        )
    )


@routes.put("/user/self/alarm", summary="Choose when and where to be told of a low balance", tags=["account"])
@needs(Role.COMMON, refuses=(messages.BAD_FORM, messages.ALARM_THRESHOLD))
def choose_own_alarm(body: OwnAlarmForm, caller: CallerOf, deps: DepsOf) -> Done:
    changes: dict[str, Any] = {}
    if body.quota_remind_threshold is not None:
        if not OPERATORS <= body.quota_remind_threshold <= LARGEST:
            raise Refused(messages.ALARM_THRESHOLD.of(most=LARGEST))
        changes["remind_threshold"] = body.quota_remind_threshold
    if body.receiver is not None:
        changes["alarm"] = _sealed(deps, caller.user.id, body.receiver, body.settings)
    if changes:
        users.change(deps.store, caller.user, changes)
    return done()


@routes.post("/user/self/alarm/test", summary="Send a test to the caller's own receiver", tags=["account"])
@needs(Role.COMMON, refuses=(messages.ALARM_NONE, (messages.TOO_MANY, 429), messages.ALARM_FAILED))
def try_own_alarm(caller: CallerOf, deps: DepsOf) -> Done:
    own = personal.opened(deps.store.vault, caller.user.id, caller.user.alarm)
    if own is None:
        raise Refused(messages.ALARM_NONE)
    limit_of(deps, "alarm", str(caller.user.id), TESTS, TEST_WINDOW)
    system = options.current(deps.store)["SystemName"]
    message = Alarm(deps.clock.token(), "test", system, _SUBJECT, _HTML, deps.clock.now())
    try:
        Sender(deps.fetcher, pauses=()).send(own.receiver, own.settings, message)
    except NotSent as error:
        raise Refused(messages.ALARM_FAILED.of(reason=error)) from error
    return done()


def _sealed(deps: Deps, user_id: int, receiver: str, settings: dict[str, str]) -> str:
    """What is kept of a receiver; empty for none."""
    if not receiver:
        return ""
    if problem := personal.problem(receiver, settings):
        raise Refused(messages.BAD_FORM.of(reason=reason(problem)))
    known = {name: settings[name].strip() for name in RECEIVERS[receiver].settings if settings.get(name)}
    return Personal(receiver, known).sealed(deps.store.vault, user_id)
