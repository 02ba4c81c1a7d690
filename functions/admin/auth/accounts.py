"""Rules about accounts that several resources share: what a form may hold, and what a new account gets."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from admin.texts import messages
from admin.texts.messages import Text
from admin.web.envelope import Refused
from gateway.domain.amounts import amount_text
from gateway.domain.identity import Role, UserStatus
from gateway.domain.login_providers import LOGIN_PROVIDERS
from gateway.domain.money import EntryType
from gateway.security import passwords
from gateway.security.generated import alphanumeric
from gateway.store.accounts import passkeys, users
from gateway.store.accounts.balances import Held
from gateway.store.accounts.gifts import Gift
from gateway.store.accounts.identities import value_of
from gateway.store.accounts.users import Correction, Taken, all_out
from gateway.store.context import Store
from gateway.store.money.entries import Movement
from gateway.store.schema.users import UserRow

_AFF_LENGTH = 8  # one-api's four characters run out of free codes
_LIMITS = {"username": 12, "display_name": 20, "email": 50}
_TAKEN = {"username": messages.NAME_TAKEN, "email": messages.EMAIL_TAKEN}
TAKEN = (*_TAKEN.values(), messages.VALUE_TAKEN)  # what ``sign_up`` and ``change_account`` refuse


def form_problem(form: Mapping[str, str]) -> str:
    """What is wrong with the fields of an account form, empty when nothing is. Lengths count characters."""
    for name, most in _LIMITS.items():
        value = form.get(name, "")
        if len(value) > most:
            return f"{name} must have at most {most} characters"
        if any(ord(character) < 32 or ord(character) == 127 for character in value):
            return f"{name} must not contain control characters"
    username = form.get("username", "")
    if not username.isprintable() or username != username.strip():  # or two accounts would look like one
        return "username must not contain invisible characters, nor begin or end with a space"
    password = form.get("password", "")
    return "" if not password or 8 <= len(password) <= 20 else "password must have 8 to 20 characters"


def sign_up(store: Store, wanted: UserRow, options: Mapping[str, str], inviter: UserRow | None = None) -> UserRow:
    """Make an account with everything a new one gets: quota, rewards of an invitation, code, default token.

    Quota and rewards come once for each identity (``gateway.store.accounts.gifts``).
    """
    row = replace(wanted, role=Role.COMMON, status=UserStatus.ENABLED, inviter_id=inviter.id if inviter else 0)
    given = [Gift(amount, text) for amount, text in welcome(options, invited=inviter is not None) if amount > 0]
    for _ in range(5):
        coded = replace(row, aff_code=alphanumeric(_AFF_LENGTH))
        try:
            return users.create(store, coded, welcome=given, reward=_reward(options, inviter))
        except Taken as taken:
            if taken.what != "aff_code":
                raise Refused(_taken_text(taken)) from taken
    raise Refused(messages.BUSY, status=503)


def welcome(options: Mapping[str, str], *, invited: bool) -> list[tuple[int, str]]:
    """What a new account is given, with the texts of the entries."""
    new, invitee = int(options["QuotaForNewUser"]), int(options["QuotaForInvitee"])
    gifts = [(new, f"新用户注册赠送 {amount_text(new, options)}")]
    if invited:
        gifts.append((invitee, f"使用邀请码赠送 {amount_text(invitee, options)}"))
    return gifts


def password_changes(user: UserRow, password: str) -> dict[str, Any]:
    """What a new password changes: the hash, and that whoever was in before is out."""
    return {"password": passwords.hash_password(password), **all_out(user)}


def demand_another_way_in(store: Store, user: UserRow, without: str) -> None:
    """``Refused`` if nobody could sign in to the account any more, were it not for this: an attribute, or a passkey."""
    ways = ("password", "email", *(provider.attribute for provider in LOGIN_PROVIDERS.values()))
    if any(value_of(user, way) for way in ways if way != without):
        return
    ring = passkeys.get(store, user.id)
    if not [key for key in (ring.keys if ring is not None else ()) if key.id != without]:
        raise Refused(messages.LAST_WAY_IN)


def refuse_equals(caller: UserRow, role: int, text: Text) -> None:
    """``Refused`` with this text if somebody of that role is not the caller's to touch; everybody is root's."""
    if caller.role <= role and caller.role != Role.ROOT:
        raise Refused(text)


def somebody_below(store: Store, user_id: int, caller: UserRow) -> UserRow:
    """Another account whose second factor or passkeys the caller may take off, for whoever lost them."""
    user = users.get(store, user_id)
    if user is None:
        raise Refused(messages.NO_SUCH_USER)
    if user.id == caller.id:
        raise Refused(messages.CANNOT_CHANGE_EQUAL)
    refuse_equals(caller, user.role, messages.CANNOT_CHANGE_EQUAL)
    return user


def change_account(store: Store, user: UserRow, changes: Mapping[str, Any]) -> UserRow:
    """``users.change``; ``Refused`` if another account has one of the values."""
    try:
        return users.change(store, user, changes)
    except Taken as taken:
        raise Refused(_taken_text(taken)) from taken


def correct_account(store: Store, user: UserRow, changes: Mapping[str, Any], correction: Correction | None) -> UserRow:
    """The same with a balance that is set; ``Refused`` also if requests under way hold more than that."""
    try:
        return users.change(store, user, changes, correction=correction)
    except Taken as taken:
        raise Refused(_taken_text(taken)) from taken
    except Held as held:
        raise Refused(messages.QUOTA_HELD.of(held=held.amount)) from held


def _taken_text(taken: Taken) -> Text:
    return _TAKEN.get(taken.what) or messages.VALUE_TAKEN.of(what=taken.what).about(taken.what)


def _reward(options: Mapping[str, str], inviter: UserRow | None) -> Movement | None:
    amount = int(options["QuotaForInviter"])
    if inviter is None or amount <= 0:
        return None
    return Movement(
        user_id=inviter.id,
        username=inviter.username,
        delta=amount,
        type=EntryType.SYSTEM,
        content=f"邀请用户赠送 {amount_text(amount, options)}",
    )
