"""The story, told once: each step is what its person does on the pages they see.

To save time the criteria that nobody wrote and the scores that nobody gave by hand are filled in between by the
actions that those pages call (``RunningPortal.fill_the_rest``, ``score_the_rest``).
"""

import re
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import expect

from tests.journeys.hands import Hands
from tests.journeys.portal import RunningPortal

FILES = Path(__file__).parent / "files"
TRUST = "Fictional trust A"
REPORT = "Statement against racism, report to the board"
RATING = "2: Established"
# What the portal finds in these files, and asks about before they may be sent.
WARNED = {"photo.jpg": "could not be searched", "figures.xlsx": "cell"}


@dataclass
class Telling:
    """Plays every part with one pair of hands; a second pair, not signed in, is the stranger's."""

    portal: RunningPortal
    hands: Hands

    def play(self, part: str) -> None:
        """Change to the person with this name by the button of the demonstration."""
        self.hands.follow("Play another part")
        self.hands.press(re.compile(rf"^{re.escape(part)}$"))
        assert self.hands.heading() == "What is waiting for you"

    def sign_in_by_mail(self) -> None:
        hands = self.hands
        hands.open("/")
        hands.follow("Sign in", ("navigation", "Menu"))
        hands.press("Send me a link", status=422)
        hands.jump(re.compile("^Enter an email address"))
        hands.write("Your work email address", "lead.a@example.invalid")
        hands.press("Send me a link")
        hands.follow("Open the development mailbox")
        hands.follow("Sign in to the Anti-Racist Framework portal")
        hands.follow(re.compile("^http.*sign-in.link"))
        hands.press("Sign in")
        assert hands.heading() == "What is waiting for you"

    def bronze_holders(self) -> int:
        """How many organisations of ICB 1 hold Bronze, as its analyst reads it."""
        self.play("Analyst, ICB 1")
        self.hands.follow("Open the dashboard")
        table = self.hands.page.get_by_role("table", name="Organisations by highest level held")
        return int(
            table.get_by_role("row", name=re.compile("^Bronze")).get_by_role("cell").first.inner_text()
        )

    def start(self) -> None:
        self.hands.follow(f"Go to self-assessments for {TRUST}")
        self.hands.press(f"Start for {TRUST}")
        assert self.hands.heading() == f"Self-assessment {TRUST}"

    def write_five_criteria(self) -> None:
        """Five criteria, each with evidence: a PDF, a Word document, a picture, one item used twice, a spreadsheet."""
        hands = self.hands
        hands.follow("B01: Publish a statement against racism")
        hands.unfold("How reviewers will score this criterion")
        self._answer("What does your statement commit you to", "We name racism, and report each quarter.")
        hands.write("Address of the published statement", "https://trust.example/statement")
        hands.date("When did the board approve the statement?", "27", "3", "2026")
        self._upload_first_without_a_file("report.pdf", REPORT)
        self._finish("Save and next")

        assert hands.heading() == "Bronze, B02 Give one executive responsibility for race equality"
        self._answer("What has the executive sponsor done", "Met the staff network every month.")
        hands.write("Role of the executive sponsor", "Chief people officer")
        hands.date("When was the duty given to this role?", "1", "4", "2026")
        self._upload("policy.docx", "Zero tolerance policy")
        self._finish("Save and next")

        self._answer("Who was the campaign for", "All staff, with a poster in every ward.")
        hands.date("When did the campaign begin?", "2", "2", "2026")
        self._upload("photo.jpg", "Poster of the campaign")
        self._finish("Save and next")

        self._answer("How do staff hear about this work", "By a weekly bulletin that anybody can answer.")
        hands.write(re.compile("^Address of the page where staff"), "https://trust.example/staff")
        hands.pick("Link evidence from the library", REPORT)
        hands.write("Page or passage (optional)", "page 1, third line")
        hands.press("Link this evidence")
        self._finish("Save and continue later")

        hands.follow(re.compile("^B16: "))
        self._answer("What does your latest WRES tell you", "Fewer at the top; we begin with recruitment.")
        hands.write("Address of the published WRES report", "https://trust.example/wres")
        hands.date("When did the board discuss the report?", "5", "6", "2026")
        self._upload("figures.xlsx", "Staff by band")
        self._finish("Save and continue later")

    def _answer(self, question: str, text: str) -> None:
        self.hands.choose(RATING)
        self.hands.write(re.compile(f"^{question}"), text)

    def _finish(self, button: str) -> None:
        self.hands.tick("I have finished this criterion")
        self.hands.press(button)

    def _upload(self, file: str, title: str) -> None:
        self.hands.press("Upload a file")
        self._fill_upload(file, title)

    def _upload_first_without_a_file(self, file: str, title: str) -> None:
        self.hands.press("Upload a file")
        self.hands.press("Upload", status=422)
        self.hands.jump(re.compile("^Choose"))
        self._fill_upload(file, title)

    def _fill_upload(self, file: str, title: str) -> None:
        hands = self.hands
        hands.attach("File", FILES / file)
        hands.write("Title", title)
        hands.date("Date of the evidence", "27", "3", "2026")
        hands.write("Page or passage (optional)", "page 1")
        hands.press("Upload")
        if file in WARNED:
            self._keep(file)
        else:
            hands.reads("The evidence is added to the library and linked here.")

    def _keep(self, file: str) -> None:
        """The warning before anything is sent: first without a reason, then with one."""
        hands = self.hands
        assert hands.heading().endswith("Look at this before it is sent")
        hands.reads(WARNED[file])
        hands.press("Keep the file with this reason", status=422)
        hands.write("Why may it be sent as it is?", "The board has seen it and agreed.")
        hands.press("Keep the file with this reason")

    def see_what_is_missing(self) -> None:
        """Eleven criteria are; the rest is filled by the actions, and then nothing is."""
        hands = self.hands
        hands.follow("What is still missing for Bronze")
        hands.reads("11 criteria are not ready.")
        self.portal.fill_the_rest("lead_a", REPORT)
        hands.follow("Back to the task list")
        hands.follow("What is still missing for Bronze")
        hands.reads("Nothing is missing for Bronze.")

    def hand_over(self) -> None:
        hands = self.hands
        hands.press("Hand Bronze to your executive sponsor")
        hands.press("Hand to the executive sponsor", status=422)
        hands.choose("Executive sponsor, trust A")
        hands.press("Hand to the executive sponsor")
        assert hands.heading() == f"{TRUST} Bronze submission"

    def sign(self) -> str:
        """Read and sign as the sponsor. Returns the receipt's number."""
        hands = self.hands
        self.play("Executive sponsor, trust A")
        hands.follow(f"Read and sign Bronze for {TRUST}")
        hands.unfold("Read the answer to B01")
        hands.press("Sign and submit", status=422)
        hands.tick("I have read the submission and make this declaration")
        hands.press("Sign and submit")
        assert hands.heading() == "Bronze submitted"
        hands.follow("Read the sealed copy")
        hands.page.go_back()
        return hands.page.locator(".portal-receipt").inner_text()

    def assign_two(self) -> None:
        """Who works for the trust can't be chosen, and the page says why."""
        hands = self.hands
        self._as_administrator()
        hands.press("Assign reviewer")
        refused = hands.page.get_by_role("row", name=re.compile("^Reviewer who works for trust A"))
        assert refused.get_by_role("cell").first.inner_text() == f"Works for {TRUST}."
        assert hands.page.get_by_role("checkbox", name="Reviewer who works for trust A").count() == 0
        hands.tick("Reviewer 1")
        hands.tick("Reviewer 2")
        hands.press("Assign")
        hands.reads("This submission has all its reviewers.")

    def _as_administrator(self, part: str = "Administrator") -> None:
        self.play(part)
        self.hands.follow("Submissions", ("navigation", "Menu"))
        self.hands.follow(re.compile(f"^{TRUST} ?, Bronze"))

    def review(self, number: int, second_score: str) -> None:
        """Two criteria by hand, the other fourteen by the actions, then sealed."""
        hands = self.hands
        self.play(f"Reviewer {number}")
        hands.follow("Open your reviews")
        hands.follow(TRUST)
        hands.press("Start reviewing")
        hands.press("Score the next criterion")
        self._read_in_place()
        self._score("2, established", "The statement names racism and the minute shows who approved it.")
        self._score(second_score, "The duty is in the minute.")
        self.portal.score_the_rest(f"reviewer_{number}", 2)
        hands.follow("All criteria of this review")
        hands.reads("16 of 16 scored.")
        hands.press("Check and seal")
        hands.press("Seal my review")
        hands.reads("You sealed this review on")

    def _read_in_place(self) -> None:
        """The page that the writer named is drawn beside the answer; the original is a download; the link is marked."""
        hands = self.hands
        expect(hands.page.get_by_role("img", name=re.compile(f"^Page 1 of .* of {REPORT}$"))).to_be_visible()
        assert hands.download("Download report.pdf").suggested_filename == "report.pdf"
        hands.pick(re.compile(f"{REPORT}"), "Supports the answer")

    def assign_a_third(self) -> None:
        """The two differ on one criterion, so a third reviewer is wanted before anybody moderates."""
        hands = self.hands
        self._as_administrator()
        hands.press("Assign reviewer")
        hands.reads("A third reviewer is wanted.")
        hands.tick("Reviewer 3")
        hands.press("Assign")

    def review_as_the_third(self) -> None:
        hands = self.hands
        self.play("Reviewer 3")
        hands.follow("Open your reviews")
        hands.follow(TRUST)
        hands.press("Start reviewing")
        hands.reads("You are not told what anybody else scored.")
        hands.press("Score the next criterion")
        hands.choose("2, established")
        hands.write("Reason", "The minute gives the duty to a post.")
        hands.press("Save")
        hands.reads("1 of 1 scored.")
        hands.press("Check and seal")
        hands.press("Seal my review")
        hands.reads("You sealed this review on")

    def _score(self, score: str, reason: str) -> None:
        self.hands.choose(score)
        self.hands.write("Reason", reason)
        self.hands.write("Private note for moderation", "Worth a second look.")
        self.hands.press("Save and next")

    def moderate(self) -> None:
        hands = self.hands
        self.play("Moderator")
        hands.follow("See the submissions")
        hands.follow(re.compile(f"^{TRUST} ?, Bronze"))
        hands.press("Record the agreed score")
        hands.press("Moderate the next criterion")
        hands.choose("2, established")
        hands.write("Reason for the agreed score", "Both read the minute again.")
        hands.press("Record the agreed score")
        hands.reads("There is nothing left to moderate.")

    def decide_and_release(self) -> None:
        hands = self.hands
        self._as_administrator()
        hands.press("Record the decision")
        hands.reads("By the rule this submission is recognised: all 16 criteria are met.")
        hands.choose("Recognised")
        hands.press("Record the decision")
        hands.reads("1 of 2 confirmed.")
        self._as_administrator("Administrator 2")
        hands.press("Record the decision")
        hands.press("Confirm the decision")
        hands.reads("2 of 2 confirmed.")
        hands.follow("Read and edit its letter")
        hands.tick("I have read this letter and it may go")
        hands.press("Save the letter")
        hands.reads("Every letter has been read.")
        hands.follow("Home", ("navigation", "Menu"))
        hands.follow("See the windows")
        hands.follow("Autumn 2026")
        hands.press("Release the outcomes")
        hands.reads("No decision waits for release.")

    def read_the_outcome(self) -> tuple[Path, str]:
        """As the lead. Returns the certificate and the address where anyone can check it."""
        hands = self.hands
        self.play("EDI lead, trust A")
        hands.follow(f"Bronze for {TRUST}")
        hands.press("Read the outcome")
        hands.reads(f"The Assembly recognises {TRUST} at Bronze.")
        hands.reads("Both read the minute again.")
        hands.follow("Open the certificate and its files")
        hands.comes("Signed certificate (PDF)")
        certificate = hands.download("Signed certificate (PDF)")
        link = hands.find("link", "The page where anyone can check it")
        return Path(certificate.path()), str(link.get_attribute("href"))


def verify(stranger: Hands, address: str) -> str:
    """Somebody who is not signed in opens the address, then types the number. Returns the number."""
    stranger.open(address)
    stranger.reads("it is in date")
    number = stranger.page.title().partition(" - ")[0].rpartition(": ")[2]
    stranger.follow("Check another certificate")
    stranger.write("Certificate number", number.lower())
    stranger.press("Check")
    assert stranger.heading() == f"Certificate {number} Genuine and in date"
    stranger.follow("Public register")
    stranger.reads(number)
    return number


def told(telling: Telling, stranger: Hands) -> tuple[Path, str]:
    """The whole story. Returns the certificate's file and number."""
    telling.sign_in_by_mail()
    before = telling.bronze_holders()
    telling.play("EDI lead, trust A")
    telling.start()
    telling.write_five_criteria()
    telling.see_what_is_missing()
    telling.hand_over()
    assert re.fullmatch(r"\S+", telling.sign())
    telling.assign_two()
    telling.review(1, "3, embedded")
    telling.review(2, "1, emerging")
    telling.assign_a_third()
    telling.review_as_the_third()
    telling.moderate()
    telling.decide_and_release()
    certificate, address = telling.read_the_outcome()
    number = verify(stranger, address)
    assert telling.bronze_holders() == before + 1
    return certificate, number
