"""The audit log: every action of an administrator, who, what and on what; no secret, and nothing done unnoted."""

from typing import Any

import pytest

from admin.web.audit import audited
from admin.web.deps import Deps
from gateway.domain.identity import Role
from gateway.errors import StoreError
from gateway.store.channels import channels
from gateway.store.settings import audits
from tests.admin.api import Api
from tests.admin.routes import filled, gated_routes


def noted(api: Api, **query: Any) -> list[dict[str, Any]]:
    return api.root.get("/api/audit/", params=query)["data"]


def test_an_action_is_noted_with_its_names_and_without_its_secrets(api: Api) -> None:
    form = {"type": 1, "key": "sk-very-secret", "name": "planted name", "models": "m"}
    assert api.root.post("/api/channel/", form)["success"]
    (entry,) = noted(api)
    assert (entry["username"], entry["user_id"], entry["outcome"]) == ("root", 1, "done")
    assert (entry["method"], entry["route"]) == ("POST", "/api/channel")
    assert entry["fields"] == ["key", "models", "name", "type"]
    assert entry["request_id"].isdigit()
    assert "secret" not in str(entry)
    assert "planted" not in str(entry)


def test_targets_tell_which_thing_was_meant(api: Api) -> None:
    alice = api.new_user("alice")
    api.root.put("/api/option/", {"key": "SMTPToken", "value": "planted"})
    api.root.post("/api/user/manage", {"username": "alice", "action": "disable"})
    api.root.delete(f"/api/user/{alice}/")
    deleted, managed, option = noted(api)[:3]
    assert deleted["targets"] == {"user_id": str(alice)}
    assert managed["targets"] == {"username": "alice", "action": "disable"}
    assert option["targets"] == {"key": "SMTPToken"}
    assert "planted" not in str(noted(api))


def test_what_was_refused_is_noted_as_refused_and_reading_is_not_noted(api: Api) -> None:
    assert not api.root.put("/api/option/", {"key": "Nosuch", "value": "1"})["success"]
    api.root.get("/api/channel/")
    api.root.get("/api/channel/test/99")
    assert [(entry["route"], entry["outcome"]) for entry in noted(api)] == [
        ("/api/channel/test/{channel_id}", "refused"),
        ("/api/option", "refused"),
    ]


def test_who_may_not_come_in_is_not_noted(api: Api) -> None:
    api.new_user("alice")
    before = len(noted(api))
    api.signed_in("alice").delete("/api/channel/1")
    assert len(noted(api)) == before


def test_pages_are_newest_first(api: Api) -> None:
    for number in range(12):
        api.root.delete(f"/api/redemption/{number + 1}")
    assert [entry["targets"]["code_id"] for entry in noted(api)] == [str(number) for number in range(12, 2, -1)]
    assert [entry["targets"]["code_id"] for entry in noted(api, p=1)] == ["2", "1"]
    assert [entry["targets"]["code_id"] for entry in noted(api, p=1, page_size=5)] == ["7", "6", "5", "4", "3"]


def test_what_cannot_be_noted_is_not_done(api: Api, deps: Deps, monkeypatch: pytest.MonkeyPatch) -> None:
    form = {"type": 1, "key": "k", "models": "m"}

    def fail(*_: object) -> None:
        raise StoreError("no")

    monkeypatch.setattr(audits, "begin", fail)
    assert api.root.raw("POST", "/api/channel/", json=form).status_code == 503
    assert channels.every(deps.store) == []


def test_bodies_that_are_no_objects_are_noted_without_fields(api: Api) -> None:
    for body in (b"", b"[1]", b'"x"', b"{", b'{"a": "\\ud800"}'):
        api.root.raw("POST", "/api/redemption/", content=body)
    assert [entry["fields"] for entry in noted(api)] == [[]] * 5


def test_clearing_the_logs_leaves_the_audit_log(api: Api) -> None:
    api.root.delete("/api/log/?target_timestamp=99999999999")
    assert noted(api)[0]["targets"] == {"target_timestamp": "99999999999"}


def test_every_route_of_administrators_that_changes_something_is_audited(api: Api) -> None:
    changing = [(m, p) for m, p, role in gated_routes() if role >= Role.ADMIN and m != "GET"]
    assert len(changing) > 15
    assert all(audited(method, path, Role.ADMIN) for method, path in changing)
    before = len(noted(api, page_size=100))
    for method, path in changing:
        api.root.raw(method, filled(path), json={})
    assert len(noted(api, page_size=100)) == before + len(changing)
