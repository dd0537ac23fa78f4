"""What every page must be, whoever opens it and at whatever width."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page, Response

AXE = Axe()
RULES = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
# Findings that are let through: rule and selector, with the reason. Keep it empty if you can.
ALLOWED: dict[tuple[str, str], str] = {}

# Runs in every page, also where the page's own scripts may not run.
STRUCTURE = """() => {
  const found = [];
  const root = document.documentElement;
  if (root.lang !== 'en-GB') found.push('the language is ' + root.lang);
  const headings = [...document.querySelectorAll('h1, h2, h3, h4, h5, h6')];
  const ones = headings.filter(one => one.tagName === 'H1').length;
  if (ones !== 1) found.push(ones + ' h1');
  if (!document.title.includes(' - ')) found.push('the title is ' + document.title);
  if (document.querySelectorAll('main').length !== 1) found.push('not one main');
  if (root.scrollWidth > window.innerWidth) {
    const wide = [...document.body.querySelectorAll('*')].filter(one =>
      one.getBoundingClientRect().right > window.innerWidth + 0.5 && !one.closest('.portal-scroll'));
    found.push('scrolls sideways, ' + root.scrollWidth + ' px: ' + wide.slice(0, 3).map(one =>
      one.tagName.toLowerCase() + '.' + one.className).join(', '));
  }
  const ids = [...document.querySelectorAll('[id]')].map(one => one.id);
  const twice = ids.filter((id, place) => ids.indexOf(id) !== place);
  if (twice.length) found.push('ids used twice: ' + twice.join(', '));
  for (const one of document.querySelectorAll('input:not([type=hidden]), select, textarea')) {
    if (!one.labels.length && !one.ariaLabel) found.push('no label: ' + one.name);
  }
  for (const one of document.querySelectorAll('table')) {
    if (!one.caption) found.push('a table without a caption');
    if (one.querySelector('th:not([scope])')) found.push('a header cell without a scope');
  }
  for (const one of document.querySelectorAll('main *:not(pre, code, textarea)')) {
    const own = [...one.childNodes].filter(part => part.nodeType === Node.TEXT_NODE);
    if (own.some(part => /<[/]?[a-z]/.test(part.data))) found.push('a tag shown as text: ' + one.textContent);
  }
  for (const one of document.querySelectorAll('[style]:not([style=""]), script:not([src]), style')) {
    found.push('inline style or script: ' + one.outerHTML.slice(0, 80));
  }
  return found;
}"""

PAPER = 718  # pixels: what Chromium's own margins leave of the width of an A4 page
WORDS = """() => [...document.querySelectorAll('h1, main *')].filter(one => one.checkVisibility()
  && [...one.childNodes].some(part => part.nodeType === Node.TEXT_NODE && part.textContent.trim()))"""
# What is of no use on paper may be gone from it. Everything else that stood on the screen must be there, and whole.
ON_PAPER = """words => {
  const gone = words.filter(one => !one.checkVisibility() && !one.closest(
    '.nhsuk-button, .portal-as-of, .portal-filters, .portal-file-link, .portal-no-print'));
  const cut = words.filter(one => one.checkVisibility() && !one.closest('.nhsuk-u-visually-hidden')
    && one.getBoundingClientRect().right > innerWidth + 0.5);
  const told = one => one.tagName.toLowerCase() + ' ' + one.textContent.trim().slice(0, 60);
  return [...gone.map(one => 'not printed: ' + told(one)), ...cut.map(one => 'cut off on paper: ' + told(one))]
    .slice(0, 5);
}"""


@dataclass
class Inspection:
    """What was found wrong on the pages opened so far. A journey ends with ``findings`` empty."""

    label: str
    has_scripts: bool
    pictures: Path | None
    findings: list[str] = field(default_factory=list)
    seen: set[tuple[str, str]] = field(default_factory=set)
    opened: list[str] = field(default_factory=list)

    def attend(self, page: Page) -> None:
        """Listen to what the page's console says from now on."""
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.findings.append(f"script error: {error}"))

    def _heard(self, message: ConsoleMessage) -> None:
        # A form that is shown again comes with status 422, which Chromium reports as a resource that failed.
        if message.type in ("error", "warning") and "status of 422" not in message.text:
            self.findings.append(f"console: {message.text}")

    def arrive(self, page: Page, answer: Response | None, status: int) -> None:
        """Look at a page that was just opened; ``answer`` is the one that brought it."""
        where = _path(page)
        self.opened.append(where)
        if answer is None or answer.status != status:
            self.findings.append(f"{where}: status {answer and answer.status}, not {status}")
        self.look(page)

    def look(self, page: Page) -> None:
        """Look at the page as it stands, once for each state of it."""
        where = _path(page)
        state = (where, page.locator("body").inner_html())
        if state in self.seen:
            return
        self.seen.add(state)
        self._examine(page, where)
        self._take_picture(page)

    def _examine(self, page: Page, where: str) -> None:
        """What is wrong with the page at the width that it has."""
        checks: list[Callable[[Page], list[str]]] = [lambda one: list(one.evaluate(STRUCTURE))]
        if self.has_scripts:
            checks.append(_accessibility)
        for check in checks:
            self.findings += [f"{where}: {fault}" for fault in check(page)]

    def _take_picture(self, page: Page, width: str = "") -> None:
        if self.pictures is None:
            return
        self.pictures.mkdir(parents=True, exist_ok=True)
        title = re.sub(r"[^a-z0-9]+", "-", page.title().partition(" - ")[0].lower()).strip("-")
        page.screenshot(
            path=self.pictures / f"{self.label}-{len(self.seen):02}-{title[:50]}{width}.png", full_page=True
        )


@dataclass
class ThoroughInspection(Inspection):
    """Looks at each page at further widths as well, and at what a printer would make of it."""

    widths: tuple[int, ...] = ()

    def _examine(self, page: Page, where: str) -> None:
        own = page.viewport_size
        assert own
        super()._examine(page, where)
        for width in self.widths:
            page.set_viewport_size({"width": width, "height": own["height"]})
            super()._examine(page, f"{where} at {width} px")
            self._take_picture(page, f"-{width}")
        self.findings += [f"{where}: {fault}" for fault in _on_paper(page, own["height"])]
        page.set_viewport_size(own)


def _on_paper(page: Page, height: int) -> list[str]:
    words = page.evaluate_handle(WORDS)
    page.set_viewport_size({"width": PAPER, "height": height})
    page.emulate_media(media="print")
    found = list(page.evaluate(ON_PAPER, words))
    page.emulate_media(media="screen")
    return found


def _path(page: Page) -> str:
    return "/" + page.url.split("/", 3)[-1]


def _accessibility(page: Page) -> list[str]:
    found = AXE.run(page, options=RULES).response["violations"]
    return [
        f"{one['id']} ({one['impact']}): {node['html'][:160]} {node['failureSummary']}"
        for one in found
        for node in one["nodes"]
        if (one["id"], " ".join(map(str, node["target"]))) not in ALLOWED
    ]
