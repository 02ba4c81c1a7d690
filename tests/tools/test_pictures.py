"""The pictures of the site cover what they promise, and those that pages show are there and small."""

from itertools import combinations

import pytest

from local.places import ROOT
from tools.pictures import views
from tools.pictures.camera import LONGER, longer_texts
from tools.pictures.views import HEIGHTS, LOOKS, VIEWS
from tools.pictures.world import KEYS, MODELS, PEOPLE

FOLDER = ROOT / "docs" / "pictures"
DIMENSIONS = {"width": [*HEIGHTS], "scheme": ["light", "dark"], "language": ["en", "zh"]}
DIMENSIONS |= {"preset": ["default", "berry", "air"]}


def test_every_two_of_size_colours_preset_and_language_meet_in_some_look() -> None:
    for first, second in combinations(DIMENSIONS, 2):
        met = {(getattr(look, first), getattr(look, second)) for look in LOOKS}
        assert met == {(one, other) for one in DIMENSIONS[first] for other in DIMENSIONS[second]}


def test_there_are_thirty_views_with_names_of_their_own() -> None:
    assert len({view.name for view in VIEWS}) == len(VIEWS) == 30
    assert {*views.README.values()} <= {view.name for view in VIEWS}


def test_people_ask_only_for_what_the_channels_have() -> None:
    offered = {model for models in MODELS.values() for model in models.split(",")}
    assert {model for _, _, models, _, _ in KEYS for model in models} <= offered
    assert {whose for whose, *_ in KEYS} <= {"root", *(name for name, *_ in PEOPLE)}


def test_longer_texts_are_those_of_the_site_with_two_fifths_more() -> None:
    menu = longer_texts()["common"]
    assert isinstance(menu, dict)
    assert menu["signOut"].startswith("Sign out")
    assert len(menu["skip"]) >= LONGER * len("Skip to the page") - 2


@pytest.mark.parametrize(
    ("names", "most"),
    [
        (["sheet-wide", "sheet-narrow"], 1_500_000),
        *(([f"{name}.{language}"], 150_000) for name in views.README for language in ("en", "zh")),
    ],
)
def test_pictures_that_pages_show_are_there_and_small(names: list[str], most: int) -> None:
    sizes = [(FOLDER / f"{name}.webp").stat().st_size for name in names]
    assert 10_000 < sum(sizes) <= most
