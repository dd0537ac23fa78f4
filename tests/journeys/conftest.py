"""A browser, a portal, and what was found on the pages.

A missing browser fails where ``CI`` is set and is told loudly elsewhere.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, sync_playwright

from tests.journeys.portal import RunningPortal, running

CANDIDATES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
# What a browser does by itself would be refused by a closed network, and is no part of a journey.
FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE = 30_000  # milliseconds: a busy machine is slow, not wrong


def _executable() -> str | None:
    named = os.environ.get("ARF_TEST_BROWSER")
    return named or next(filter(None, map(shutil.which, CANDIDATES)), None)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        try:
            chromium = playwright.chromium.launch(executable_path=_executable(), args=FLAGS)
        except Error as missing:
            _without_browser(str(missing))
        yield chromium
        chromium.close()


def _without_browser(reason: str) -> None:
    if os.environ.get("CI"):
        pytest.fail(f"CI may not do without a browser: {reason}", pytrace=False)
    pytest.skip(f"NOT TESTED, no Chromium starts here (ARF_TEST_BROWSER names one): {reason}")


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[RunningPortal]:
    with running(tmp_path) as one:
        yield one


@pytest.fixture(scope="session")
def pictures() -> Path | None:
    """Where pictures of the pages go, when ``ARF_TEST_PICTURES`` is set."""
    return Path(__file__).parent / "pictures" if os.environ.get("ARF_TEST_PICTURES") else None
