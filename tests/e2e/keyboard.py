"""A page as it is used without a pointer, and on the narrowest screen."""

import pytest

MOST_TABS = 60
# What is focused and how it shows.
FOCUSED = """() => {
  const style = getComputedStyle(document.activeElement);
  return style.outlineStyle !== "none" || style.boxShadow !== "none";
}"""


class Keyboard:
    """Go through a page as somebody does who has no pointer."""

    def __init__(self, page):
        self.page = page

    def to(self, selector):
        """Press Tab until this element has the focus; it must show that it has."""
        for _press in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            if self.page.locator(f"{selector}:focus").count():
                assert self.page.evaluate(FOCUSED), f"{selector} hides its focus"
                return
        pytest.fail(f"Tab does not lead to {selector}")

    def press(self, selector, key="Enter"):
        self.to(selector)
        self.page.keyboard.press(key)

    def go(self, selector):
        self.to(selector)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def write(self, selector, text):
        self.to(selector)
        self.page.keyboard.type(text)

    def choose(self, name, value):
        """Move through radio buttons with the arrows to the one of this value."""
        self.to(f"input[name={name}]")
        self.page.keyboard.press("Space")
        chosen = self.page.locator(f"input[name={name}][value={value}]:checked")
        for _press in range(MOST_TABS):
            if chosen.count():
                return
            self.page.keyboard.press("ArrowDown")
        pytest.fail(f"The arrows do not lead to {value}")


def fits(page):
    """Assert that nothing of the page lies beyond its right edge."""
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= page.viewport_size["width"], f"{page.url}: {width}"
