"""What of a channel rests, as its administrators see it, and that mending it ends the rests."""

from typing import Any

import pytest

from admin.web.deps import Deps
from gateway.domain.rests import EVERY_KEY, Rest
from gateway.store.client.expressions import Change, change_existing
from tests.admin.api import Api


def rest(deps: Deps, key_index: int, model: str, seconds: int) -> Rest:
    now = deps.clock.now()
    until = now + seconds
    return Rest(
        key_index=key_index, model=model, since=now, until=until, seconds=seconds, kind="limited", text="slow down"
    )


def keep(deps: Deps, *rests: Rest) -> None:
    kept = {"rests": {one.name: one.write() for one in rests}}
    action = change_existing(deps.store.tables.channels, {"id": 1}, Change(sets=kept))
    deps.store.transactor.transact({"TransactItems": [action]})


@pytest.fixture
def resting(api: Api, deps: Deps) -> list[Rest]:
    api.root.post("/api/channel/", {"name": "c", "key": "k", "models": "m"})
    found = [rest(deps, EVERY_KEY, "m", 60), rest(deps, 0, "", 90)]
    keep(deps, *found, rest(deps, 0, "over", -5))
    return found


def shown(api: Api) -> list[dict[str, Any]]:
    listed = api.root.get("/api/channel/")["data"][0]["resting"]
    assert listed == api.root.get("/api/channel/1")["data"]["resting"]
    return listed


def test_rests_are_shown_until_they_are_over(api: Api, resting: list[Rest]) -> None:
    words = {"kind": "limited", "text": "slow down"}
    assert shown(api) == [
        {"model": "m", "key_index": -1, "until": resting[0].until, **words},
        {"model": "", "key_index": 0, "until": resting[1].until, **words},
    ]
    (key,) = api.root.get("/api/channel/1/keys")["data"]
    assert key["resting_until"] == resting[1].until


@pytest.mark.parametrize("mended", [{"key": "another"}, {"base_url": "https://example.com"}, {"status": 1}])
def test_who_mends_a_channel_ends_its_rests(api: Api, resting: list[Rest], mended: dict[str, Any]) -> None:
    sent = {"id": 1, "key": "k"} | mended
    assert api.root.put("/api/channel/", sent)["success"]
    assert shown(api) == []


def test_other_changes_leave_them(api: Api, resting: list[Rest]) -> None:
    assert api.root.put("/api/channel/", {"id": 1, "priority": 7})["success"]
    assert len(shown(api)) == 2


def test_a_copy_does_not_rest(api: Api, resting: list[Rest]) -> None:
    assert api.root.post("/api/channel/copy/1")["success"]
    assert api.root.get("/api/channel/2")["data"]["resting"] == []
