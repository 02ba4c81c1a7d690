"""Tests of settings: a mail is really sent, the pusher told, the OpenID provider asked; what failed is said."""

from fastapi import APIRouter

from admin.auth import openid
from admin.auth.openid import NotOpenId
from admin.openapi.examples import example
from admin.texts import messages
from admin.web.deps import DepsOf
from admin.web.envelope import Answer, Done, Refused, done, ok
from admin.web.fields import Shown, Submitted
from admin.web.gate import GatedRoute, needs
from admin.web.session import CallerOf
from gateway.alarms.protocol import Alarm, NotSent
from gateway.alarms.registry import set_up
from gateway.alarms.sending import Sender
from gateway.domain.alarms import PUSHER
from gateway.domain.identity import Role
from gateway.mail.message import MailFailed, is_address
from gateway.security.safe_fetch import FetchFailed, FetchRefused
from gateway.store.settings import options

routes = APIRouter(prefix="/api/option/test", tags=["options"], route_class=GatedRoute)

_NOTICE = ("测试消息 / test message", "<p>设置有效。</p><p>The settings work.</p>")  # subject and HTML


class MailTest(Submitted, json_schema_extra=example(to="alice@example.com")):
    """``to`` is one's own address if absent."""

    to: str = ""


class Sent(Shown, json_schema_extra=example(to="alice@example.com")):
    to: str


class OpenIdEndpoints(
    Shown,
    json_schema_extra=example(issuer="https://id.example.com", authorization="https://id.example.com/authorize"),
):
    """Where people would be sent and asked about; ``issuer`` is empty if no discovery document names it."""

    issuer: str
    authorization: str
    token: str
    userinfo: str


@routes.post("/mail", summary="Send a mail with the settings there are")
@needs(Role.ROOT, critical=True, refuses=(messages.TEST_MAIL_TO, messages.MAIL_FAILED))
def test_mail(body: MailTest, caller: CallerOf, deps: DepsOf) -> Answer[Sent]:
    to = body.to.strip() or caller.user.email
    if not is_address(to):
        raise Refused(messages.TEST_MAIL_TO)
    try:
        current = options.current(deps.store)
        deps.outbox.send(current, to, *_NOTICE, now=deps.clock.now())
    except MailFailed as failed:
        raise Refused(messages.MAIL_FAILED.of(reason=failed.detail)) from failed
    return ok(Sent(to=to))


@routes.post("/pusher", summary="Send a message through the message pusher")
@needs(Role.ROOT, critical=True, refuses=(messages.PUSHER_MISSING, messages.AS_TOLD))
def test_pusher(deps: DepsOf) -> Done:
    current = options.current(deps.store)
    if not current["MessagePusherAddress"]:
        raise Refused(messages.PUSHER_MISSING)
    test = Alarm(deps.clock.token(), "test", current["SystemName"], *_NOTICE, deps.clock.now())
    try:
        Sender(deps.fetcher, pauses=()).send(PUSHER, set_up(current)[PUSHER], test)
    except NotSent as failed:
        raise Refused(messages.AS_TOLD.of(reason=failed)) from failed
    return done()


@routes.post("/oidc", summary="Ask the OpenID provider where its endpoints are")
@needs(Role.ROOT, critical=True, refuses=(messages.OIDC_MISSING, messages.AS_TOLD))
def test_oidc(deps: DepsOf) -> Answer[OpenIdEndpoints]:
    try:
        where = openid.endpoints(deps.fetcher, options.current(deps.store))
    except (FetchRefused, FetchFailed, NotOpenId) as failed:
        raise Refused(messages.AS_TOLD.of(reason=failed)) from failed
    if not (where.authorization and where.token and where.userinfo):
        raise Refused(messages.OIDC_MISSING)
    return ok(
        OpenIdEndpoints(
            issuer=where.issuer, authorization=where.authorization, token=where.token, userinfo=where.userinfo
        )
    )
