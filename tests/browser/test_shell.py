"""What is around every page: the menu where it is narrow, the palette, keys, the focus."""

from playwright.sync_api import Route, expect

from tests.browser.conftest import NewVisitor
from tests.e2e.support import Account

# Dialogs put the focus a moment after they opened: meanwhile that moment does not come.
HOLD_FOCUS = """
window.held = [];
const later = window.setTimeout;
window.setTimeout = (act, wait, ...more) =>
  wait === undefined && window.held ? window.held.push(act) : later(act, wait, ...more);
"""


def test_where_it_is_narrow_a_button_opens_the_places(customer: Account, new_visitor: NewVisitor) -> None:
    visitor = new_visitor(width=390)
    visitor.open("/token")
    visitor.sign_in(customer)
    visitor.heading("Keys")
    button = visitor.page.get_by_role("banner").get_by_role("button", name="Menu")
    box = button.bounding_box()
    assert box is not None and min(box["width"], box["height"]) >= 24
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= 390
    visitor.page.get_by_role("banner").get_by_role("button", name=customer.name).click()
    visitor.page.get_by_role("menuitem", name="Dark").click()
    expect(visitor.page.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")
    button.click()
    visitor.page.get_by_role("link", name="Log", exact=True).click()
    visitor.heading("Log")
    expect(visitor.page.get_by_role("dialog")).to_have_count(0)


def test_the_palette_leads_to_pages_to_what_is_made_and_to_receipts(customer: Account, new_visitor: NewVisitor) -> None:
    request = customer.chat().headers["x-oneapi-request-id"]
    visitor = new_visitor()
    visitor.open("/token")
    visitor.sign_in(customer)
    visitor.heading("Keys")
    keyboard, field = visitor.page.keyboard, visitor.page.get_by_placeholder("Go to, make")
    for words, heading in (("log", "Log"), ("new key", "New key"), (request, "Receipt")):
        keyboard.press("Control+k")
        expect(field).to_be_focused()
        keyboard.type(words)
        expect(visitor.page.get_by_role("option").or_(visitor.page.locator("[data-action]")).first).to_be_visible()
        assert visitor.barriers() == []
        keyboard.press("Enter")
        visitor.heading(heading)
    assert visitor.page.url.endswith(request)
    visitor.page.get_by_role("button", name="Search").click()
    expect(field).to_be_focused()
    keyboard.type("nothing is called so")
    expect(visitor.page.get_by_text("Nothing is called so.")).to_be_visible()
    keyboard.press("Escape")
    expect(field).to_have_count(0)


def test_what_is_typed_while_the_palette_still_loads_stands_in_its_field(
    customer: Account, new_visitor: NewVisitor
) -> None:
    visitor = new_visitor()
    page, held = visitor.page, list[Route]()
    page.route("**/assets/Palette-*.js", lambda route: held.append(route))
    visitor.open("/token")
    visitor.sign_in(customer)
    visitor.heading("Keys")
    with page.expect_request("**/assets/Palette-*.js"):
        page.keyboard.press("Control+k")
    page.keyboard.type("gl play")
    assert page.url.endswith("/token")
    held[0].continue_()
    field = page.get_by_placeholder("Go to, make")
    expect(field).to_be_focused()
    expect(field).to_have_value("gl play")
    field.fill("playground")
    page.keyboard.press("Enter")
    visitor.heading("Playground")
    page.keyboard.press("g")  # keys are shortcuts again
    page.keyboard.press("t")
    visitor.heading("Keys")


def test_single_keys_go_to_places_and_through_rows_and_can_be_switched_off(
    customer: Account, new_visitor: NewVisitor
) -> None:
    for _ in range(2):
        customer.chat()
    visitor = new_visitor()
    visitor.open("/token")
    visitor.sign_in(customer)
    visitor.heading("Keys")
    keyboard = visitor.page.keyboard
    keyboard.press("g")
    keyboard.press("l")
    visitor.heading("Log")
    expect(visitor.page.get_by_role("row")).to_have_count(4)  # with the head, and the balance that was given
    keyboard.press("j")
    keyboard.press("j")
    places = "[...document.querySelectorAll('tbody tr')].findIndex((row) => row.contains(document.activeElement))"
    assert visitor.page.evaluate(places) == 1
    keyboard.press("k")
    assert visitor.page.evaluate(places) == 0
    keyboard.press("g")
    keyboard.press("t")
    visitor.heading("Keys")
    keyboard.press("/")
    keyboard.type("gln?")  # a field takes them
    expect(visitor.page.get_by_placeholder("Search by name")).to_have_value("gln?")
    visitor.page.get_by_role("heading", level=1).focus()
    keyboard.press("n")
    visitor.heading("New key")
    expect(visitor.page.get_by_label("Name")).to_be_focused()
    keyboard.type("by Ctrl S")
    keyboard.press("Control+s")
    expect(visitor.page.get_by_text("sk-", exact=False).first).to_be_visible()


def test_the_table_of_keys_switches_single_keys_off_for_this_browser(
    customer: Account, new_visitor: NewVisitor
) -> None:
    visitor = new_visitor()
    visitor.open("/token")
    visitor.sign_in(customer)
    visitor.heading("Keys")
    keyboard = visitor.page.keyboard
    keyboard.press("?")
    expect(visitor.page.get_by_role("dialog")).to_be_visible()
    assert visitor.barriers() == []
    visitor.page.get_by_role("switch", name="Single keys").focus()
    keyboard.press("Space")
    keyboard.press("Escape")
    expect(visitor.page.get_by_role("dialog")).to_have_count(0)
    visitor.page.reload()
    visitor.heading("Keys")
    keyboard.press("g")
    keyboard.press("l")
    keyboard.press("n")
    keyboard.press("Control+k")
    expect(visitor.page.get_by_placeholder("Go to, make")).to_be_focused()
    assert visitor.page.url.endswith("/token")


def test_whoever_writes_in_a_dialog_already_is_not_taken_out_of_the_field(
    customer: Account, new_visitor: NewVisitor
) -> None:
    visitor = new_visitor()
    page = visitor.page
    page.add_init_script(HOLD_FOCUS)
    visitor.open("/token")
    password = page.get_by_role("dialog", name="Sign in").locator("input[type=password]")
    password.focus()
    page.keyboard.type("secret ")
    assert page.evaluate("window.held.splice(0).map((put) => put()).length") > 0
    page.keyboard.type(customer.name)
    expect(password).to_have_value(f"secret {customer.name}")
    page.evaluate("window.held = undefined")
    visitor.sign_in(customer)
    visitor.heading("Keys")


def test_whoever_follows_a_link_stands_at_the_heading_of_the_next_page(
    customer: Account, new_visitor: NewVisitor
) -> None:
    visitor = new_visitor()
    visitor.open("/token")
    visitor.sign_in(customer)
    visitor.heading("Keys")
    for name in ("Log", "Profile", "Keys"):
        visitor.page.get_by_role("navigation").get_by_role("link", name=name, exact=True).click()
        visitor.heading(name)
        expect(visitor.page.get_by_role("heading", level=1)).to_be_focused()
        assert visitor.page.title().startswith(name)


def test_a_browser_that_wants_japanese_gets_it_from_the_site_and_from_the_server(
    customer: Account, new_visitor: NewVisitor
) -> None:
    visitor = new_visitor(language="ja-JP")
    page = visitor.page
    visitor.open("/token/add")
    visitor.sign_in(customer)
    visitor.heading("API キーを作成")
    assert page.evaluate("document.documentElement.lang") == "ja"
    page.get_by_label("名前").fill("laptop")
    page.get_by_label("ネットワーク").fill("nowhere")
    page.get_by_label("利用できる金額（ドル）").fill("1")
    page.get_by_role("button", name="API キーを作成").click()
    expect(page.get_by_text("CIDR アドレスが正しくありません：nowhere")).to_be_visible()
    page.get_by_role("button", name="言語").click()
    page.get_by_role("menuitem", name="English").click()
    visitor.heading("New key")
    page.reload()
    visitor.heading("New key")
