"""Lists: their filters stand in the address and as chips, and wait behind a button where it is narrow."""

import re

from playwright.sync_api import Route, expect

from tests.browser.conftest import NewVisitor
from tests.e2e.support import Account, Operator


def test_what_is_filtered_stands_in_the_address_and_is_taken_off_again(
    customer: Account, new_visitor: NewVisitor
) -> None:
    customer.chat()
    visitor = new_visitor()
    page = visitor.page
    visitor.open("/log")
    visitor.sign_in(customer)
    visitor.heading("Log")
    page.get_by_label("Model", exact=True).fill("no-such-model")
    expect(page.get_by_text("Nothing matches.")).to_be_visible()
    assert "model_name=no-such-model" in page.url
    assert visitor.barriers() == []
    page.get_by_role("button", name="Take off the filter Model: no-such-model").click()
    expect(page.get_by_role("link", name="open the receipt")).to_be_visible()
    expect(page.get_by_label("Model", exact=True)).to_have_value("")
    assert "model_name" not in page.url


def test_days_ask_for_nothing_before_one_is_named(customer: Account, new_visitor: NewVisitor) -> None:
    visitor = new_visitor()
    page = visitor.page
    visitor.open("/log?range=day")
    visitor.sign_in(customer)
    expect(page.get_by_text("These cost")).to_be_visible()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/api/log" in request.url else None)
    page.get_by_role("combobox", name="Since").click()
    page.get_by_role("option", name="days…").click()
    expect(page.get_by_role("button", name="Take off the filter Since: a day ago")).to_be_visible()
    with page.expect_response(lambda answer: "/api/log/self?" in answer.url):
        page.get_by_label("From", exact=True).fill("2026-01-01")
    expect(page.get_by_role("button", name="Take off the filter From: 2026-01-01")).to_be_visible()
    assert asked and all("start_timestamp=1767" in url for url in asked)
    page.get_by_role("button", name="Clear the filters").click()
    expect(page.get_by_label("From", exact=True)).to_have_count(0)


def test_where_it_is_narrow_filters_wait_behind_a_button_that_counts_them(
    customer: Account, new_visitor: NewVisitor
) -> None:
    customer.chat()
    visitor = new_visitor(width=390)
    page = visitor.page
    visitor.open("/log?token_name=first&model_name=gpt-4o-mini")
    visitor.sign_in(customer)
    visitor.heading("Log")
    button = page.get_by_role("button", name="Filters (2)")
    expect(button).to_have_attribute("aria-expanded", "false")
    expect(page.get_by_label("Model", exact=True)).to_be_hidden()
    button.click()
    expect(page.get_by_label("Model", exact=True)).to_have_value("gpt-4o-mini")
    assert visitor.barriers() == []
    page.get_by_role("button", name="Clear the filters").click()
    expect(page.get_by_role("button", name=re.compile("^Filters$"))).to_be_visible()
    assert "=" not in page.url


def test_a_list_goes_on_and_comes_back_also_for_who_came_by_a_link(customer: Account, new_visitor: NewVisitor) -> None:
    for _ in range(21):
        customer.chat()
    visitor = new_visitor()
    page = visitor.page
    visitor.open("/log")
    visitor.sign_in(customer)
    visitor.heading("Log")
    page.get_by_role("button", name="Older").click()
    page.wait_for_url("**cursor=**")
    expect(page.get_by_role("row")).to_have_count(3)  # with its head, and the balance that was given
    page.reload()
    visitor.heading("Log")
    page.get_by_role("button", name="Newer").click()
    expect(page.get_by_role("row")).to_have_count(21)
    assert "cursor" not in page.url


def test_order_columns_and_density_are_chosen_and_the_last_two_are_kept(
    operator: Operator, administrator: Account, new_visitor: NewVisitor
) -> None:
    for number in range(3):
        operator.channel("default", name=f"looks{number}", priority=number)
    visitor = new_visitor()
    page = visitor.page
    visitor.open("/channel?q=&model=gpt-4o-mini")
    visitor.sign_in(administrator)
    visitor.heading("Channels")
    page.get_by_role("combobox", name="Order").click()
    page.get_by_role("option", name="Priority ↓").click()
    page.wait_for_url("**sort=priority&order=desc**")
    expect(page.get_by_role("columnheader", name="Address")).to_have_count(0)
    page.get_by_role("button", name="View").click()
    page.get_by_role("menuitemcheckbox", name="Address").click()
    page.get_by_role("menuitemcheckbox", name="Used").click()
    page.get_by_role("menuitemcheckbox", name="Close rows").click()
    expect(page.get_by_role("columnheader", name="Address")).to_be_visible()
    assert visitor.barriers() == []
    page.reload()
    visitor.heading("Channels")
    expect(page.get_by_role("columnheader", name="Address")).to_be_visible()
    expect(page.get_by_role("columnheader", name="Used")).to_have_count(0)
    page.set_viewport_size({"width": 390, "height": 900})
    expect(page.get_by_role("combobox", name="Order")).to_have_value("Priority ↓")
    expect(page.get_by_role("list", name="Channels").get_by_text("Address").first).to_be_visible()


def test_rows_stay_selected_from_page_to_page_and_who_cannot_be_changed_stays_too(
    operator: Operator, customer: Account, new_visitor: NewVisitor
) -> None:
    keys = [operator.new_token(customer.id, name=f"many{number:02}")[0] for number in range(22)]
    visitor = new_visitor()
    page = visitor.page
    visitor.open("/token?sort=name&order=asc")
    visitor.sign_in(customer)
    visitor.heading("Keys")
    page.get_by_label("Select many00").check()
    page.get_by_role("button", name="Older").click()
    page.get_by_label("Select many21").check()
    bar = page.get_by_label("Selected rows")
    expect(bar.get_by_text("2 selected")).to_be_visible()
    customer.http.delete(f"/api/token/{keys[0]}")
    bar.get_by_role("button", name="Disable").click()
    expect(page.get_by_text("1 of 2 changed")).to_be_visible()
    expect(bar.get_by_text("1 selected")).to_be_visible()
    expect(page.get_by_role("row", name="many21").get_by_text("Disabled")).to_be_visible()
    page.keyboard.press("Escape")
    expect(bar).to_have_count(0)


def test_a_list_says_how_far_the_server_looks_and_many_are_gone_only_after_their_number_was_typed(
    operator: Operator, administrator: Account, new_visitor: NewVisitor
) -> None:
    operator.call("POST", "/api/redemption/", {"name": "typed", "quota": 5, "count": 11})
    visitor = new_visitor()
    page = visitor.page
    visitor.open("/redemption?sort=quota&order=asc")
    visitor.sign_in(administrator)
    expect(page.get_by_text("Sorted among the newest 1,000.")).to_be_visible()
    page.get_by_placeholder("Search by name or number").fill("typed")
    sought, found = page.get_by_label("Select all on this page"), list[Route]()

    def wait(route: Route) -> None:
        found.append(route)

    page.route(re.compile(r"/api/redemption.*keyword=typed"), wait, times=1)
    page.keyboard.press("Enter")
    expect(page.get_by_text("A search shows 100 rows at most, the newest first.")).to_be_visible()
    expect(sought).to_be_disabled()  # rows of before are not what is meant
    for route in found:
        route.continue_()
    sought.check()
    page.get_by_label("Selected rows").get_by_role("button", name="Delete").click()
    question = page.get_by_role("dialog", name="Delete 11 rows?")
    expect(question.get_by_role("button", name="Delete")).to_be_disabled()
    question.get_by_label("Type 11 to go on").fill("11")
    page.keyboard.press("Enter")
    expect(page.get_by_text("11 of 11 changed")).to_be_visible()
    expect(page.get_by_text("Nothing matches.")).to_be_visible()
