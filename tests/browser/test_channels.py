"""A channel from a pasted key to an answer, changed in the list, and many at once; nobody undoes what another did."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import NewVisitor
from tests.e2e.support import Account, Operator


def test_a_channel_is_tried_made_tested_and_switched_off(
    operator: Operator, administrator: Account, new_visitor: NewVisitor
) -> None:
    visitor = new_visitor()
    page = visitor.page
    visitor.open("/channel/add")
    visitor.sign_in(administrator)
    visitor.heading("New channel")
    page.get_by_label("Name", exact=False).first.fill("first way")
    page.get_by_label("Key", exact=False).first.fill("sk-key-of-a-provider")
    page.get_by_label("Address").fill(operator.upstream.url)
    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_text(re.compile("answered"))).to_be_visible()
    page.get_by_role("button", name="Make the channel").click()
    visitor.heading("Channels")
    page.get_by_placeholder("Search by name or number").fill("first way")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("button", name="Test: first way").click()
    expect(page.get_by_text(re.compile("first way: .* answered in"))).to_be_visible()
    page.get_by_label("Priority of first way").fill("7")
    with page.expect_response(lambda response: response.request.method == "PUT"):
        page.keyboard.press("Enter")
    (row,) = operator.call("GET", "/api/channel/search?keyword=first way")
    assert row["priority"] == 7
    page.get_by_role("button", name="Actions for first way").click()
    page.get_by_role("menuitem", name="Switch off").click()
    expect(page.get_by_role("cell", name="Switched off")).to_be_visible()


def test_who_saves_what_another_has_changed_meanwhile_is_told(
    operator: Operator, administrator: Account, new_visitor: NewVisitor
) -> None:
    channel = operator.channel("default", name="contested")
    visitor = new_visitor()
    page = visitor.page
    visitor.open(f"/channel/{channel.id}")
    visitor.sign_in(administrator)
    visitor.heading("contested")
    operator.change_channel(channel.id, {"name": "changed by another"})
    page.get_by_label("Name", exact=False).first.fill("mine")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert").first).to_be_visible()
    assert operator.call("GET", f"/api/channel/{channel.id}")["name"] == "changed by another"


def test_many_channels_are_tagged_and_deleted_at_once(
    operator: Operator, administrator: Account, new_visitor: NewVisitor
) -> None:
    ids = [operator.channel("default", name=f"bulk{number}").id for number in range(3)]
    visitor = new_visitor()
    page = visitor.page
    visitor.open("/channel?q=bulk")
    visitor.sign_in(administrator)
    visitor.heading("Channels")
    expect(page.get_by_role("link", name="bulk2")).to_be_visible()
    page.get_by_label("Select all on this page").check()
    expect(page.get_by_text("3 selected")).to_be_visible()
    bar = page.get_by_label("Selected rows")
    bar.get_by_role("textbox", name="Tag").fill("night")
    bar.get_by_role("button", name="Set", exact=True).click()
    expect(page.get_by_text("3 of 3 changed")).to_be_visible()
    assert {operator.call("GET", f"/api/channel/{channel_id}")["tag"] for channel_id in ids} == {"night"}
