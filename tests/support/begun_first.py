"""Files that take a process longest are begun first: where a step hands out whole files, its processes end together."""

FILES = (
    # end to end: what computes and what waits in turn, so that few compute at once
    "tests/e2e/contract/test_root.py",
    "tests/e2e/test_freshness.py",
    "tests/clients/test_gemini_cli.py",
    "tests/docs/test_recipes.py",
    "tests/tools/test_certify_gateways.py",
    "tests/e2e/contract/test_others.py",
    "tests/local/test_run.py",
    "tests/clients/test_sdks.py",
    "tests/money/test_crowd.py",
    # in Chromium
    "tests/browser/test_barriers.py",
    "tests/browser/test_hostile_states.py",
    "tests/browser/test_volume.py",
    "tests/browser/test_journeys.py",
    "tests/browser/test_hostile_forms.py",
)
_PLACES = {name: place for place, name in enumerate(FILES)}


def place_of(path: str) -> int:
    return _PLACES.get(path, len(FILES))
