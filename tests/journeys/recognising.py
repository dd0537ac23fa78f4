"""What becomes of a recognition, told once: revoked by two, appealed against, issued again; shared and taken back."""

import re
from dataclasses import dataclass

from playwright.sync_api import expect

from app.rules.days import in_words
from tests.journeys.hands import Hands
from tests.journeys.portal import RunningPortal
from tests.journeys.recognised import Recognised, held_for_two_years, sign_in_as
from tests.journeys.telling import TRUST

WRONG = "A figure in the evidence was wrong."
RIGHT = "The figure was right: the board has it."
MISSPELT = "The name was misspelt."
EXCERPT = "Made-up text of trust A"  # the first words of the sealed answer


@dataclass
class Recognising:
    """The Assembly's and the organisation's part, from the day of recognition on."""

    portal: RunningPortal
    hands: Hands
    told: Recognised

    @property
    def page(self) -> str:
        return f"/certificates/{self.told.certificate_id}"

    def play(self, part: str, path: str = "/home") -> None:
        sign_in_as(self.portal, self.told.story, part, self.hands.page)
        self.hands.open(path)

    def revoke_by_two(self) -> None:
        hands = self.hands
        self.play("administrator", self.page)
        hands.follow("Revocation of this certificate")
        self._ask("Ask for the revocation", WRONG, "You asked for it")
        self._confirm("administrator_2", "Revoke the certificate", "In force")

    def appeal(self) -> None:
        """The lead finds it on the first page, and reads why."""
        hands = self.hands
        self.play("lead_a")
        hands.follow("Read why the Bronze certificate was revoked")
        hands.reads(WRONG)
        hands.follow("Appeal against the revocation")
        hands.press("Appeal", status=422)
        hands.write("Why should the certificate not be revoked?", RIGHT)
        hands.press("Appeal")
        hands.reads("Two people who took no part before judge it.")

    def others_judge(self) -> None:
        hands = self.hands
        self.play("administrator_2", f"{self.page}/revoke")
        hands.reads("You asked for this revocation or confirmed it, so others judge the appeal.")
        assert hands.page.get_by_role("button", name="Put it forward").count() == 0
        self.play("administrator_3")
        self._follow_the_task()
        hands.reads(RIGHT)
        reason, outcome = "The board's paper shows the figure.", "The revocation is overturned"
        self._ask("Put it forward", reason, "You put this forward", outcome)
        self._confirm("administrator_4", "Confirm: the revocation is overturned", "Overturned on appeal")

    def _ask(self, button: str, reason: str, done: str, choice: str = "") -> None:
        """The first of two: reads what is missing, then what was ``done`` and that it takes another."""
        hands = self.hands
        hands.press(button, status=422)
        if choice:
            hands.choose(choice)
        hands.write("Reason", reason)
        hands.press(button)
        hands.reads(f"{done}, so another administrator must confirm it.")

    def _confirm(self, part: str, button: str, state: str) -> None:
        """The second of two, after whom it counts."""
        self.play(part)
        self._follow_the_task()
        self.hands.press(button)
        self.hands.reads(state)

    def _follow_the_task(self) -> None:
        """From the first page of somebody who has something to do about this certificate."""
        self.hands.follow(re.compile(f" of {self.told.number}$"))

    def issue_again(self) -> str:
        """Returns the new certificate's number."""
        hands = self.hands
        self.play("administrator", self.page)
        hands.follow("Issue this certificate again")
        hands.press("Issue the certificate again", status=422)
        hands.write("Reason", MISSPELT)
        hands.press("Issue the certificate again")
        hands.reads(f"This certificate supersedes {self.told.number}: {MISSPELT}")
        return hands.heading().removeprefix("Certificate ")

    def check_lightly(self, number: str) -> None:
        """Trust B answers for its certificate ``number``; the Assembly reads it."""
        hands = self.hands
        self.play("lead_b")
        hands.follow("Answer the light check of Silver")
        hands.press("Send the light check", status=422)
        hands.choose("No, something no longer holds as it did")
        hands.write(
            "What has changed, and what did you do about conditions?", "The network has no budget now."
        )
        hands.press("Send the light check")
        self.play("administrator")
        hands.follow("See the light checks")
        hands.reads("It no longer holds as it did")
        hands.follow(f"Silver, {number}")
        hands.reads("The network has no budget now.")
        hands.press("Mark as read")
        row = hands.page.get_by_role("row", name=re.compile(number))
        expect(row).to_contain_text("Read")

    def consent(self) -> None:
        """The lead lets one recognised answer be shown."""
        hands = self.hands
        self.play("lead_a")
        hands.follow(f"Bronze for {TRUST}")
        hands.press("Read the outcome")
        hands.follow("Let others learn from your answers")
        hands.follow(re.compile("^B02 "))
        hands.press("Give consent", status=422)
        hands.write("How do you want to be named?", "A fictional trust in the north")
        hands.tick(re.compile("^My organisation agrees"))
        hands.press("Give consent")
        hands.reads("Waiting for the Assembly")

    def curate(self) -> None:
        hands = self.hands
        self.play("administrator")
        hands.follow("Choose examples of good practice")
        hands.follow(re.compile("^B02 "))
        hands.write("Excerpt", "We never wrote this.")
        hands.write("Why is it good practice?", "It names who does what.")
        hands.press("Save and preview", status=422)
        hands.write("Excerpt", EXCERPT)
        hands.press("Save and preview")
        hands.reads(f"{EXCERPT} […]")
        hands.press("Publish the example")
        hands.reads("What everyone reads")

    def take_back(self) -> None:
        hands = self.hands
        self.play("lead_a", f"/submissions/{self.told.submission_id}/examples/B02")
        hands.reads("What everyone can read")
        hands.press("Take the consent back")
        hands.reads("was taken back by EDI lead, trust A")


def reads_verdict(stranger: Hands, told: Recognised, word: str, *sentences: str) -> None:
    """Somebody who is not signed in types the number. The page behind the QR code may be kept by a browser for half a
    minute, this one never."""
    stranger.open("/verify")
    stranger.write("Certificate number", told.number)
    stranger.press("Check")
    assert stranger.heading() == f"Certificate {told.number} {word}"
    for sentence in sentences:
        stranger.reads(sentence)


def overseen(telling: Recognising, stranger: Hands) -> None:
    """A certificate is revoked, holds again, is superseded; another has its light check."""
    told, today = telling.told, in_words(telling.told.on)
    number = held_for_two_years(telling.portal)
    telling.revoke_by_two()
    reads_verdict(stranger, told, "Revoked", f"It was revoked on {today}.", f"Reason: {WRONG}")
    telling.appeal()
    telling.others_judge()
    reads_verdict(stranger, told, "Genuine and in date")
    newer = telling.issue_again()
    reads_verdict(stranger, told, "Superseded", f"On {today} it was replaced by certificate {newer}.")
    stranger.follow(newer)
    assert stranger.heading() == f"Certificate {newer} Genuine and in date"
    telling.check_lightly(number)


def shared(telling: Recognising, stranger: Hands) -> None:
    """An answer becomes an example that everyone reads, until the organisation takes its consent back."""
    telling.consent()
    stranger.open("/framework/B02")
    assert EXCERPT not in stranger.page.content()
    telling.curate()
    for path in ("/framework/B02", "/examples"):
        stranger.open(path)
        stranger.reads(f"{EXCERPT} […]")
        stranger.reads("A fictional trust in the north")
    telling.take_back()
    for path in ("/framework/B02", "/examples"):
        stranger.open(path)
        assert EXCERPT not in stranger.page.content()
