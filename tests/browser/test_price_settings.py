"""What models, tools and groups cost, as tables over the options: exact, and the same value as their JSON."""

import json
from collections.abc import Generator

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import NewVisitor
from tests.e2e.support import Account, Operator

TOUCHED = ("ModelRatio", "CompletionRatio", "ModelPrice", "ToolPrice", "UnknownModelPrice", "GroupRatio")


@pytest.fixture
def root(operator: Operator, administrator: Account) -> Generator[Account]:
    """Whose prices are as they were afterwards."""
    before = operator.options()
    operator.change_user(administrator.id, {"role": 100})
    _sell_as_built_in(
        operator
    )  # what is restored elsewhere is the whole table as one-api shows it: own prices, every one
    yield administrator
    _sell_as_built_in(operator)
    for name in TOUCHED[2:]:
        operator.option(name, before[name])


def _sell_as_built_in(operator: Operator) -> None:
    operator.option("ModelRatio", "{}")
    operator.option("CompletionRatio", "{}")


def test_root_prices_models_in_dollars_and_saves_exact_ratios(
    operator: Operator, root: Account, new_visitor: NewVisitor
) -> None:
    operator.option("ModelPrice", '{"odd": {"input": 1.50, "tiers": [{"above": 200000, "input": "10/3"}]}}')
    visitor = new_visitor()
    page = visitor.page
    visitor.open("/setting/prices")
    visitor.sign_in(root)
    expect(page.get_by_role("row").filter(has_text="odd")).to_contain_text("$3ratio 1.5")
    page.get_by_label("Only my own prices").uncheck()
    page.get_by_label("Find a model").fill("gpt-4o-mini")
    row = page.get_by_role("row").filter(has=page.get_by_role("button", name="Price of gpt-4o-mini", exact=True))
    expect(row).to_contain_text("$0.15ratio 0.075$0.6× 4")
    row.get_by_role("button").click()
    dialog = page.get_by_role("dialog", name="Price of gpt-4o-mini")
    dialog.get_by_label("Input, dollars per million tokens", exact=True).fill("0.30")
    dialog.get_by_label("Output, dollars").fill("1")
    expect(dialog.get_by_text("cost 400 quota, $0.0008")).to_be_visible()
    assert not visitor.barriers()
    dialog.get_by_role("button", name="Set", exact=True).click()
    expect(row).to_contain_text("input +100 % of $0.15, output +66.6 % of $0.6")
    page.get_by_text("JSON", exact=True).first.click()
    expect(page.get_by_label("CompletionRatio")).to_have_value('{\n  "gpt-4o-mini": "10/3"\n}')
    page.get_by_text("Table", exact=True).click()
    page.get_by_role("button", name="Save 2 changes").click()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    saved = operator.options()
    assert json.loads(saved["CompletionRatio"])["gpt-4o-mini"] == "10/3"
    assert json.loads(saved["ModelRatio"])["gpt-4o-mini"] == 0.15
    assert "1.50" in saved["ModelPrice"]
    page.get_by_label("Find a model").fill("")
    page.get_by_label("Only my own prices").check()
    page.get_by_role("button", name="Price of gpt-4o-mini").click()
    page.get_by_role("button", name="Back to the built-in price").click()
    page.get_by_role("button", name="Save 2 changes").click()
    expect(page.get_by_role("button", name="Price of gpt-4o-mini")).to_have_count(0)


def test_where_it_is_narrow_prices_are_cards(root: Account, new_visitor: NewVisitor) -> None:
    visitor = new_visitor(width=390)
    page = visitor.page
    visitor.open("/setting/prices")
    visitor.sign_in(root)
    page.get_by_label("Only my own prices").uncheck()
    page.get_by_label("Find a model").fill("gpt-4o-mini")
    card = (
        page.get_by_role("list", name="Prices of models")
        .get_by_role("listitem")
        .filter(has=page.get_by_role("button", name="Price of gpt-4o-mini", exact=True))
    )
    expect(card.get_by_role("definition").first).to_have_text("$0.15ratio 0.075")
    expect(page.get_by_role("table", name="Prices of models")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert not visitor.barriers()
    card.get_by_role("button").click()
    expect(page.get_by_role("dialog", name="Price of gpt-4o-mini")).to_be_visible()


def test_root_prices_tools_and_says_what_happens_without_a_price(
    operator: Operator, root: Account, new_visitor: NewVisitor
) -> None:
    visitor = new_visitor()
    page = visitor.page
    visitor.open("/setting/prices")
    visitor.sign_in(root)
    page.get_by_label("UnknownModelPrice").first.click()
    page.get_by_role("option", name="Charge it by a ratio").click()
    expect(page.get_by_text("$60 per million tokens")).to_be_visible()
    page.get_by_role("button", name="Add a tool").click()
    page.get_by_label("Tool", exact=True).fill("web_search")
    page.get_by_label("Quota a call: web_search").fill("6000")
    page.get_by_role("button", name="Save 2 changes").click()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    saved = operator.options()
    assert (saved["UnknownModelPrice"], json.loads(saved["ToolPrice"])) == ("30", {"web_search": 6000})


def test_groups_say_who_uses_them_before_they_are_renamed_or_removed(
    operator: Operator, root: Account, new_visitor: NewVisitor
) -> None:
    operator.option("GroupRatio", json.dumps({"default": 1, root.group: 0.8}))
    visitor = new_visitor()
    page = visitor.page
    visitor.open("/setting/groups")
    visitor.sign_in(root)
    row = page.get_by_role("row").filter(has=page.get_by_label(f"Factor of {root.group}"))
    expect(row.get_by_role("cell").nth(2)).to_have_text("1")
    expect(row.get_by_role("cell").nth(3)).to_have_text("1 (1 enabled)")
    row.get_by_role("button", name="Remove").click()
    expect(page.get_by_role("dialog")).to_contain_text("Its accounts (1) and channels (1) keep the name.")
    page.get_by_role("button", name="Cancel").click()
    page.get_by_label(f"Factor of {root.group}").fill("2/3")
    page.get_by_role("button", name="Add a group").click()
    page.get_by_label("Group", exact=True).last.fill("vip")
    page.get_by_label("Group", exact=True).nth(1).fill("renamed")
    expect(page.get_by_text("1 accounts and 1 channels keep the name")).to_be_visible()
    assert not visitor.barriers()
    page.get_by_role("button", name="Save 1 change").click()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    assert json.loads(operator.options()["GroupRatio"]) == {"default": 1, "renamed": "2/3", "vip": 1}
    page.get_by_role("button", name=f"Give {root.group} a factor").click()
    expect(page.get_by_label("Group", exact=True).last).to_have_value(root.group)
