"""Model lists kept current: compared now or by the job, shown, and taken over by a person."""

from collections.abc import Iterator
from typing import Any

import pytest

from admin.web.deps import Deps
from cron.deps import build
from cron.jobs import compare_models
from gateway.upkeep.model_changes import compared
from tests.admin.api import Api
from tests.support.json_server import JsonServer, json_server
from tests.support.tables import Stack

LISTED = ["gpt-4o", "gpt-5", "mapped-target"]
FORM = {"type": 1, "key": "k", "name": "c", "models": "gpt-4o,gpt-3,ours", "model_mapping": '{"ours": "mapped-target"}'}


@pytest.fixture
def provider() -> Iterator[JsonServer]:
    with json_server(lambda asked: (200, {"data": [{"id": name} for name in LISTED]})) as server:
        yield server


def changes(api: Api, number: int) -> dict[str, Any]:
    return api.root.get(f"/api/channel/{number}/model_changes")["data"]


@pytest.mark.parametrize(
    ("models", "mapping", "listed", "added", "gone"),
    [
        (["a", "b"], {}, ["b", "c"], ["c"], ["a"]),
        (["a"], {"a": "x"}, ["x", "y"], ["y"], []),
        (["a"], {"z": "x"}, ["a", "z", "x"], [], []),
        ([], {}, ["a"], ["a"], []),
    ],
)
def test_mapped_names_are_left_alone(
    models: list[str], mapping: dict[str, str], listed: list[str], added: list[str], gone: list[str]
) -> None:
    assert compared(models, mapping, listed) == (added, gone)


def test_a_comparison_is_shown_and_taken_over(api: Api, provider: JsonServer) -> None:
    number = api.root.post("/api/channel/", FORM | {"base_url": provider.url})["data"]["id"]
    assert changes(api, number) == {"at": 0, "added": [], "gone": [], "problem": ""}
    found = api.root.post(f"/api/channel/{number}/model_changes")["data"]
    assert (found["added"], found["gone"], found["problem"]) == (["gpt-5"], ["gpt-3"], "")
    assert changes(api, number) == found and found["at"] > 0
    apply = f"/api/channel/{number}/model_changes/apply"
    kept = api.root.post(apply, {"add": [], "remove": ["gpt-3", "gpt-4o"]})["data"]
    assert kept["models"] == "gpt-4o,ours"  # only what was found to be gone
    assert changes(api, number)["gone"] == []
    assert api.root.post(apply, {})["data"]["models"] == "gpt-4o,ours,gpt-5"
    assert changes(api, number)["added"] == []


def test_a_provider_that_tells_no_list_changes_nothing(api: Api, provider: JsonServer) -> None:
    number = api.root.post("/api/channel/", FORM | {"base_url": provider.url})["data"]["id"]
    provider.answer = lambda asked: (500, {})
    assert api.root.post(f"/api/channel/{number}/model_changes")["data"]["problem"] == "status code: 500"
    provider.answer = lambda asked: (200, {"data": []})
    assert api.root.post(f"/api/channel/{number}/model_changes")["data"]["problem"] == "the list is empty"
    applied = api.root.post(f"/api/channel/{number}/model_changes/apply", {})
    assert applied["data"]["models"] == FORM["models"]
    assert not api.root.get("/api/channel/99/model_changes")["success"]


async def test_the_job_looks_at_the_channels_that_want_it(
    api: Api, deps: Deps, tables: Stack, provider: JsonServer
) -> None:
    watched = api.root.post("/api/channel/", FORM | {"base_url": provider.url, "watch_models": True})["data"]["id"]
    other = api.root.post("/api/channel/", FORM | {"base_url": provider.url})["data"]["id"]
    made = build(tables.settings())
    assert await compare_models.run(made) == {"asked": 1, "differ": 1, "untold": 0}
    await made.close()
    assert changes(api, watched)["added"] == ["gpt-5"] and changes(api, other)["at"] == 0
    assert api.root.get(f"/api/channel/{watched}")["data"]["watch_models"] is True
