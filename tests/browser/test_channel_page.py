"""One channel on its page: its models beside its provider's, how it does, its requests; and what is done with many."""

import json
import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import NewVisitor
from tests.browser.visitor import Visitor
from tests.e2e.support import MODEL, Account, Operator


def tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name).click()


def test_models_are_compared_with_the_provider_and_taken_over_one_by_one(
    operator: Operator, administrator: Account, new_visitor: NewVisitor
) -> None:
    channel = operator.channel("default", name="compared", models=f"{MODEL},no-price-at-all")
    visitor = new_visitor()
    page = visitor.page
    visitor.open(f"/channel/{channel.id}?part=models")
    visitor.sign_in(administrator)
    visitor.heading("compared")
    expect(page.get_by_text("Not compared with the provider yet.")).to_be_visible()
    expect(page.get_by_role("row", name="no-price-at-all").get_by_text("No price")).to_be_visible()
    page.get_by_role("button", name="Ask the provider now").click()
    expect(page.get_by_role("row", name="fake-large").get_by_text("New at the provider")).to_be_visible()
    expect(page.get_by_role("row", name="no-price-at-all").get_by_text("Gone at the provider")).to_be_visible()
    assert visitor.barriers() == []
    page.get_by_label(f"Take over {MODEL}").uncheck()
    page.get_by_label("Take over fake", exact=True).uncheck()
    page.get_by_role("button", name=re.compile("Take over . change")).click()
    expect(page.get_by_role("row", name="no-price-at-all")).to_have_count(0)
    models = operator.call("GET", f"/api/channel/{channel.id}")["models"].split(",")
    assert {MODEL, "fake-large"} <= set(models)
    assert "fake" not in models
    page.get_by_label("Paste a list of models").fill(f'["{MODEL}", "pasted"]')
    expect(page.get_by_text(re.compile("2 names: 1 new here"))).to_be_visible()
    page.get_by_role("button", name="Have exactly these").click()
    expect(page.get_by_role("row", name="pasted")).to_be_visible()
    assert operator.call("GET", f"/api/channel/{channel.id}")["models"] == f"{MODEL},pasted"


def test_health_and_log_are_of_this_channel_and_each_part_has_an_address(
    operator: Operator, administrator: Account, new_visitor: NewVisitor
) -> None:
    administrator.chat()
    other = operator.channel("default", name="quiet", key="one-key-more\nanother-key", multi_key="rotate")
    visitor = new_visitor(scheme="dark")
    page = visitor.page
    visitor.open(f"/channel/{other.id}")
    visitor.sign_in(administrator)
    visitor.heading("quiet")
    page.get_by_label("Name", exact=False).first.fill("begun")
    tab(page, "Health")
    page.wait_for_url("**part=health**")
    expect(page.get_by_role("table", name="Keys").get_by_role("row")).to_have_count(3)
    assert visitor.barriers() == []
    tab(page, "Log")
    expect(page.get_by_text("There is no entry yet.")).to_be_visible()
    assert visitor.barriers() == []
    tab(page, "Settings")
    expect(page.get_by_label("Name", exact=False).first).to_have_value("begun")
    (entry,) = administrator.settled(1)
    visitor.open(f"/channel/{entry['channel']}?part=log&model_name={MODEL}")
    expect(page.get_by_role("link", name="open the receipt")).to_be_visible()
    visitor.open(f"/channel/{entry['channel']}?part=log&model_name=other")
    expect(page.get_by_text("Nothing matches.")).to_be_visible()


def test_channels_of_a_tag_are_unfolded_and_switched_off_together(
    operator: Operator, administrator: Account, new_visitor: NewVisitor
) -> None:
    ids = [operator.channel("default", name=f"tagged{number}", tag="together").id for number in range(2)]
    visitor = new_visitor()
    page = visitor.page
    visitor.open("/channel")
    visitor.sign_in(administrator)
    visitor.heading("Channels")
    page.get_by_text("By tag").click()
    page.wait_for_url("**view=tags**")
    page.get_by_role("button", name="together", exact=True).click()
    expect(page.get_by_role("link", name="tagged1")).to_be_visible()
    assert visitor.barriers() == []
    page.get_by_role("button", name="Switch off of together").click()
    expect(page.get_by_text("2 of 2 changed")).to_be_visible()
    assert {operator.channel_row(channel)["status"] for channel in ids} == {2}
    delete_all_that_are_off(visitor)


def delete_all_that_are_off(visitor: Visitor) -> None:
    """As far as the question, which lists them."""
    page = visitor.page
    page.get_by_role("button", name="All channels").click()
    page.get_by_role("menuitem", name="Delete all that are off…").click()
    question = page.get_by_role("dialog")
    expect(question.get_by_text(re.compile("tagged0"))).to_be_visible()
    question.get_by_role("button", name="Cancel").click()
    expect(question).to_have_count(0)


def test_fields_of_one_channel_are_copied_to_others_after_a_look(
    operator: Operator, administrator: Account, new_visitor: NewVisitor
) -> None:
    source = operator.channel("default", name="copied a", priority=7, tag="origin")
    target = operator.channel("default", name="copied b")
    visitor = new_visitor()
    page = visitor.page
    visitor.open("/channel?q=copied&sort=id&order=asc")
    visitor.sign_in(administrator)
    page.get_by_label("Select all on this page").check()
    page.get_by_role("button", name="Copy fields…").click()
    dialog = page.get_by_role("dialog", name="Copy from one to the others")
    dialog.get_by_role("combobox", name="From").click()
    page.get_by_role("option", name="copied a").click()
    dialog.get_by_label("Priority").check()
    dialog.get_by_role("button", name="Look first").click()
    expect(dialog.get_by_role("row", name=re.compile("copied b Priority 0 7"))).to_be_visible()
    assert visitor.barriers() == []
    dialog.get_by_role("button", name="Change 1 channel").click()
    expect(page.get_by_text("1 of 1 changed")).to_be_visible()
    row = operator.channel_row(target.id)
    assert (row["priority"], row.get("tag", "")) == (7, "")
    assert operator.channel_row(source.id)["priority"] == 7


def test_channels_are_brought_from_a_file_and_all_are_tested_with_their_progress(
    operator: Operator, administrator: Account, new_visitor: NewVisitor
) -> None:
    visitor = new_visitor()
    page = visitor.page
    visitor.open("/channel")
    visitor.sign_in(administrator)
    page.get_by_role("button", name="All channels").click()
    page.get_by_role("menuitem", name="Import channels").click()
    dialog = page.get_by_role("dialog", name="Import channels")
    dialog.get_by_label("Or paste it here").fill("no channels")
    expect(dialog.get_by_text("There are no channels in this.")).to_be_visible()
    brought = {"type": 1, "name": "brought", "models": MODEL, "group": "default"}
    dialog.get_by_label("Or paste it here").fill(json.dumps({"channels": [brought]}))
    dialog.get_by_role("button", name="Look first").click()
    expect(dialog.get_by_text("1 channel would be made, 1 of them without a key.")).to_be_visible()
    dialog.get_by_role("button", name="Make them").click()
    expect(page.get_by_text("1 channel made")).to_be_visible()
    assert operator.call("GET", "/api/channel/search?keyword=brought")
    steps = [("done", 3), ("done", 3), ("running", 1)]
    page.route("**/api/channel/test?scope=all", lambda route: route.fulfill(json={"success": True, "message": ""}))

    def progress(state: str, done: int) -> dict[str, object]:
        run = {"scope": "all", "total": 3, "failed": 1, "started_at": 1, "finished_at": 2}
        return {"success": True, "message": "", "data": run | {"state": state, "done": done}}

    page.route("**/api/channel/test/progress", lambda route: route.fulfill(json=progress(*steps.pop())))
    page.get_by_role("button", name="All channels").click()
    page.get_by_role("menuitem", name="Test all").click()
    expect(page.get_by_text("Testing: 1 of 3, 1 failed")).to_be_visible()
    expect(page.get_by_text("Tested 3, 1 failed")).to_be_visible()
