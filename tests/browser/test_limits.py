"""Limits and budgets: set where they belong, told when they are wrong, and shown with what is used of them."""

import re
from collections.abc import Generator

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import NewVisitor
from tests.e2e.support import Account, Operator


@pytest.fixture
def group(operator: Operator, administrator: Account) -> Generator[str]:
    """The administrator's own, whose limits are an option."""
    before = operator.options()["GroupLimits"]
    operator.change_user(administrator.id, {"role": 100})
    yield administrator.group
    operator.option("GroupLimits", before)


def test_an_owner_limits_a_key_and_sees_what_is_used_of_it(customer: Account, new_visitor: NewVisitor) -> None:
    token = customer.token(name="agent")
    visitor = new_visitor()
    page = visitor.page
    visitor.open(f"/token/{token.token_id}")
    visitor.sign_in(customer)
    expect(page.get_by_text("Nothing limits it.")).to_be_visible()
    page.get_by_role("button", name="Set limits").click()
    page.get_by_role("button", name="Add a limit").click()
    page.get_by_role("button", name="Save the limits").click()
    most = page.get_by_label("At most, in dollars")
    expect(most).to_have_attribute("aria-invalid", "true")
    most.fill("99999999999999")
    page.get_by_role("button", name="Save the limits").click()
    expect(page.get_by_text("limits.0.most: Input should be less than")).to_be_visible()  # at the field
    expect(most).to_have_attribute("aria-invalid", "true")
    most.fill("2.50")
    page.get_by_role("combobox", name="Counted").click()
    page.get_by_role("option", name="rolling").click()
    page.get_by_role("button", name="Add a limit").click()
    second = page.get_by_role("group", name="Limit 2")
    second.get_by_role("combobox", name="Of what").click()
    page.get_by_role("option", name="Requests at once").click()
    second.get_by_label("At most").fill("2")
    assert not visitor.barriers()
    page.get_by_role("button", name="Save the limits").click()
    used = page.get_by_role("list", name="Used now")
    expect(used).to_contain_text("This key: Dollars in any 24 hours$0.00 of $2.50")
    expect(used).to_contain_text("Requests at once0 of 2")
    token.chat()
    page.reload()
    expect(used.get_by_role("listitem").first).to_contain_text(re.compile(r"\$0\.0\d+ of \$2\.50.*free again"))


def test_root_limits_a_group_as_fields_or_as_json(
    operator: Operator, group: str, administrator: Account, new_visitor: NewVisitor
) -> None:
    visitor = new_visitor()
    page = visitor.page
    visitor.open("/setting/limits")
    visitor.sign_in(administrator)
    limits = page.get_by_role("group", name="GroupLimits")
    limits.get_by_role("button", name="Add a group").click()
    limits.get_by_label("Group", exact=True).fill(group)
    limits.get_by_role("button", name="Add a limit").click()
    page.get_by_role("button", name="Save 1 change").click()
    expect(limits.get_by_label("At most, in dollars")).to_have_attribute("aria-invalid", "true")
    limits.get_by_label("At most, in dollars").fill("1")
    limits.get_by_label("For each account").check()
    limits.get_by_text("JSON", exact=True).click()
    text = limits.get_by_role("textbox", name="GroupLimits")
    expect(text).to_have_value(f'{{"{group}":[{{"what":"quota","most":500000,"window":"day","each":true}}]}}')
    text.fill(f'{{"{group}":[{{"what":"requests","most":9,"window":"minute"}}]}}')
    limits.get_by_text("Fields", exact=True).click()
    expect(limits.get_by_label("At most")).to_have_value("9")
    page.get_by_role("button", name="Save 1 change").click()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    assert '"most":9' in operator.options()["GroupLimits"].replace(" ", "")
    page.get_by_text("Used now").click()
    expect(limits.get_by_role("list", name="Used now")).to_contain_text("0 of 9")


def test_an_administrator_limits_an_account_and_a_channel(
    operator: Operator, administrator: Account, customer: Account, new_visitor: NewVisitor
) -> None:
    channel = operator.channel(customer.group)
    visitor = new_visitor()
    page = visitor.page
    visitor.open(f"/user/{customer.id}")
    visitor.sign_in(administrator)
    page.get_by_role("button", name="Set limits").click()
    page.get_by_role("button", name="Add a limit").click()
    page.get_by_label("At most, in dollars").fill("10")
    page.get_by_label("Another amount for a while").check()
    page.get_by_label("Meanwhile at most, in dollars").fill("20")
    page.get_by_label("Until").fill("2099-01-01T00:00")
    page.get_by_role("button", name="Save the limits").click()
    expect(page.get_by_role("list", name="Used now")).to_contain_text("$0.00 of $20.00")
    visitor.open(f"/channel/{channel.id}")
    page.get_by_role("button", name="Add a limit").click()
    page.get_by_label("At most, in dollars").fill("10")
    page.get_by_label("Only watch").check()
    page.get_by_role("button", name="Save", exact=True).click()
    used = page.get_by_role("list", name="Used now")
    expect(used).to_contain_text("This channel: Dollars in a day$0.00 of $10.00")
    expect(used).to_contain_text("only watched")
