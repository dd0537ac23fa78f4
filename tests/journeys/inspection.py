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
  for (const one of document.querySelectorAll('[style]:not([style=""]), script:not([src]), style')) {
    found.push('inline style or script: ' + one.outerHTML.slice(0, 80));
  }
  return found;
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
        checks: list[Callable[[Page], list[str]]] = [lambda one: list(one.evaluate(STRUCTURE))]
        if self.has_scripts:
            checks.append(_accessibility)
        for check in checks:
            self.findings += [f"{where}: {fault}" for fault in check(page)]
        self._take_picture(page)

    def _take_picture(self, page: Page) -> None:
        if self.pictures is None:
            return
        self.pictures.mkdir(parents=True, exist_ok=True)
        title = re.sub(r"[^a-z0-9]+", "-", page.title().partition(" - ")[0].lower()).strip("-")
        page.screenshot(
            path=self.pictures / f"{self.label}-{len(self.seen):02}-{title[:50]}.png", full_page=True
        )


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
