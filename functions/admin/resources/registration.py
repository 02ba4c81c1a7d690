"""Becoming a user: registration, proof of an address, a forgotten password."""

from collections.abc import Mapping

from fastapi import APIRouter, Request, Response

from admin.auth.accounts import TAKEN, change_account, form_problem, password_changes, sign_up
from admin.auth.presence import PresenceOf, demand_presence
from admin.auth.second_factor import forget_guesses
from admin.auth.turnstile import NOT_HUMAN, prove_human
from admin.openapi.examples import CHOSEN, MAILED, Email, MailedCode, Turnstile, example
from admin.texts import mails, messages
from admin.texts.mails import Mail
from admin.texts.reasons import reason
from admin.web.deps import Deps, DepsOf
from admin.web.envelope import Answer, Done, Refused, done, in_language, ok
from admin.web.fields import Submitted
from admin.web.gate import GatedRoute, needs
from admin.web.limits import forget_failures, limit_of, person
from admin.web.session import CallerOf
from gateway import log
from gateway.domain.identity import Role, UserStatus
from gateway.domain.options import server_address
from gateway.mail.message import MailFailed, is_address
from gateway.security import passwords
from gateway.security.generated import hex_token
from gateway.store.accounts import codes, users
from gateway.store.schema.users import UserRow
from gateway.store.settings import options

routes = APIRouter(prefix="/api", tags=["registration"], route_class=GatedRoute)

VERIFICATION, RESET = "verification", "reset"

_SECONDS = mails.MINUTES * 60
_MAILS = 5  # to one address in that time

# What asking for a mail may be refused for.
_MAILING = (
    *NOT_HUMAN,
    messages.INVALID_PARAMETER,
    (messages.TOO_MANY, 429),
    messages.MAIL_FAILED,
)


class Registration(Submitted, json_schema_extra=example(username="carol", password=CHOSEN)):
    """``aff_code`` is the invitation code of who invited."""

    username: str = ""
    password: str = ""
    email: str = ""
    verification_code: str = ""
    aff_code: str = ""


class Reset(Submitted, json_schema_extra=example(email="alice@example.com", token=MAILED, password=CHOSEN)):
    """Without a password a random one is set and answered, as one-api's site expects."""

    email: str = ""
    token: str = ""
    password: str = ""


@routes.post("/user/register", summary="Make an account for oneself")
@needs(
    Role.GUEST,
    critical=True,
    unreadable=messages.INVALID_PARAMETER,
    refuses=(
        *NOT_HUMAN,
        messages.REGISTER_OFF,
        messages.PASSWORD_REGISTER_OFF,
        messages.INVALID_PARAMETER,
        messages.INVALID_INPUT,
        messages.EMAIL_REQUIRED,
        messages.CODE_WRONG,
        *TAKEN,
        (messages.BUSY, 503),
    ),
)
def register(body: Registration, request: Request, response: Response, deps: DepsOf, turnstile: Turnstile = "") -> Done:
    """Names have at most 12 characters, passwords 8 to 20. Address and code are wanted where the operator verifies
    addresses.
    """
    current = options.current(deps.store)
    prove_human(request, response, deps, current, turnstile)
    _check_open(current)
    if not body.username or not body.password:
        raise Refused(messages.INVALID_PARAMETER.about("password" if body.username else "username"))
    if problem := form_problem(body.model_dump(include={"username", "password", "email"})):
        raise Refused(messages.INVALID_INPUT.about(reason(problem).field))
    verified = current["EmailVerificationEnabled"] == "true"
    if verified and (not body.email or not body.verification_code):
        raise Refused(messages.EMAIL_REQUIRED)
    if users.named(deps.store, body.username) is not None:
        raise Refused(messages.NAME_TAKEN)
    if verified and not codes.redeem(deps.store, VERIFICATION, body.email.lower(), body.verification_code):
        raise Refused(messages.CODE_WRONG)
    wanted = UserRow(
        id=0,
        username=body.username,
        password=passwords.hash_password(body.password),
        display_name=body.username,
        email=body.email if verified else "",
    )
    sign_up(deps.store, wanted, current, users.find(deps.store, "aff_code", body.aff_code[:64]))
    return done()


@routes.get("/verification", summary="Mail a code that proves an address")
@needs(
    Role.GUEST,
    critical=True,
    refuses=(*_MAILING, messages.DOMAIN_REFUSED),
)
def send_verification(
    request: Request, response: Response, deps: DepsOf, email: Email = "", turnstile: Turnstile = ""
) -> Done:
    """Succeeds for an address that has an account, too: its owner is told, whoever asks is not."""
    current = _asked_to_mail(request, response, deps, email, turnstile)
    if not domain_allowed(email, current):
        raise Refused(messages.DOMAIN_REFUSED)
    if users.find(deps.store, "email", email) is not None:  # told to its owner only, not to whoever asks
        _send(request, deps, current, email, mails.address_known(current["SystemName"]))
        return done()
    code = deps.clock.token(4)
    codes.issue(deps.store, VERIFICATION, email.lower(), code, seconds=_SECONDS)
    _send(request, deps, current, email, mails.verification(current["SystemName"], code))
    return done()


@routes.get("/reset_password", summary="Mail a link that resets the password of an address")
@needs(
    Role.GUEST,
    critical=True,
    refuses=_MAILING,
)
def send_reset(
    request: Request, response: Response, deps: DepsOf, email: Email = "", turnstile: Turnstile = ""
) -> Done:
    """Succeeds for unknown addresses, too."""
    current = _asked_to_mail(request, response, deps, email, turnstile)
    user = users.find(deps.store, "email", email)
    if user is None or user.status == UserStatus.DELETED:  # its owner is told, not whoever asks
        _send(request, deps, current, email, mails.address_unknown(current["SystemName"]))
        return done()
    token = hex_token()
    codes.issue(deps.store, RESET, reset_subject(user, token), token, seconds=_SECONDS)
    mail = mails.reset(current["SystemName"], server_address(current), user.email, token)
    _send(request, deps, current, user.email, mail)
    return done()


@routes.post("/user/reset", summary="Set a new password with a mailed token")
@needs(
    Role.GUEST,
    critical=True,
    unreadable=messages.INVALID_PARAMETER,
    refuses=(messages.INVALID_PARAMETER, messages.INVALID_INPUT, messages.RESET_WRONG),
    answers="",
)
def reset_password(body: Reset, deps: DepsOf) -> Answer[str]:
    """Every session of the account and its access token end."""
    if not body.email or not body.token:
        raise Refused(messages.INVALID_PARAMETER.about("token" if body.email else "email"))
    if form_problem({"password": body.password}):
        raise Refused(messages.INVALID_INPUT.about("password"))
    user = users.find(deps.store, "email", body.email)
    if user is None or not codes.redeem(deps.store, RESET, reset_subject(user, body.token), body.token):
        raise Refused(messages.RESET_WRONG)
    password = body.password or deps.clock.token(8)
    users.change(deps.store, user, password_changes(user, password))
    forget_failures(deps, person(body.email, user))  # the owner need not wait until guessers have stopped
    forget_guesses(deps, user.id)
    return ok("" if body.password else password)


@routes.get("/oauth/email/bind", summary="Give the caller's account an address that a code proves")
@needs(
    Role.COMMON,
    critical=True,
    refuses=(messages.CONFIRM_FIRST, messages.CODE_WRONG, *TAKEN),
)
def bind_email(caller: CallerOf, presence: PresenceOf, deps: DepsOf, email: Email = "", code: MailedCode = "") -> Done:
    demand_presence(presence)
    if not is_address(email) or not codes.redeem(deps.store, VERIFICATION, email.lower(), code):
        raise Refused(messages.CODE_WRONG)
    change_account(deps.store, caller.user, {"email": email})
    return done()


def reset_subject(user: UserRow, token: str) -> str:
    """What a token that resets a password is kept by: guesses at others do not touch it, a new password voids it."""
    return f"{user.id} {user.session_version} {token}"


def domain_allowed(email: str, current: Mapping[str, str]) -> bool:
    """Whether the operator's list of domains, if it is in force, has this address's domain."""
    if current["EmailDomainRestrictionEnabled"] != "true":
        return True
    domain = email.rpartition("@")[2].lower()
    return domain in current["EmailDomainWhitelist"].lower().split(",")


def _asked_to_mail(request: Request, response: Response, deps: Deps, email: str, turnstile: str) -> Mapping[str, str]:
    """The options, once a human has asked for a mail to what can be an address."""
    current = options.current(deps.store)
    prove_human(request, response, deps, current, turnstile)
    if not is_address(email):
        raise Refused(messages.INVALID_PARAMETER.about("email"))
    return current


def _check_open(current: Mapping[str, str]) -> None:
    if current["RegisterEnabled"] != "true":
        raise Refused(messages.REGISTER_OFF)
    if current["PasswordRegisterEnabled"] != "true":
        raise Refused(messages.PASSWORD_REGISTER_OFF)


def _send(request: Request, deps: Deps, current: Mapping[str, str], to: str, mail: Mail) -> None:
    limit_of(deps, "mail", to.lower(), _MAILS, _SECONDS)
    subject = f"{current['SystemName']} {in_language(request, mail.subject)}"
    try:
        deps.outbox.send(current, to, subject, in_language(request, mail.body), now=deps.clock.now())
    except MailFailed as failed:
        log.error("mail not sent", reason=failed.detail)
        raise Refused(messages.MAIL_FAILED.of(reason=failed)) from failed
