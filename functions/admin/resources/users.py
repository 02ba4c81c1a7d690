"""Accounts, as administrators manage them. Nobody but root touches an account of the same role or above."""

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BeforeValidator, Field

from admin.auth.accounts import TAKEN, correct_account, form_problem, password_changes, refuse_equals, sign_up
from admin.auth.limit_rules import LIMIT_LIST, limits_written
from admin.auth.shown_user import ManagedUser, User, known_user, managed_user
from admin.openapi.examples import CHOSEN, From, Keyword, Until, example
from admin.texts import messages
from admin.texts.messages import Text
from admin.texts.reasons import reason
from admin.web.deps import Deps, DepsOf
from admin.web.envelope import Answer, Done, Refused, done, ok
from admin.web.fields import LARGEST, MOST_FOUND, Id, Submitted, Whole, loose
from admin.web.gate import GatedRoute, needs
from admin.web.paging import Paging, paging
from admin.web.session import CallerOf
from gateway.domain.amounts import amount_text
from gateway.domain.identity import Role, UserStatus
from gateway.domain.money import EntryType
from gateway.security import passwords
from gateway.store.accounts import balances, user_filters, users
from gateway.store.accounts.user_filters import UserFilter
from gateway.store.accounts.users import Correction
from gateway.store.money.entries import Movement
from gateway.store.schema.users import UserRow
from gateway.store.settings import options

routes = APIRouter(prefix="/api", tags=["users"], route_class=GatedRoute)

MOST_IDS = 100  # of one call
_NUMBER, _TEXT = BeforeValidator(loose), {"type": "string"}  # any text is taken, and counts as 0 if it is no number

UserPaging = Annotated[Paging, paging("id", "username", *users.SORTED_HERE)]


class NewUser(Submitted, json_schema_extra=example(username="bob", password=CHOSEN, display_name="Bob")):
    """``role`` is only checked: a new account is always a common user."""

    username: str = ""
    password: str = ""
    display_name: str = ""
    role: Whole = 0


class EditedUser(Submitted, json_schema_extra=example(id=2, group="vip", quota=500_000)):
    """What is absent stays as it is; so do an empty name, password or group, and role or status 0."""

    id: Whole = 0
    username: str = ""
    password: str = ""
    display_name: str | None = None
    role: Whole = 0
    status: Whole = 0
    group: str = ""
    quota: Whole | None = None
    limits: LIMIT_LIST | None = None
    note: Annotated[str, Field(max_length=1_000)] | None = None


class Managed(Submitted, json_schema_extra=example(username="alice", action="disable")):
    """``action`` is disable, enable, delete, promote or demote."""

    username: str = ""
    action: str = ""


class ManagedMany(Submitted, json_schema_extra=example(ids=[2], action="disable")):
    """``action`` is enable, disable or delete."""

    ids: list[Whole]
    action: str


class TopUp(Submitted, json_schema_extra=example(user_id=2, quota=500_000, remark="invoice 17")):
    user_id: Whole = 0
    quota: Whole = 0
    remark: str = ""


def _wanted(
    group: Annotated[str, Query(description="Only accounts of this group.")] = "",
    role: Annotated[int, _NUMBER, Query(description="Only accounts with this role.", json_schema_extra=_TEXT)] = 0,
    status: Annotated[int, _NUMBER, Query(description="Only accounts in this state.", json_schema_extra=_TEXT)] = 0,
    seen_after: From = 0,
    seen_before: Until = 0,
) -> UserFilter:
    seen = {"seen_after": max(0, seen_after), "seen_before": max(0, seen_before)}
    return UserFilter(group=group, role=role, status=status, **seen)


@routes.get("/user", summary="Accounts, newest first or by an amount")
@needs(Role.ADMIN)
def list_users(
    deps: DepsOf, pages: UserPaging, wanted: Annotated[UserFilter, Depends(_wanted)]
) -> Answer[list[ManagedUser]]:
    """With a filter, among the newest thousand accounts."""
    if wanted == UserFilter():
        found, total = users.page(deps.store, pages.part), partial(users.count, deps.store)
    else:
        found, number = user_filters.page(deps.store, pages.part, wanted)
        total = partial(int, number)
    pages.goes_on(found.next)
    pages.total(total)
    return ok([known_user(row) for row in found.rows])


@routes.get("/user/search", summary="Accounts by number, or by how name, shown name or address begins")
@needs(Role.ADMIN)
def search_users(deps: DepsOf, keyword: Keyword = "") -> Answer[list[ManagedUser]]:
    return ok([known_user(row) for row in users.search(deps.store, keyword[:255], limit=MOST_FOUND)])


@routes.get("/user/{user_id}", summary="One account")
@needs(Role.ADMIN, refuses=(messages.ID_EMPTY, messages.NOT_FOUND, messages.CANNOT_VIEW_EQUAL))
def get_user(user_id: Id, caller: CallerOf, deps: DepsOf) -> Answer[ManagedUser]:
    row = _existing(deps, user_id)
    refuse_equals(caller.user, row.role, messages.CANNOT_VIEW_EQUAL)
    return ok(known_user(balances.whole(deps.store, row)))


@routes.post("/user", summary="Make an account; answers it")
@needs(
    Role.ADMIN,
    unreadable=messages.INVALID_PARAMETER,
    refuses=(
        messages.INVALID_PARAMETER,
        messages.INVALID_INPUT,
        messages.CANNOT_CREATE_EQUAL,
        *TAKEN,
        (messages.BUSY, 503),
    ),
)
def create_user(body: NewUser, caller: CallerOf, deps: DepsOf) -> Answer[ManagedUser]:
    if not body.username or not body.password:
        raise Refused(messages.INVALID_PARAMETER.about("password" if body.username else "username"))
    if problem := form_problem(body.model_dump(include={"username", "password", "display_name"})):
        raise Refused(messages.INVALID_INPUT.about(reason(problem).field))
    if body.role >= caller.user.role:
        raise Refused(messages.CANNOT_CREATE_EQUAL)
    wanted = UserRow(
        id=0,
        username=body.username,
        password=passwords.hash_password(body.password),
        display_name=body.display_name or body.username,
    )
    return ok(known_user(sign_up(deps.store, wanted, options.current(deps.store))))


@routes.put("/user", summary="Change an account")
@needs(
    Role.ADMIN,
    unreadable=messages.INVALID_PARAMETER,
    refuses=(
        messages.INVALID_PARAMETER,
        messages.NOT_FOUND,
        messages.CANNOT_CHANGE_EQUAL,
        messages.CANNOT_RAISE,
        messages.ROOT_NOT_DEMOTED,
        messages.ROOT_NOT_DISABLED,
        messages.QUOTA_RANGE,
        messages.QUOTA_HELD,
        messages.INVALID_INPUT,
        messages.LIMITS,
        *TAKEN,
    ),
)
def update_user(body: EditedUser, caller: CallerOf, deps: DepsOf) -> Done:
    """Quota is set, not added: the difference to what is shown is an entry of the account's log. It cannot be set lower
    than what requests under way hold: to clear it for good, disable the account, and set it when they have ended. A new
    password ends every session of the account and its access token.
    """
    if body.id == 0:
        raise Refused(messages.INVALID_PARAMETER.about("id"))
    user = users.get(deps.store, body.id)
    changes = _edited(user, body)
    if user is None:
        raise Refused(messages.NOT_FOUND)
    refuse_equals(caller.user, user.role, messages.CANNOT_CHANGE_EQUAL)
    refuse_equals(caller.user, body.role, messages.CANNOT_RAISE)
    _keep_root(user, body)
    changes |= _raised(user, body)
    correction = None if body.quota is None else _correction(body.quota, options.current(deps.store))
    correct_account(deps.store, user, changes, correction)
    return done()


@routes.post("/user/manage", summary="Enable, disable, delete, promote or demote an account")
@needs(
    Role.ADMIN,
    unreadable=messages.INVALID_PARAMETER,
    refuses=(
        messages.NO_SUCH_USER,
        messages.CANNOT_CHANGE_EQUAL,
        messages.UNKNOWN_ACTION,
        messages.ROOT_NOT_DISABLED,
        messages.ROOT_NOT_DELETED,
        messages.ONLY_ROOT_PROMOTES,
        messages.ALREADY_ADMIN,
        messages.ROOT_NOT_DEMOTED,
        messages.ALREADY_COMMON,
    ),
)
def manage_user(body: Managed, caller: CallerOf, deps: DepsOf) -> Answer[User]:
    """The answer has `role` and `status`, all else empty."""
    user = users.find(deps.store, "username", body.username)
    if user is None:
        raise Refused(messages.NO_SUCH_USER)
    refuse_equals(caller.user, user.role, messages.CANNOT_CHANGE_EQUAL)
    if (refusal := _manage_refusal(caller.user, user, body.action)) is not None:
        raise Refused(refusal)
    return ok(managed_user(_managed(deps, user, body.action)))


@routes.post("/user/batch", summary="Enable, disable or delete many accounts; answers to how many it was done")
@needs(
    Role.ADMIN,
    unreadable=messages.INVALID_PARAMETER,
    refuses=(
        messages.ID_EMPTY,
        messages.BAD_FORM,
        messages.CANNOT_CHANGE_EQUAL,
        messages.UNKNOWN_ACTION,
        messages.ROOT_NOT_DISABLED,
        messages.ROOT_NOT_DELETED,
    ),
    answers=1,
)
def manage_many(body: ManagedMany, caller: CallerOf, deps: DepsOf) -> Answer[int]:
    """At most 100 accounts at once; if one of them may not be touched, none is. Who is unknown or gone is left out."""
    ids = list(dict.fromkeys(body.ids))
    if not ids:
        raise Refused(messages.ID_EMPTY)
    if len(ids) > MOST_IDS:
        raise Refused(messages.BAD_FORM.of(reason=reason(f"more than {MOST_IDS} ids")))
    if body.action not in _MANY:
        raise Refused(messages.UNKNOWN_ACTION.of(action=body.action[:40]))
    found = [user for user in (users.get(deps.store, number) for number in ids) if user is not None]
    found = [user for user in found if user.status != UserStatus.DELETED]
    for user in found:
        refuse_equals(caller.user, user.role, messages.CANNOT_CHANGE_EQUAL)
        if user.role == Role.ROOT and body.action in _NOT_ROOT:
            raise Refused(_NOT_ROOT[body.action])
    for user in found:
        _managed(deps, user, body.action)
    return ok(len(found))


@routes.delete("/user/{user_id}", summary="Delete an account; its ledger stays")
@needs(Role.ADMIN, refuses=(messages.ID_EMPTY, messages.NOT_FOUND, messages.CANNOT_DELETE_EQUAL))
def delete_user(user_id: Id, caller: CallerOf, deps: DepsOf) -> Done:
    user = _existing(deps, user_id)
    if caller.user.role <= user.role:
        raise Refused(messages.CANNOT_DELETE_EQUAL)
    users.delete_account(deps.store, user)
    return done()


@routes.post("/topup", summary="Credit an account, for payment systems")
@needs(Role.ADMIN, refuses=(messages.QUOTA_NEGATIVE, messages.NO_SUCH_USER, messages.QUOTA_RANGE))
def top_up(body: TopUp, deps: DepsOf) -> Done:
    if body.quota < 0:
        raise Refused(messages.QUOTA_NEGATIVE)
    user = users.get(deps.store, body.user_id)
    if user is None or user.status == UserStatus.DELETED:
        raise Refused(messages.NO_SUCH_USER)
    if balances.of_account(balances.whole(deps.store, user)).quota + body.quota > LARGEST:
        raise Refused(messages.QUOTA_RANGE.of(most=LARGEST))
    text = body.remark[:2000] or f"通过 API 充值 {amount_text(body.quota, options.current(deps.store))}"
    movement = Movement(
        user_id=user.id,
        username=user.username,
        delta=body.quota,
        type=EntryType.TOPUP,
        content=text,
        shown_quota=body.quota,
    )
    users.credit(deps.store, movement)
    return done()


_MANY = ("enable", "disable", "delete")
_NOT_ROOT = {"disable": messages.ROOT_NOT_DISABLED, "delete": messages.ROOT_NOT_DELETED}
_MANAGED: dict[str, dict[str, Any]] = {
    "disable": {"status": int(UserStatus.DISABLED)},
    "enable": {"status": int(UserStatus.ENABLED), "kind": "user"},  # brings a deleted one back, too
    "promote": {"role": int(Role.ADMIN)},
    "demote": {"role": int(Role.COMMON)},
}


def _managed(deps: Deps, user: UserRow, action: str) -> UserRow:
    if action == "delete":
        return users.delete_account(deps.store, user)
    return users.change(deps.store, user, _MANAGED[action])


def _manage_refusal(caller: UserRow, user: UserRow, action: str) -> Text | None:
    """Why this action is not possible, or ``None``."""
    root = user.role == Role.ROOT
    reasons: dict[str, list[tuple[bool, Text]]] = {
        **{forbidden: [(root, text)] for forbidden, text in _NOT_ROOT.items()},
        "enable": [],
        "promote": [
            (caller.role != Role.ROOT, messages.ONLY_ROOT_PROMOTES),
            (user.role >= Role.ADMIN, messages.ALREADY_ADMIN),
        ],
        "demote": [(root, messages.ROOT_NOT_DEMOTED), (user.role == Role.COMMON, messages.ALREADY_COMMON)],
    }
    if action not in reasons:
        return messages.UNKNOWN_ACTION.of(action=action[:40])
    return next((text for holds, text in reasons[action] if holds), None)


def _existing(deps: Deps, user_id: int) -> UserRow:
    if user_id == 0:
        raise Refused(messages.ID_EMPTY)
    row = users.get(deps.store, user_id)
    if row is None:
        raise Refused(messages.NOT_FOUND)
    return row


def _keep_root(user: UserRow, body: EditedUser) -> None:
    """There is always a root: nobody takes role or access from one here."""
    if user.role != Role.ROOT:
        return
    if body.role not in (0, Role.ROOT):
        raise Refused(messages.ROOT_NOT_DEMOTED)
    if body.status not in (0, UserStatus.ENABLED):
        raise Refused(messages.ROOT_NOT_DISABLED)


def _edited(user: UserRow | None, body: EditedUser) -> dict[str, Any]:
    """The texts that change. What does not is not judged: an account made elsewhere may have a longer name."""
    form = body.model_dump(include={"username", "password", "display_name", "group"})
    changes: dict[str, Any] = {
        name: value for name, value in form.items() if value and value != getattr(user, name, None)
    }
    if problem := form_problem(changes) or ("group is too long" if len(body.group) > 64 else ""):
        raise Refused(messages.INVALID_INPUT.about(reason(problem).field))
    if body.display_name == "":
        changes["display_name"] = ""
    if body.limits is not None:
        changes["limits"] = limits_written(body.limits)
    if body.note is not None:
        changes["note"] = body.note
    return changes


def _raised(user: UserRow, body: EditedUser) -> dict[str, Any]:
    """What changes of role, status and password."""
    changes: dict[str, Any] = {}
    if body.role:
        changes["role"] = _one_of(body.role, (Role.COMMON, Role.ADMIN, Role.ROOT))
    if body.status and user.status != UserStatus.DELETED:
        changes["status"] = _one_of(body.status, (UserStatus.ENABLED, UserStatus.DISABLED))
    if body.password:
        changes |= password_changes(user, body.password)
    return changes


def _one_of(value: int, allowed: tuple[int, ...]) -> int:
    if value not in allowed:
        raise Refused(messages.INVALID_INPUT)
    return value


def _correction(quota: int, current: Mapping[str, str]) -> Correction:
    if not 0 <= quota <= LARGEST:
        raise Refused(messages.QUOTA_RANGE.of(most=LARGEST))

    def content(old: int, new: int) -> str:
        return messages.QUOTA_EDITED.zh.format(old=amount_text(old, current), new=amount_text(new, current))

    return Correction(quota, content)
