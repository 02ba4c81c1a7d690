"""People who do the same at the site with a mouse or with a keyboard alone. What they do is counted."""

from playwright.sync_api import Locator, expect

from tests.browser.visitor import FOCUSED, Visitor

PRESSED = ("button", "a", "link", "menuitem")
WRITTEN = ("input", "textarea", "combobox")
FAR = 150  # what stands on a page between here and there


class Mouse:
    """Points at what they mean, and types where they have clicked."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor, self.page, self.steps = visitor, visitor.page, 0

    def press(self, name: str) -> None:
        """A button or a link."""
        self._clicked(self._named(name))

    def write(self, label: str, text: str) -> None:
        self.steps += 1
        self.page.get_by_role("textbox", name=label).first.fill(text)

    def tick(self, label: str) -> None:
        self._clicked(self.page.get_by_label(label).first)

    def pick(self, menu: str, item: str) -> None:
        """One entry of a menu."""
        self._clicked(self._named(menu))
        self._clicked(self.page.get_by_role("menuitem", name=item))

    def go(self, place: str, key: str) -> None:
        """To a page of the side bar; ``key`` is what leads there after g."""
        self._clicked(self.page.get_by_role("navigation").get_by_role("link", name=place, exact=True))
        self.visitor.heading(place)

    def turn(self) -> None:
        """To the page with older rows."""
        self.press("Older")

    def _named(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name).or_(self.page.get_by_role("link", name=name)).first

    def _clicked(self, what: Locator) -> None:
        self.steps += 1
        what.click()


class Keyboard:
    """Has no pointer at all."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor, self.page, self.steps = visitor, visitor.page, 0

    def press(self, name: str) -> None:
        self._see(name)
        self._reach(name, PRESSED)
        self._struck("Enter")

    def write(self, label: str, text: str) -> None:
        self._see(label)
        self._reach(label, WRITTEN)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)
        self.steps += 1

    def tick(self, label: str) -> None:
        expect(self.page.get_by_label(label).first).to_be_visible()
        self._reach(label, ("input", "switch"))
        self._struck("Space")

    def pick(self, menu: str, item: str) -> None:
        self.press(menu)
        # as it opens it takes the focus, which would move what was reached before
        expect(self.page.locator("[role=menu]:focus, [role=menu] :focus")).to_have_count(1)
        for _ in range(FAR):
            if item in self._focused()["name"] and self._focused()["role"] == "menuitem":
                break
            self.page.keyboard.press("ArrowDown")
        self._struck("Enter")

    def go(self, place: str, key: str) -> None:
        expect(self.page.get_by_role("dialog")).to_have_count(0)
        self.page.keyboard.press("g")
        self._struck(key)
        self.visitor.heading(place)

    def turn(self) -> None:
        """From what is done with the selected rows back to what is before it."""
        self.page.keyboard.press("b")
        self._reach("Older", PRESSED, "Shift+Tab")
        self._struck("Enter")
        self.page.keyboard.press("f")  # the table is behind the filters

    def _see(self, name: str) -> None:
        named = self.page.get_by_text(name).or_(self.page.get_by_label(name))
        expect(named.filter(visible=True).first).to_be_visible()

    def _reach(self, name: str, roles: tuple[str, ...], key: str = "Tab") -> None:
        for _ in range(FAR):
            focused = self._focused()
            if name in focused["name"] and focused["role"] in roles:
                return
            self.page.keyboard.press(key)
        raise AssertionError(f"{name!r} cannot be reached by {key}")

    def _focused(self) -> dict[str, str]:
        return self.page.evaluate(FOCUSED)

    def _struck(self, key: str) -> None:
        self.steps += 1
        self.page.keyboard.press(key)


Person = Mouse | Keyboard
HANDS = (Mouse, Keyboard)
