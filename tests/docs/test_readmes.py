"""Both READMEs say the same: commands, links, pictures; and what they lead to is there."""

import re
from functools import cache

import pytest

from local.places import ROOT

READMES = ("README.md", "README.zh.md")
LANGUAGE = {"README.md": "en", "README.zh.md": "zh"}


@cache
def text(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def commands(name: str) -> list[str]:
    """Every line of their blocks, without what a shell takes for a comment."""
    blocks = re.findall(r"^```\w+\n(.*?)^```", text(name), re.MULTILINE | re.DOTALL)
    return [re.sub(r"\s+# .*", "", line) for block in blocks for line in block.splitlines()]


def links(name: str) -> list[str]:
    """Where they lead, but for one another; pictures by their names without a language."""
    found = re.findall(r"\]\(([^)]+)\)", text(name)) + re.findall(r"<(http[^>]+)>", text(name))
    ours = f".{LANGUAGE[name]}.webp"
    return sorted(link.replace(ours, ".webp") for link in found if link not in READMES)


def test_both_give_the_same_commands_and_name_the_same_things() -> None:
    assert commands("README.md") == commands("README.zh.md")
    assert {"make run", "make test"} <= {*commands("README.md")}
    english, chinese = (sorted(re.findall(r"`([^`\n]+)`", text(name))) for name in READMES)
    assert english == chinese


def test_both_lead_to_the_same_places_and_to_one_another() -> None:
    assert links("README.md") == links("README.zh.md")
    assert sum(link.endswith(".webp") for link in links("README.md")) == 3
    assert "(README.zh.md)" in text("README.md") and "(README.md)" in text("README.zh.md")


@pytest.mark.parametrize("name", READMES)
def test_what_they_lead_to_is_there(name: str) -> None:
    for link in re.findall(r"\]\(([^)]+)\)", text(name)):
        if link.startswith("http"):
            continue
        path, _, heading = link.partition("#")
        assert (ROOT / path).is_file(), link
        if heading:
            slugs = {re.sub(r"[^\w -]", "", line[3:].lower()).replace(" ", "-") for line in headings(path)}
            assert heading in slugs, link


def headings(path: str) -> list[str]:
    return [line for line in text(path).splitlines() if line.startswith("## ")]


@pytest.mark.parametrize("name", READMES)
def test_both_name_the_project_that_this_one_grew_from(name: str) -> None:
    assert "(https://github.com/songquanpeng/one-api)" in text(name)
