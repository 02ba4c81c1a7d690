"""Announcements: who sees which, and when."""

from typing import Any

import pytest

from admin.web.deps import Deps
from gateway.store.settings.announcements import MOST
from tests.admin.api import Api


def announce(api: Api, **body: Any) -> Any:
    return api.root.post("/api/announcement/", {"title": "t"} | body)


def titles(caller: Api) -> list[str]:
    return [row["title"] for row in caller.get("/api/announcement")["data"]]


def test_each_sees_what_is_meant_for_them_newest_first(api: Api) -> None:
    for audience in ("all", "users", "administrators"):
        assert announce(api, title=audience, audience=audience)["success"]
    api.new_user("alice")
    assert titles(api) == ["all"]
    assert titles(api.signed_in("alice")) == ["users", "all"]
    assert titles(api.root) == ["administrators", "users", "all"]


def test_one_is_shown_from_its_beginning_to_its_end_and_root_sees_all(api: Api, deps: Deps) -> None:
    now = deps.clock.now()
    for title, begins, ends in (("over", 0, now - 5), ("now", now - 5, now + 60), ("later", now + 60, 0)):
        announce(api, title=title, begins=begins, ends=ends)
    assert titles(api) == ["now"]
    assert [row["title"] for row in api.root.get("/api/announcement/all")["data"]] == ["later", "now", "over"]


def test_one_is_edited_and_deleted(api: Api) -> None:
    first = announce(api, text="On Sunday.", kind="maintenance")["data"]
    second = announce(api, title="second")["data"]
    edited = api.root.put("/api/announcement/", {"id": first["id"], "title": "moved", "text": "On Monday."})["data"]
    assert edited == first | {"title": "moved", "text": "On Monday.", "kind": "info"}
    assert titles(api) == ["second", "moved"]
    assert api.root.delete(f"/api/announcement/{second['id']}")["success"]
    assert titles(api) == ["moved"]
    for answer in (
        api.root.delete("/api/announcement/99"),
        api.root.put("/api/announcement/", {"id": 9, "title": "x"}),
    ):
        assert answer["message"] == "记录不存在"


def test_what_could_act_is_not_served_and_is_edited_as_it_was_written(api: Api) -> None:
    text = "<b>Hi</b><script>alert(1)</script>"
    announce(api, text=text)
    (shown,) = api.get("/api/announcement")["data"]
    assert "<b>Hi</b>" in shown["text"] and "script" not in shown["text"]
    assert api.root.get("/api/announcement/all")["data"][0]["text"] == text


@pytest.mark.parametrize(
    "body",
    [{"title": ""}, {"title": "x" * 201}, {"text": "x" * 5001}, {"kind": "odd"}, {"audience": "root"}, {"ends": -1}],
)
def test_what_is_no_announcement_is_refused(api: Api, body: dict[str, Any]) -> None:
    assert not announce(api, **body)["success"]


def test_there_are_so_many_at_most(api: Api) -> None:
    for _ in range(MOST):
        assert announce(api)["success"]
    assert announce(api)["message"] == f"最多 {MOST} 条公告，请先删除一条"
