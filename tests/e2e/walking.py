"""A person with a keyboard and no mouse, who looks at every page she comes to."""

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from playwright.sync_api import Locator, Page

# More stops than any page has: who is still under way then is in a trap.
MOST_STOPS = 250

# What has the focus now: None between the last control and the first.
STOP = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return null;
  const stops = (globalThis.stops ??= new Set());
  // A date has a stop for its day, month, year and calendar, which the browser lights.
  const isInside = at === globalThis.stop && at.type.startsWith("date");
  const isNew = !stops.has(at) || isInside;
  stops.add(at);
  globalThis.stop = at;
  const look = getComputedStyle(at);
  const box = at.getBoundingClientRect();
  const isLit = isInside
    || (look.outlineStyle !== "none" && parseFloat(look.outlineWidth) >= 2);
  const isThere = box.bottom > 0 && box.top < innerHeight && box.right > 0;
  const isFirst = [...stops][0] === at;
  return { isNew, isFirst, isSeen: isLit && isThere, words: at.outerHTML.slice(0, 120) };
}"""

# Controls that no key led to; of radio buttons one of a group is enough.
MISSED = """() => [...document.querySelectorAll("a[href], button, input, select, textarea")]
  .filter((one) => one.type !== "hidden" && !one.disabled && one.tabIndex >= 0)
  .filter((one) => one.checkVisibility({ visibilityProperty: true }))
  .filter((one) => !globalThis.stops?.has(one))
  .filter((one) => one.type !== "radio"
    || ![...globalThis.stops].some((stop) => stop.name === one.name))
  .map((one) => one.outerHTML.slice(0, 120))"""

# What stands beyond the edge of the screen, or has words cut off inside it.
CUT = """() => [...document.querySelectorAll("body *")]
  .filter((one) => !one.closest(".table-box, .visually-hidden, svg, .skip"))
  .filter((one) => one.checkVisibility({ visibilityProperty: true }))
  .filter((one) => {
    const box = one.getBoundingClientRect();
    const isOut = box.width > 0 && (box.right > innerWidth + 1 || box.left < -1);
    const isClipped = getComputedStyle(one).overflowX === "hidden"
      && one.scrollWidth > one.clientWidth + 1;
    return isOut || isClipped;
  })
  .map((one) => one.outerHTML.slice(0, 120))"""


# Words decide what fits and colours what can be read: not every pair of them.
LOOKS: dict[str, list[Literal["light", "dark"]]] = {
    "kk": ["light", "dark"],
    "ru": ["light"],
    "en": ["dark"],
}


def look_at(page: Page, axe: Callable[[Page], None], language: str, path: str) -> None:
    """Find a page accessible in each light of its language, and nothing beyond its edge."""
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"/{language}/{path}")
    for scheme in LOOKS[language]:
        page.emulate_media(color_scheme=scheme)
        axe(page)
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not wide, f"{path} scrolls sideways"


def follow(control: Locator) -> None:
    """Use a button or a link that leads to another page, and wait until that is there."""
    with control.page.expect_navigation():
        control.click()


class Walker:
    def __init__(self, page: Page, axe: Callable[[Page], None] | None) -> None:
        self.page = page
        self.axe = axe
        # Asked for only when a file is chosen, the key could be quicker than the asking.
        page.on("filechooser", lambda _chooser: None)

    def open(self, path: str) -> None:
        self.page.goto(path)
        self.look()

    def look(self) -> None:
        """Find a page accessible, whole on the screen, and all of it within reach."""
        self.page.wait_for_load_state()
        where = self.page.url
        if self.axe:
            self.axe(self.page)
        wide = self.page.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert not wide, where
        assert self.page.evaluate(CUT) == [], where
        self._round()
        assert self.page.evaluate(MISSED) == [], where

    def _round(self) -> None:
        """Press Tab from the first control to the last; each shows that it is it."""
        for press in range(MOST_STOPS):
            stop = self._tab()
            # After the last comes the browser's own bar, or the first again.
            if stop is None or (press and stop["isFirst"]):
                return
            assert stop["isNew"], f"{self.page.url}: back at {stop['words']}"
            assert stop["isSeen"], f"{self.page.url}: no focus on {stop['words']}"
        raise AssertionError(f"{self.page.url}: no way out by Tab")

    def _tab(self) -> dict[str, object] | None:
        self.page.keyboard.press("Tab")
        stop: dict[str, object] | None = self.page.evaluate(STOP)
        return stop

    def reach(self, selector: str) -> None:
        """Press Tab until the control has the focus."""
        wanted = self.page.locator(selector)
        for _press in range(2 * MOST_STOPS):
            if wanted.evaluate("one => one === document.activeElement"):
                return
            self._tab()
        raise AssertionError(f"{self.page.url}: {selector} is not reached")

    def write(self, name: str, words: str) -> None:
        self.reach(f"[name={name}]")
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.type(words)

    def tick(self, selector: str) -> None:
        self.reach(selector)
        self.page.keyboard.press("Space")

    def choose(self, name: str, value: str) -> None:
        """Go to a group of radio buttons and along it to the one wanted."""
        group = self.page.locator(f"[name={name}]")
        for _press in range(2 * MOST_STOPS):
            if group.evaluate_all("all => all.includes(document.activeElement)"):
                break
            self._tab()
        self.page.keyboard.press("Space")
        wanted = self.page.locator(f"[name={name}][value='{value}']")
        for _press in range(group.count()):
            if wanted.is_checked():
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{name}={value} is not reached by arrows")

    def attach(self, name: str, path: Path) -> None:
        self.reach(f"[name={name}]")
        with self.page.expect_file_chooser() as asked:
            self.page.keyboard.press("Space")
        asked.value.set_files(path)

    def press(self, selector: str) -> None:
        """Use a button or a link that leads to another page, and look at that one."""
        self.reach(selector)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        self.look()

    def save(self, selector: str) -> bytes:
        """Use a link that leads to a file, and return the file."""
        self.reach(selector)
        with self.page.expect_download() as coming:
            self.page.keyboard.press("Enter")
        return Path(coming.value.path()).read_bytes()
