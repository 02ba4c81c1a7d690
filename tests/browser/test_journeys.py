"""What people come for, from the first page to the last, once with the mouse and once with the keyboard alone."""

import re
import time
from urllib.parse import quote

import httpx
import pytest
from playwright.sync_api import expect

from gateway.security import totp
from tests.browser.conftest import NewVisitor
from tests.browser.person import HANDS, Keyboard, Person
from tests.browser.visitor import Visitor, password_of
from tests.e2e.support import CHAT, Account, Operator, asking

MANY = 250
both_hands = pytest.mark.parametrize("hand", HANDS)


def come_in(visitor: Visitor, account: Account, path: str, heading: str) -> None:
    """With the keyboard, as both do: the fields are there and have the focus."""
    visitor.open(f"/login?next={quote(path)}")
    expect(visitor.page.get_by_label("Name or mail address")).to_be_focused()
    visitor.page.keyboard.type(account.name)
    visitor.page.keyboard.press("Tab")
    visitor.page.keyboard.type(password_of(account))
    visitor.page.keyboard.press("Enter")
    visitor.heading(heading)


@both_hands
def test_somebody_registers_redeems_a_code_makes_a_key_asks_and_reads_what_it_cost(
    hand: type[Person], operator: Operator, administrator: Account, new_visitor: NewVisitor
) -> None:
    operator.channel("default")
    code = code_made_by(hand(new_visitor()), administrator)
    newcomer = hand(new_visitor())
    page, name = newcomer.page, f"new{hand.__name__.lower()}"
    newcomer.visitor.open("/register")
    newcomer.visitor.heading("Make an account")
    newcomer.write("Name", name)
    newcomer.write("Password", "a good secret")
    newcomer.press("Make the account")
    newcomer.visitor.heading("Dashboard")
    newcomer.go("Top up", "b")
    newcomer.write("Code", code)
    newcomer.press("Redeem")
    expect(page.get_by_text("Added $3.00")).to_be_visible()
    newcomer.go("Keys", "t")
    newcomer.press("New key")
    newcomer.visitor.heading("New key")
    newcomer.write("Name", "laptop")
    newcomer.press("Make the key")
    key = page.get_by_role("dialog").get_by_text(re.compile("^sk-")).first.text_content() or ""
    newcomer.press("Copy")
    newcomer.press("Done")
    ask_with(operator, key.strip())
    newcomer.go("Log", "l")
    newcomer.press("open the receipt")
    newcomer.visitor.heading("Receipt")
    expect(page.get_by_text("equal to what was charged")).to_be_visible()
    assert newcomer.steps <= 15


def code_made_by(maker: Person, administrator: Account) -> str:
    come_in(maker.visitor, administrator, "/dashboard", "Dashboard")
    maker.go("Codes", "r")
    maker.press("New codes")
    maker.visitor.heading("New codes")
    maker.write("Name", "winter")
    maker.write("Worth of each", "3")
    maker.press("Make the codes")
    code = maker.page.get_by_role("dialog").get_by_text(re.compile("^[0-9a-f]{32}$")).text_content()
    assert code
    return code


def ask_with(operator: Operator, key: str) -> None:
    """As a program does that was given the key."""
    with httpx.Client(base_url=operator.gateway.url, trust_env=False) as client:
        answer = client.post(CHAT, json=asking("hello"), headers={"authorization": f"Bearer {key}"})
    assert answer.status_code == 200, answer.text


@both_hands
def test_two_hundred_and_fifty_channels_are_switched_off_at_once(
    hand: type[Person], operator: Operator, administrator: Account, new_visitor: NewVisitor
) -> None:
    tag = f"many{hand.__name__.lower()}"
    keys = "\n".join(f"key-{number}" for number in range(MANY))
    base = operator.upstream.url
    given = {"type": 1, "name": tag, "key": keys, "models": "gpt-4o-mini", "group": "nobody", "tag": tag}
    operator.call("POST", "/api/channel/", given | {"base_url": base})
    person = hand(new_visitor())
    page = person.page
    come_in(person.visitor, administrator, f"/channel?tag={tag}&size=100", "Channels")
    for selected in (100, 200, MANY):
        person.tick("Select all on this page")
        expect(page.get_by_text(f"{selected} selected")).to_be_visible()
        if selected < MANY:
            person.turn()
            expect(page.get_by_label("Select all on this page")).not_to_be_checked()
    if isinstance(person, Keyboard):
        page.keyboard.press("b")
    person.press("Switch off")
    expect(page.get_by_text(f"{MANY} of {MANY} changed")).to_be_visible()


@both_hands
def test_language_and_colours_are_changed_and_stay(
    hand: type[Person], customer: Account, new_visitor: NewVisitor
) -> None:
    person = hand(new_visitor())
    page = person.page
    come_in(person.visitor, customer, "/token", "Keys")
    person.press("Dark colours")
    person.pick("Language", "中文")
    person.visitor.heading("令牌")
    page.reload()
    person.visitor.heading("令牌")
    assert page.evaluate("document.documentElement.lang").startswith("zh")
    assert page.evaluate("document.documentElement.dataset.mantineColorScheme") == "dark"
    assert person.steps == 3


def test_a_channel_is_tried_made_and_tested_by_keyboard_alone(
    operator: Operator, administrator: Account, new_visitor: NewVisitor
) -> None:
    person = Keyboard(new_visitor())
    come_in(person.visitor, administrator, "/dashboard", "Dashboard")
    person.go("Channels", "c")
    person.page.keyboard.press("n")
    person.visitor.heading("New channel")
    person.write("Name", "by keys alone")
    person.write("Key", "sk-key-of-a-provider")
    person.write("Address", operator.upstream.url)
    person.press("Try it")
    expect(person.page.get_by_text(re.compile("answered"))).to_be_visible()
    person.page.keyboard.press("Control+s")
    person.visitor.heading("Channels")
    person.page.keyboard.press("/")
    person.page.keyboard.type("by keys alone")
    person.page.keyboard.press("Enter")
    expect(person.page.get_by_role("link", name="by keys alone")).to_be_visible()
    expect(person.page.locator("tbody tr")).to_have_count(1)
    person.press("Test: by keys alone")
    expect(person.page.get_by_text(re.compile("by keys alone: .* answered in"))).to_be_visible()


def test_a_second_factor_is_switched_on_and_asked_for_by_keyboard_alone(
    customer: Account, new_visitor: NewVisitor
) -> None:
    person = Keyboard(new_visitor())
    page = person.page
    come_in(person.visitor, customer, "/profile/security", "Security")
    person.press("Switch on")
    secret = page.get_by_role("dialog").locator("code").text_content()
    assert secret
    person.write("Code", totp.code_at(secret, int(time.time()) // totp.STEP))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Backup codes")).to_be_visible()
    backup = (page.get_by_role("dialog").locator("code").text_content() or "").split()
    other = new_visitor()
    other.open("/login")
    expect(other.page.get_by_label("Name or mail address")).to_be_focused()
    other.page.keyboard.type(customer.name)
    other.page.keyboard.press("Tab")
    other.page.keyboard.type(password_of(customer))
    other.page.keyboard.press("Enter")
    expect(other.page.get_by_label("Code")).to_be_focused()
    other.page.keyboard.type(backup[0])
    other.page.keyboard.press("Enter")
    other.heading("Dashboard")


def test_keys_of_lists_open_select_a_range_and_let_go_and_the_palette_finds_by_name(
    operator: Operator, administrator: Account, customer: Account, new_visitor: NewVisitor
) -> None:
    for number in range(4):
        operator.channel("nobody", name=f"ranged{number}", tag="ranged")
    visitor = new_visitor()
    page, keyboard = visitor.page, visitor.page.keyboard
    come_in(visitor, administrator, "/channel?tag=ranged", "Channels")
    expect(page.get_by_role("link", name="ranged0")).to_be_visible()
    for key in ("j", "x", "ArrowDown", "j", "X"):
        keyboard.press(key)
    expect(page.get_by_text("3 selected")).to_be_visible()
    keyboard.press("Escape")
    expect(page.get_by_text("3 selected")).to_have_count(0)
    keyboard.press("k")
    keyboard.press("e")
    visitor.heading("ranged2")
    for words, name, address in (
        ("ranged1", "Channel ranged1", "**/channel/*"),
        (customer.name, f"Account {customer.name}", f"**/user/{customer.id}"),
        ("gpt-4o-m", "Model gpt-4o-mini", "**model=gpt-4o-mini**"),
    ):
        keyboard.press("Control+k")
        expect(page.get_by_placeholder("Go to, make")).to_be_focused()
        keyboard.type(words)
        expect(page.get_by_role("button", name=name).or_(page.get_by_role("option", name=name)).first).to_be_visible()
        keyboard.press("Enter")
        page.wait_for_url(address)
    visitor.tolerate("403")  # prices are for nobody here
