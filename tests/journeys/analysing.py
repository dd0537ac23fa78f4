"""What an ICB's analyst reads of any day, told once: on the page, in files, and with a program."""

import csv
import io
import json
import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from app.rules.days import in_words
from tests.journeys.hands import Hands
from tests.journeys.portal import RunningPortal
from tests.journeys.recognised import Past

LEVELS = "Organisations by highest level held"
CORRECTED = "The same day with what is known today"


@dataclass
class Analysing:
    """The ICB viewer's part."""

    portal: RunningPortal
    hands: Hands
    past: Past

    def ask_for(self, days_later: int = 0) -> None:
        """Type the day into the three fields."""
        day = self.past.day + timedelta(days=days_later)
        self.hands.date("Show figures as of", str(day.day), str(day.month), str(day.year))

    def table(self, caption: str) -> dict[str, list[str]]:
        """The rows of a table on the page, by their first cell."""
        rows = self.hands.page.get_by_role("table", name=caption, exact=True).locator("tbody tr")
        cells = [
            [" ".join(one.split()) for one in row.locator("th, td").all_inner_texts()] for row in rows.all()
        ]
        return {row[0]: row[1:] for row in cells}

    def read_a_past_day(self) -> dict[str, list[str]]:
        """A day to come is refused; a past one has an address and an answer of its own."""
        hands = self.hands
        hands.open("/sign-in/demo")
        hands.press("Analyst, ICB 1")
        hands.follow("Open the dashboard")
        self.ask_for(days_later=1000)
        hands.press("Show this day", status=422)
        hands.reads("The date must be today or in the past.")
        self.ask_for()
        hands.press("Show this day")
        hands.reads(f"as of the end of {in_words(self.past.day)}")
        hands.reads("They stay the same whenever they are asked for.")
        assert self.table(CORRECTED)["Bronze"] == ["1", "1", "0"]
        return self.table(LEVELS)

    def read_the_list(self) -> list[str]:
        """The names of who held Bronze that day, from the page and from its file."""
        hands = self.hands
        hands.follow("List the organisations with their level and stage on this day")
        hands.pick("Level held", "Bronze")
        hands.press("Show")
        hands.reads("1 organisation.")
        named = list(self.table(f"Organisations of Fictional ICB 1 on {in_words(self.past.day)}"))
        rows = read(Path(hands.download("Download these organisations (CSV)").path()))
        assert [f"{row['Organisation']} ({row['ODS code']})" for row in rows] == named
        hands.open(self.dashboard)
        return named

    @property
    def dashboard(self) -> str:
        own = self.portal.story.organisations["ZZ1"].id
        return f"/dashboards/{own}?on={self.past.day}"

    def download(self) -> dict[str, str]:
        """The first table as a file: each row says its area and day."""
        link = re.compile(rf"^Download this table \(CSV\) ?: {LEVELS}$")
        rows = read(Path(self.hands.download(link).path()))
        assert {(row["Area"], row["As of"]) for row in rows} == {("Fictional ICB 1", str(self.past.day))}
        return {row["Level"]: row["All"] for row in rows}

    def make_a_token(self) -> str:
        hands = self.hands
        hands.follow(re.compile("Analyst, ICB 1$"))
        hands.follow("token")
        hands.press("Make the token", status=422)
        hands.write("What the token is for", "Power BI report")
        hands.choose(re.compile("^90 days"))
        hands.press("Make the token", status=201)
        token = hands.page.locator("#token").inner_text()
        hands.follow("how to connect Power BI")
        hands.reads(f'Root = "{self.portal.address}"')
        return token

    def revoke_it(self) -> None:
        hands = self.hands
        hands.follow("Tokens")
        hands.reads("Power BI report")
        hands.press(re.compile("^Revoke Power BI report"))
        hands.reads("You have no token that holds.")

    def asked_by_a_program(self, token: str, table: str) -> tuple[int, list[dict[str, Any]]]:
        """What the query on the page for Power BI gets: the status and the items."""
        address = f"{self.portal.address}/api/v1/areas/ZZ1/{table}?on={self.past.day}"
        try:
            with urlopen(Request(address, headers={"Authorization": f"Bearer {token}"})) as answer:
                return answer.status, json.load(answer)["items"]
        except HTTPError as refused:
            return refused.code, []


def read(file: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.read_text("utf-8-sig"))))


def analysed(analysing: Analysing) -> None:
    """The same day before and after something is learnt of it, on the page, in files and for a program."""
    hands = analysing.hands
    before = analysing.read_a_past_day()
    assert {level: cells[0] for level, cells in before.items()}["Bronze"] == "1"
    assert analysing.read_the_list() == ["Trust T1 (T1)"]
    assert analysing.download() == {level: cells[0] for level, cells in before.items()}
    analysing.past.learn_late()
    hands.open(analysing.dashboard)
    hands.reads("Something was learnt of that day since: see corrections.")
    assert analysing.table(LEVELS) == before
    assert analysing.table(CORRECTED)["Bronze"] == ["1", "0", "-1"]
    token = analysing.make_a_token()
    status, items = analysing.asked_by_a_program(token, "organisations")
    assert (status, [one["organisation"] for one in items if one["level"] == "bronze"]) == (200, ["Trust T1"])
    analysing.revoke_it()
    assert analysing.asked_by_a_program(token, "organisations") == (401, [])
