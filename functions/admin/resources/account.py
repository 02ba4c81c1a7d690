"""The caller's own account: signing in and out, profile, access token, invitation code."""

from functools import partial
from typing import Any

from fastapi import APIRouter, Request, Response

from admin.auth.accounts import TAKEN, change_account, form_problem, password_changes
from admin.auth.presence import PresenceOf, begin_presence, demand_presence
from admin.auth.second_factor import SignedIn, demand_code, sign_in
from admin.auth.shown_user import User, shown_user
from admin.openapi.examples import CHOSEN, example
from admin.texts import messages
from admin.texts.reasons import reason
from admin.web import limits
from admin.web.deps import Deps, DepsOf
from admin.web.envelope import Answer, Done, Refused, done, ok
from admin.web.fields import Shown, Submitted
from admin.web.gate import GatedRoute, needs
from admin.web.session import CallerOf, end_session, refuse_cross_site, start_session
from gateway.domain.identity import Role, UserStatus
from gateway.security import passwords
from gateway.security.credentials import hash_key
from gateway.security.generated import alphanumeric, hex_token
from gateway.store.accounts import balances, names, users
from gateway.store.accounts.users import Taken
from gateway.store.schema.users import UserRow
from gateway.store.settings import options

routes = APIRouter(prefix="/api/user", tags=["account"], route_class=GatedRoute)

_LONGEST_PASSWORD = 1_000  # characters that are worth hashing


class Credentials(Submitted, json_schema_extra=example(username="alice", password=CHOSEN)):
    """``username`` may be the e-mail address."""

    username: str = ""
    password: str = ""


class Confirmation(Submitted, json_schema_extra=example(password=CHOSEN)):
    """One of the two."""

    password: str = ""
    code: str = ""


class AccessToken(
    Shown, json_schema_extra=example(exists=True, created_time=1_767_225_600, last_used_time=1_767_229_200)
):
    """Times in unix seconds, 0 where it is not known; ``last_used_time`` is noted once an hour."""

    exists: bool
    created_time: int
    last_used_time: int


class Invitation(
    Shown, json_schema_extra=example(code="kR3vT9Qa", link="https://gateway.example/register?aff=kR3vT9Qa")
):
    """``earned`` in quota units."""

    code: str
    link: str
    came: int
    earned: int


class Profile(Submitted, json_schema_extra=example(display_name="Alice")):
    """An empty field stays as it is."""

    username: str = ""
    password: str = ""
    display_name: str = ""


@routes.post("/login", summary="Sign in; the answer sets the session cookie, or asks for a code of the second factor")
@needs(
    Role.GUEST,
    critical=True,
    unreadable=messages.INVALID_PARAMETER,
    refuses=(messages.LOGIN_OFF, messages.INVALID_PARAMETER, messages.LOGIN_FAILED),
)
def login(body: Credentials, request: Request, response: Response, deps: DepsOf) -> Answer[SignedIn]:
    """An account with a second factor gets `require_2fa` and a `ticket` instead, and no cookie: see
    `/api/user/login/2fa`.
    """
    if options.current(deps.store)["PasswordLoginEnabled"] != "true":
        raise Refused(messages.LOGIN_OFF)
    if not body.username or not body.password:
        raise Refused(messages.INVALID_PARAMETER.about("password" if body.username else "username"))
    found = _called(deps, body.username)
    who = limits.person(body.username, found)
    limits.before_password(request, deps, who)
    user = _verified(deps, found, body.password)
    limits.after_password(request, deps, who)
    names.keep(deps.store, user.id, user.username)
    return sign_in(response, request, deps, user)


@routes.get("/logout", summary="Sign out; the session's cookie is worthless from now on")
@needs(Role.GUEST, refuses=((messages.CROSS_SITE, 403),))
def logout(request: Request, response: Response, deps: DepsOf) -> Done:
    refuse_cross_site(request)
    end_session(response, request, deps)
    return done()


@routes.post("/logout/all", summary="Sign out everywhere: every session and the access token end")
@needs(Role.COMMON)
def logout_everywhere(caller: CallerOf, request: Request, response: Response, deps: DepsOf) -> Done:
    users.change(deps.store, caller.user, users.all_out(caller.user))
    end_session(response, request, deps)
    return done()


@routes.post("/confirm", summary="Show again who one is, before changing how one signs in")
@needs(
    Role.COMMON,
    unreadable=messages.INVALID_PARAMETER,
    refuses=(
        messages.INVALID_PARAMETER,
        messages.PASSWORD_WRONG,
        messages.SECOND_CODE_WRONG,
        messages.SECOND_FACTOR_OFF,
    ),
)
def confirm(
    body: Confirmation, caller: CallerOf, presence: PresenceOf, request: Request, response: Response, deps: DepsOf
) -> Done:
    """With the password or a code of the second factor. For ten minutes from now this session, or the access token,
    may do what else needs a sign-in that is not older.
    """
    if body.code:
        demand_code(deps, caller.user, body.code)
    elif body.password:
        _demand_password(request, deps, caller.user, body.password)
    else:
        raise Refused(messages.INVALID_PARAMETER)
    begin_presence(presence, request, response)
    return done()


@routes.get("/self", summary="The caller's account")
@needs(Role.COMMON)
def get_self(caller: CallerOf, deps: DepsOf) -> Answer[User]:
    return ok(shown_user(balances.whole(deps.store, caller.user)))


@routes.put("/self", summary="Change the caller's name, shown name or password")
@needs(
    Role.COMMON,
    unreadable=messages.INVALID_PARAMETER,
    refuses=(messages.BAD_FORM, messages.CONFIRM_FIRST, *TAKEN),
)
def put_self(
    body: Profile, caller: CallerOf, presence: PresenceOf, request: Request, response: Response, deps: DepsOf
) -> Done:
    """A new password ends every other session of the account, and its access token."""
    changes = profile_changes(caller.user, body.model_dump())
    if not changes:
        return done()
    if changes.keys() & {"username", "password"}:
        demand_presence(presence)
    user = change_account(deps.store, caller.user, changes)
    if "password" in changes and caller.session is not None:
        start_session(response, request, deps, user)  # every other session has just ended
    return done()


@routes.delete("/self", summary="Delete the caller's account")
@needs(Role.COMMON, refuses=(messages.ROOT_STAYS, messages.CONFIRM_FIRST))
def delete_self(caller: CallerOf, presence: PresenceOf, deps: DepsOf) -> Done:
    if caller.user.role == Role.ROOT:
        raise Refused(messages.ROOT_STAYS)
    demand_presence(presence)
    users.delete_account(deps.store, caller.user)
    return done()


@routes.get("/token", summary="Make a new system access token; the one before stops working")
@needs(Role.COMMON, refuses=(messages.CONFIRM_FIRST,), answers="2b7e151628aed2a6abf7158809cf4f3c")
def new_access_token(caller: CallerOf, presence: PresenceOf, deps: DepsOf) -> Answer[str]:
    """It is shown this once, carries the caller's whole role, and ends with a new password, when the second factor is
    switched on, and by `/api/user/logout/all`.
    """
    demand_presence(presence)
    token = hex_token()
    made = {"access_hash": hash_key(token), "access_created_time": deps.clock.now(), "access_used_time": 0}
    users.change(deps.store, caller.user, made)
    return ok(token)


@routes.get("/token/status", summary="Whether there is a system access token, when it was made and last used")
@needs(Role.COMMON)
def access_token_status(caller: CallerOf) -> Answer[AccessToken]:
    user = caller.user
    times = {"created_time": user.access_created_time, "last_used_time": user.access_used_time}
    return ok(AccessToken(exists=bool(user.access_hash), **times))


@routes.get("/aff", summary="The caller's invitation code")
@needs(Role.COMMON, answers="kR3vT9Qa")
def invitation_code(caller: CallerOf, deps: DepsOf) -> Answer[str]:
    return ok(_invitation_code(deps, caller.user))


@routes.get("/aff/summary", summary="The caller's invitation: link, how many came by it, and what they brought")
@needs(Role.COMMON)
def invitation(caller: CallerOf, deps: DepsOf, request: Request) -> Answer[Invitation]:
    """Counted since the gateway counts it. The link leads to where the site is."""
    code = _invitation_code(deps, caller.user)
    here = options.current(deps.store)["ServerAddress"] or f"{request.url.scheme}://{request.headers.get('host', '')}"
    link = f"{here}/register?aff={code}"
    return ok(Invitation(code=code, link=link, came=caller.user.aff_count, earned=caller.user.aff_quota))


def _invitation_code(deps: Deps, user: UserRow) -> str:
    while not user.aff_code:
        try:
            user = users.change(deps.store, user, {"aff_code": alphanumeric(8)})
        except Taken:
            continue
    return user.aff_code


def profile_changes(user: UserRow, form: dict[str, str]) -> dict[str, Any]:
    """What a profile form changes, ready for the store. ``Refused`` if the form is not acceptable."""
    changed = {name: value for name, value in form.items() if value and value != getattr(user, name)}
    if problem := form_problem(changed):
        raise Refused(messages.BAD_FORM.of(reason=reason(problem)))
    if "password" in changed:
        return changed | password_changes(user, changed["password"])
    return dict(changed)


def _demand_password(request: Request, deps: Deps, user: UserRow, password: str) -> None:
    """``Refused`` unless it is the account's; tries are counted with those at signing in."""
    who = limits.person(user.username, user)
    limits.before_password(request, deps, who)
    if not passwords.verify_password(user.password, password[:_LONGEST_PASSWORD]):
        raise Refused(messages.PASSWORD_WRONG)
    limits.after_password(request, deps, who)


def _called(deps: Deps, typed: str) -> UserRow | None:
    """The account that is called so, by its name or its address."""
    # An address is proven, a name is not: who takes somebody's address for a name must not get in their way.
    by_address, by_name = partial(users.find, deps.store, "email"), partial(users.named, deps.store)
    order = (by_address, by_name) if "@" in typed else (by_name, by_address)
    return next((user for find in order if (user := find(typed)) is not None), None)


def _verified(deps: Deps, user: UserRow | None, password: str) -> UserRow:
    """The account, if this is its password; every failure looks and lasts the same."""
    stored = user.password if user is not None else ""
    right = passwords.verify_password(stored, password[:_LONGEST_PASSWORD])
    if user is None or not right or user.status != UserStatus.ENABLED:
        raise Refused(messages.LOGIN_FAILED)
    if passwords.outdated(stored):
        return users.change(deps.store, user, {"password": passwords.hash_password(password)})
    return user
