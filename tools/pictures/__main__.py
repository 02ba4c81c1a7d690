"""Take pictures of every page of the site (``make pictures``).

    make pictures                          all pictures, the contact sheets of docs/pictures and those of the READMEs
    python -m tools.pictures --only log    pictures of the views with that in their name, and nothing else
    python -m tools.pictures --longer      the same with every text longer by two fifths; what is clipped is listed

A gateway with a month of made-up business is seen by Chromium: thirty views, each in two sizes, two colour schemes,
three presets and two languages, so that every pair of these is among its pictures. PNGs go to .build/pictures. The
business is the same each time, and so is the time of day.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from local.places import BUILT_SITE, ROOT
from local.static_site import NOT_BUILT, built
from tests.support.tables import running_dynamodb
from tools.pictures.camera import Camera, saved
from tools.pictures.chromium import NoChromium, browsing
from tools.pictures.past import add_past
from tools.pictures.sheet import Row, sheet, shrunk
from tools.pictures.stage import Stage, staged
from tools.pictures.traffic import play
from tools.pictures.views import HEIGHTS, LOOKS, NARROW, README, VIEWS, WIDE, Look, View
from tools.pictures.world import furnish

TARGET = ROOT / ".build" / "pictures"
DOCS = ROOT / "docs" / "pictures"
SHEETS = {WIDE: ("sheet-wide.webp", (300, 202), 2), NARROW: ("sheet-narrow.webp", (132, 286), 4)}
SHEET_BYTES, PICTURE_BYTES = 740_000, 145_000
SHARP = 1.5
NO_AWS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}

Taken = dict[tuple[str, Look], bytes]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="views with this in their name")
    parser.add_argument("--longer", action="store_true", help="with longer texts; fails when something is clipped")
    parser.add_argument("--whole", action="store_true", help="whole pages, not what a window shows")
    parser.add_argument("--processes", type=int, default=2, help="browsers at once")
    options = parser.parse_args(arguments)
    if not built(BUILT_SITE):
        print(f"pictures: {NOT_BUILT}", file=sys.stderr)
        return 1
    if not any(options.only in view.name for view in VIEWS):
        parser.error(f"no view has {options.only!r} in its name; there are: {', '.join(view.name for view in VIEWS)}")
    os.environ.update(NO_AWS)
    begun = time.monotonic()
    try:
        clipped = _run(options)
    except (NoChromium, RuntimeError) as failure:
        print(f"pictures: {failure}", file=sys.stderr)
        return 1
    for line in clipped:
        print(f"clipped: {line}")
    print(f"pictures: {TARGET.relative_to(ROOT)}, after {time.monotonic() - begun:.0f} s")
    return 1 if clipped and options.longer else 0


def _run(options: argparse.Namespace) -> list[str]:
    views = [view for view in VIEWS if options.only in view.name]
    TARGET.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, running_dynamodb(Path(folder)) as database:
        world = furnish(database.tables())
        play(world)
        add_past(world)
        with staged(world) as stage:
            looks = [Look(width, "light", "zh", "default") for width in HEIGHTS] if options.longer else list(LOOKS)
            taken, clipped = _all(stage, views, looks, options)
            if not (options.only or options.longer):
                _compose(stage, taken)
        world.house.close()
    return clipped


def _all(stage: Stage, views: list[View], looks: list[Look], options: argparse.Namespace) -> tuple[Taken, list[str]]:
    """Every view in every look; some browsers at once, each with a share of the looks."""
    shares = [looks[number :: options.processes] for number in range(options.processes)]
    taken: Taken = {}
    clipped: list[str] = []
    with ThreadPoolExecutor(options.processes) as pool:
        for pictures, cut in pool.map(lambda share: _share(stage, views, share, options), shares):
            taken |= pictures
            clipped += cut
    return taken, clipped


def _share(stage: Stage, views: list[View], looks: list[Look], options: argparse.Namespace) -> tuple[Taken, list[str]]:
    taken: Taken = {}
    clipped: list[str] = []
    with browsing() as browser:
        for look in looks:
            camera = Camera(browser, stage, look, longer=options.longer)
            for view in views:
                picture, cut = camera.take(view, whole=options.whole)
                taken[view.name, look] = picture
                saved(TARGET, view, look, picture)
                clipped += [f"{view.name}, {look.width} wide: {text!r}" for text in cut]
            camera.close()
    return taken, clipped


def _compose(stage: Stage, taken: Taken) -> None:
    """The contact sheets, and the pictures of the READMEs."""
    DOCS.mkdir(parents=True, exist_ok=True)
    with browsing() as browser:
        for width, (name, size, columns) in SHEETS.items():
            mine = [look for look in LOOKS if look.width == width]
            rows = [Row(view.name, [taken[view.name, look] for look in mine]) for view in VIEWS]
            (DOCS / name).write_bytes(sheet(browser, rows, size=size, columns=columns, limit=SHEET_BYTES))
        for language in ("en", "zh"):
            camera = Camera(browser, stage, Look(WIDE, "light", language, "default"), scale=SHARP)
            for name, wanted in README.items():
                (view,) = [view for view in VIEWS if view.name == wanted]
                picture, _ = camera.take(view)
                size = (round(WIDE * SHARP), round(HEIGHTS[WIDE] * SHARP))
                small = shrunk(browser, picture, size, PICTURE_BYTES)
                (DOCS / f"{name}.{language}.webp").write_bytes(small)
            camera.close()


if __name__ == "__main__":
    sys.exit(main())
