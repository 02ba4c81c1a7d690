"""Who may call what: a row for every route, and every route called as every role."""

import pytest

from gateway.domain.identity import Role
from gateway.domain.login_providers import LOGIN_PROVIDERS
from tests.admin.api import Api, refused
from tests.admin.routes import filled, gated_routes

# Every route with the least role it takes. A new route without a row fails.
MATRIX = {
    Role.GUEST: """
        GET /api/openapi.json
        GET /api/docs
        GET /api/docs/page.css
        GET /api/docs/page.js
        GET /api/status
        GET /api/health/public
        GET /api/pricing
        GET /api/notice
        GET /api/announcement
        GET /api/about
        GET /api/home_page_content
        POST /api/user/login
        POST /api/user/login/2fa
        POST /api/user/passkey/login/begin
        POST /api/user/passkey/login/finish
        POST /api/user/register
        POST /api/user/reset
        GET /api/verification
        GET /api/reset_password
        GET /api/oauth/state
        GET /api/oauth/oidc/authorize
        GET /api/user/logout
    """,
    Role.COMMON: """
        GET /api/models
        GET /api/user/available_models
        GET /api/user/self
        GET /api/user/self/alarm
        PUT /api/user/self/alarm
        POST /api/user/self/alarm/test
        GET /api/user/2fa/status
        POST /api/user/2fa/setup
        POST /api/user/2fa/enable
        POST /api/user/2fa/disable
        POST /api/user/2fa/backup_codes
        GET /api/user/passkey
        PUT /api/user/passkey
        DELETE /api/user/passkey/{credential}
        POST /api/user/passkey/register/begin
        POST /api/user/passkey/register/finish
        PUT /api/user/self
        DELETE /api/user/self
        GET /api/user/token
        GET /api/user/token/status
        POST /api/user/logout/all
        GET /api/user/session
        DELETE /api/user/session
        DELETE /api/user/session/{session_id}
        POST /api/user/confirm
        GET /api/user/aff
        GET /api/user/aff/summary
        GET /api/user/self/preferences
        PUT /api/user/self/preferences
        POST /api/user/topup
        GET /api/user/dashboard
        GET /api/oauth/email/bind
        GET /api/oauth/wechat/bind
        DELETE /api/oauth/{name}/bind
        GET /api/token
        GET /api/token/search
        GET /api/token/{token_id}
        POST /api/token
        PUT /api/token
        DELETE /api/token/{token_id}
        POST /api/token/temporary
        POST /api/token/{token_id}/rotate
        POST /api/token/batch
        GET /api/log/self
        GET /api/log/self/search
        GET /api/log/self/stat
        GET /api/log/receipt/{request_id}
        GET /api/usage/self
        GET /api/log/self/export
        GET /api/summary
        GET /api/limits/self
    """,
    Role.ADMIN: """
        GET /api/limits
        POST /api/topup
        POST /api/log/refund
        GET /api/user
        GET /api/user/search
        GET /api/user/{user_id}
        POST /api/user
        PUT /api/user
        POST /api/user/manage
        POST /api/user/batch
        DELETE /api/user/{user_id}
        DELETE /api/user/{user_id}/2fa
        DELETE /api/user/{user_id}/passkey
        GET /api/channel/stats
        GET /api/channel/{channel_id}/stats
        GET /api/channel
        GET /api/channel/search
        GET /api/channel/models
        POST /api/channel/batch
        POST /api/channel/probe
        POST /api/channel/copy_fields
        GET /api/channel/export
        POST /api/channel/import
        GET /api/channel/fetch_models/{channel_id}
        POST /api/channel/copy/{channel_id}
        GET /api/channel/tags
        GET /api/channel/test
        POST /api/channel/test
        GET /api/channel/test/progress
        GET /api/channel/test/{channel_id}
        POST /api/channel/test/{channel_id}
        GET /api/channel/update_balance
        GET /api/channel/update_balance/{channel_id}
        GET /api/providers
        GET /api/channel/{channel_id}
        GET /api/channel/{channel_id}/keys
        GET /api/channel/{channel_id}/model_changes
        POST /api/channel/{channel_id}/model_changes
        POST /api/channel/{channel_id}/model_changes/apply
        POST /api/channel
        PUT /api/channel
        DELETE /api/channel/disabled
        DELETE /api/channel/{channel_id}
        GET /api/redemption
        GET /api/redemption/search
        GET /api/redemption/export
        GET /api/redemption/{code_id}
        POST /api/redemption
        PUT /api/redemption
        DELETE /api/redemption/{code_id}
        POST /api/redemption/batch
        GET /api/log
        DELETE /api/log
        GET /api/log/stat
        GET /api/log/search
        GET /api/group
        GET /api/group/details
        GET /api/usage
        GET /api/usage/top
        GET /api/usage/shadow
        GET /api/usage/export
        GET /api/log/export
        GET /api/user/export
    """,
    Role.ROOT: """
        GET /api/audit
        GET /api/option
        PUT /api/option
        GET /api/option/schema
        PUT /api/option/batch
        GET /api/option/prices
        GET /api/configuration
        POST /api/configuration/plan
        PUT /api/configuration
        POST /api/option/test/mail
        POST /api/option/test/pusher
        POST /api/option/test/oidc
        GET /api/job
        POST /api/option/test/alarm
        GET /api/announcement/all
        POST /api/announcement
        PUT /api/announcement
        DELETE /api/announcement/{announcement_id}
        POST /api/job/{name}
    """,
}

FORBIDDEN = "无权进行此操作，权限不足"
NOT_SIGNED_IN = "无权进行此操作，未登录且未提供 access token"


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every route is called from one address."""
    monkeypatch.setattr("admin.web.gate.CRITICAL_LIMIT", 10_000)


def _rows() -> dict[tuple[str, str], Role]:
    signing_in = {("GET", f"/api/oauth/{name}"): Role.GUEST for name in LOGIN_PROVIDERS}
    return signing_in | {
        (method, path): role
        for role, text in MATRIX.items()
        for method, path in (line.split() for line in text.strip().splitlines())
    }


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    assert {(method, path): role for method, path, role in gated_routes()} == _rows()


def test_who_presents_nothing_gets_401_wherever_a_role_is_needed(api: Api) -> None:
    for (method, path), role in _rows().items():
        answer = api.raw(method, filled(path))
        unknown = answer.status_code == 401
        assert unknown == (role > Role.GUEST), (method, path, answer.text)
        if unknown:
            assert answer.json() == refused(NOT_SIGNED_IN, code="unauthenticated")


@pytest.mark.parametrize("role", [Role.COMMON, Role.ADMIN])
def test_a_role_that_does_not_reach_is_refused_before_anything_happens(api: Api, role: Role) -> None:
    api.new_user("caller", role=int(role))
    caller = api.signed_in("caller")
    for (method, path), least in _rows().items():
        if least > role:
            answer = caller.raw(method, filled(path), content=b"not even JSON")
            assert answer.json() == refused(FORBIDDEN, code="forbidden"), (method, path)
            assert answer.status_code == 200


def test_a_role_that_reaches_is_let_through(api: Api) -> None:
    for (method, path), least in _rows().items():
        if path in ("/api/user/self", "/api/user/token", "/api/user/logout/all") or least == Role.GUEST:
            continue  # would change the caller under test
        answer = api.root.raw(method, filled(path)).text
        assert FORBIDDEN not in answer and NOT_SIGNED_IN not in answer, (method, path)


def test_both_forms_of_every_address_are_answered_directly(api: Api) -> None:
    for method, path, _ in gated_routes():
        for form in (filled(path), filled(path) + "/"):
            assert api.raw(method, form).status_code not in (301, 307, 404), (method, form)
