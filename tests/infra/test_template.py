"""The template as SAM translates it."""

from typing import Any

from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

from local.places import TEMPLATE
from local.tables import read_template

DEFAULTS = {"AWS::Region": "eu-west-1", "AWS::Partition": "aws"}


def translated() -> dict[str, Any]:
    template = read_template(TEMPLATE)
    parameters = {name: p["Default"] for name, p in template.get("Parameters", {}).items() if "Default" in p}
    translator = Translator({}, Parser())
    return translator.translate(template, {**DEFAULTS, **parameters})


def test_sam_translates_the_template_and_keeps_every_table() -> None:
    before, after = read_template(TEMPLATE)["Resources"], translated()["Resources"]
    tables = {name: r for name, r in before.items() if r["Type"] == "AWS::DynamoDB::Table"}
    assert tables
    assert {name: after.get(name) for name in tables} == tables
