"""Two ways to use a page: by the keyboard alone, and by the mouse. A journey is told once and played by either."""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Download, Locator, Page, expect

from tests.journeys.inspection import Inspection

MOST_TABS = 250
MOST_ARROWS = 30
Name = str | re.Pattern[str]
Inside = tuple[str, Name]  # role and name of what surrounds it

# 0 when the element has the focus, else the direction to tab in: the element's place in the page tells.
DIRECTION = """target => {
  const active = document.activeElement;
  if (active === target) return 0;
  const isBehind = active !== document.body
    && (active.compareDocumentPosition(target) & Node.DOCUMENT_POSITION_PRECEDING);
  return isBehind ? -1 : 1;
}"""
IN_ITS_GROUP = """target => {
  const active = document.activeElement;
  return active.type === 'radio' && active.name === target.name && active.form === target.form;
}"""
# NHS components draw the focus of an input on its label, of a summary on the text inside it.
OUTLINES = """target => {
  const drawn = [];
  for (const one of [target, target.nextElementSibling, target.firstElementChild]) {
    for (const part of one ? [null, '::before', '::after'] : []) {
      const style = getComputedStyle(one, part);
      const outline = style.outlineStyle === 'none' ? '' : style.outline;
      drawn.push(outline + '|' + (style.boxShadow === 'none' ? '' : style.boxShadow));
    }
  }
  return drawn.join(';');
}"""
IN_VIEW = """target => {
  const box = (target.labels && target.labels[0] || target).getBoundingClientRect();
  return box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
}"""


class Hands(ABC):
    """Somebody in front of a page. Each page that a step opens is inspected."""

    def __init__(self, page: Page, address: str, inspection: Inspection) -> None:
        self.page, self.address, self.inspection = page, address, inspection
        inspection.attend(page)
        # Chromium passes choosers on from the moment somebody listens: asked only then, it may come too late.
        page.on("filechooser", lambda _: None)

    def open(self, path: str) -> None:
        """Type an address."""
        answer = self.page.goto(self.address + path)
        self.inspection.arrive(self.page, answer, 200)

    def follow(self, name: Name, inside: Inside | None = None) -> None:
        """Use a link."""
        self._go(self.find("link", name, inside), 200)

    def press(self, name: Name, inside: Inside | None = None, *, status: int = 200) -> None:
        """Use a button that sends a form or leads on; ``status`` is that of the page it brings."""
        self._go(self.find("button", name, inside), status)

    def download(self, name: Name, inside: Inside | None = None) -> Download:
        """Use a link to a file, which must come as an attachment."""
        link = self.find("link", name, inside)
        path = link.get_attribute("href") or ""
        with (
            self.page.expect_response(lambda one: one.url.endswith(path)) as answer,
            self.page.expect_download() as arrived,
        ):
            self.activate(link)
        assert answer.value.headers["content-disposition"].startswith("attachment; ")
        return arrived.value

    def comes(self, name: Name) -> None:
        """A link that the portal makes in the background is there; the page is loaded again until it is."""
        link = self.page.get_by_role("link", name=name)  # type: ignore[arg-type]
        for _ in range(100):
            if link.count():
                return
            self.page.wait_for_timeout(300)
            self.page.reload()
        raise AssertionError(f"no link {name!r} came")

    def find(self, role: str, name: Name, inside: Inside | None = None) -> Locator:
        """The one thing on the page that assistive technology calls so."""
        around = self.page.get_by_role(inside[0], name=inside[1], exact=True) if inside else self.page  # type: ignore[arg-type]
        found = around.get_by_role(role, name=name, exact=True)  # type: ignore[arg-type]
        expect(found).to_have_count(1)
        return found

    def heading(self) -> str:
        return " ".join(self.page.get_by_role("heading", level=1).inner_text().split())

    def reads(self, text: str) -> None:
        """The page says so."""
        expect(self.page.locator("main")).to_contain_text(text)

    def date(self, group: str, day: str, month: str, year: str) -> None:
        """Fill the three fields of a date."""
        for label, text in (("Day", day), ("Month", month), ("Year", year)):
            self.write(label, text, ("group", re.compile(re.escape(group))))

    def _go(self, target: Locator, status: int) -> None:
        with self.page.expect_navigation() as arrival:
            self.activate(target)
        self.inspection.arrive(self.page, arrival.value, status)

    @abstractmethod
    def activate(self, target: Locator) -> None: ...

    @abstractmethod
    def write(self, name: Name, text: str, inside: Inside | None = None) -> None:
        """Replace what a text field holds."""

    @abstractmethod
    def choose(self, name: Name) -> None:
        """Choose a radio button."""

    @abstractmethod
    def tick(self, name: Name) -> None: ...

    @abstractmethod
    def pick(self, name: Name, option: str) -> None:
        """Choose from a list that folds out."""

    @abstractmethod
    def attach(self, label: str, file: Path) -> None: ...

    @abstractmethod
    def unfold(self, summary: str) -> None: ...

    def jump(self, name: Name) -> None:
        """Use a link to a field of the same page: the focus must go there."""
        link = self.find("link", name)
        field = (link.get_attribute("href") or "").removeprefix("#")
        self.activate(link)
        expect(self.page.locator(f"[id='{field}']")).to_be_focused()

    def _folded(self, summary: str) -> Locator:
        found = self.page.locator("summary", has_text=summary)
        expect(found).to_have_count(1)
        return found

    def _after_unfolding(self, summary: Locator) -> None:
        assert summary.evaluate("one => one.parentElement.open") is True
        self.inspection.look(self.page)


class Keyboard(Hands):
    """Tab, Shift+Tab, Space, Enter, arrows and letters; never the mouse."""

    def reach(self, target: Locator, arrived: Callable[[], bool] | None = None) -> None:
        """Tab to ``target`` and see that it shows the focus."""
        unfocused = target.evaluate(OUTLINES)
        had_focus = target.evaluate(DIRECTION) == 0
        for _ in range(MOST_TABS):
            direction = target.evaluate(DIRECTION)
            if direction == 0 or (arrived and arrived()):
                break
            self.page.keyboard.press("Tab" if direction > 0 else "Shift+Tab")
        else:
            raise AssertionError(f"the keyboard does not get to {target}")
        if target.evaluate(DIRECTION) == 0 and not had_focus:
            self._shows_focus(target, unfocused)

    def _shows_focus(self, target: Locator, unfocused: str) -> None:
        assert target.evaluate(OUTLINES) != unfocused, f"nothing shows that {target} has the focus"
        assert target.evaluate(IN_VIEW), f"{target} has the focus out of sight"

    def activate(self, target: Locator) -> None:
        self.reach(target)
        self.page.keyboard.press("Enter")

    def write(self, name: Name, text: str, inside: Inside | None = None) -> None:
        field = self.find("textbox", name, inside)
        self.reach(field)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)
        expect(field).to_have_value(text)

    def choose(self, name: Name) -> None:
        radio = self.find("radio", name)
        unfocused = radio.evaluate(OUTLINES)
        self.reach(radio, lambda: bool(radio.evaluate(IN_ITS_GROUP)))
        for _ in range(MOST_ARROWS):
            if radio.evaluate(DIRECTION) == 0:
                break
            self.page.keyboard.press("ArrowDown")
        self._shows_focus(radio, unfocused)
        if not radio.is_checked():
            self.page.keyboard.press("Space")
        expect(radio).to_be_checked()

    def tick(self, name: Name) -> None:
        box = self.find("checkbox", name)
        self.reach(box)
        self.page.keyboard.press("Space")
        expect(box).to_be_checked()

    def pick(self, name: Name, option: str) -> None:
        box = self.find("combobox", name)
        self.reach(box)
        chosen = box.locator("option:checked")
        for _ in range(MOST_ARROWS):
            if chosen.inner_text() == option:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{option} is not in the list")

    def attach(self, label: str, file: Path) -> None:
        field = self.page.get_by_label(label, exact=True)
        self.reach(field)
        with self.page.expect_file_chooser() as chooser:
            self.page.keyboard.press("Enter")
        chooser.value.set_files(file)

    def unfold(self, summary: str) -> None:
        folded = self._folded(summary)
        self.reach(folded)
        self.page.keyboard.press("Space")
        self._after_unfolding(folded)


class Mouse(Hands):
    """Clicks, as most people do."""

    def activate(self, target: Locator) -> None:
        target.click()

    def write(self, name: Name, text: str, inside: Inside | None = None) -> None:
        self.find("textbox", name, inside).fill(text)

    def choose(self, name: Name) -> None:
        self.find("radio", name).check()

    def tick(self, name: Name) -> None:
        self.find("checkbox", name).check()

    def pick(self, name: Name, option: str) -> None:
        self.find("combobox", name).select_option(label=option)

    def attach(self, label: str, file: Path) -> None:
        self.page.get_by_label(label, exact=True).set_input_files(file)

    def unfold(self, summary: str) -> None:
        folded = self._folded(summary)
        folded.click()
        self._after_unfolding(folded)
