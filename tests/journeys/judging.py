"""The Assembly's part of the story, told once: samples, a meeting, a decision by two, a letter, an appeal.

It begins where three sealed reviews of trust A's Bronze lie apart (``RunningPortal.judged``).
"""

import re
from dataclasses import dataclass

from tests.journeys.telling import TRUST, Telling

MEETING = "Moderation, autumn"


@dataclass
class Judging(Telling):
    def calibrate(self) -> None:
        """A sample is scored once; then its page shows the agreed mark and why."""
        hands = self.hands
        self.play("Reviewer 1")
        hands.follow("Calibration", ("navigation", "Menu"))
        hands.reads("0 of 5 scored.")
        hands.follow(re.compile("^C1 "))
        hands.press("Save and see the agreed mark", status=422)
        hands.choose(re.compile("^3, "))
        hands.write("Reason", "There is a policy, and a way to report.")
        hands.press("Save and see the agreed mark")
        hands.reads("The agreed mark")
        hands.reads("more lenient")
        hands.follow("All samples")
        hands.reads("1 of 5 scored.")

    def see_how_reviewers_agree(self) -> None:
        hands = self.hands
        self.play("Moderator")
        hands.follow("agreement in Autumn 2026")
        hands.reads("Too few to say")

    def plan_a_meeting(self) -> None:
        hands = self.hands
        hands.follow("Meetings", ("navigation", "Menu"))
        hands.press("Plan a meeting")
        hands.write("Name of the meeting", MEETING)
        hands.pick("Which window?", "Autumn 2026")
        hands.tick("Moderator")
        hands.tick("Administrator who works for trust A")
        hands.press("Plan the meeting")
        hands.reads("Out for this item: 1 person: Administrator who works for trust A.")

    def hold_it(self) -> None:
        """Agree the score that differs, and minute it."""
        hands = self.hands
        hands.press("Open the meeting")
        hands.press(re.compile("^Is there ?: Moderator$"))
        hands.follow(re.compile(f"^{TRUST}, Bronze"))
        hands.press("Open this item")
        hands.write("Line of the minutes", "The minute was read aloud.")
        hands.press("Add the line")
        hands.reads("The minute was read aloud.")
        hands.pick("Criterion", "B02 Give one executive responsibility for race equality")
        hands.choose("2, established")
        hands.write("Reason for the agreed score", "All three read the minute again.")
        hands.press("Record the agreed score")
        hands.reads("Every score is settled.")
        hands.press("Close this item")
        hands.press("Close the meeting")
        hands.reads("Agreed score 2.")

    def decide_not_yet(self) -> None:
        """Put forward by one, confirmed by another, with a condition on what is not met; the letter is edited."""
        hands = self.hands
        self._as_administrator()
        hands.press("Record the decision")
        hands.reads("15 criteria are met and 1 is not.")
        hands.choose("Not yet")
        hands.write(re.compile("^B01 "), "Show where the statement is published.")
        hands.press("Record the decision")
        self._as_administrator("Administrator 2")
        hands.press("Record the decision")
        hands.press("Confirm the decision")
        hands.follow("Read and edit its letter")
        hands.write("Subject", "Your Bronze submission: what to do next")
        hands.tick("I have read this letter and it may go")
        hands.press("Save the letter")
        hands.follow("Back to the release")
        hands.press("Release the outcomes")
        hands.reads("No decision waits for release.")

    def appeal(self) -> None:
        """The lead reads why, then appeals on one criterion."""
        hands = self.hands
        self.play("EDI lead, trust A")
        hands.follow(f"Bronze for {TRUST}")
        hands.press("Read the outcome")
        hands.reads("Show where the statement is published.")
        hands.reads("Why this level")
        hands.follow("Appeal against this outcome")
        hands.press("Appeal", status=422)
        hands.write(re.compile("^B01 "), "The address of the statement is in the answer.")
        hands.press("Appeal")
        hands.reads("Appeal received")

    def nobody_judges_twice(self) -> None:
        hands = self.hands
        self._as_administrator()
        hands.press("Assign reviewer")
        refused = hands.page.get_by_role("row", name=re.compile("^Reviewer 1 "))
        assert refused.get_by_role("cell").first.inner_text() == (
            "Judged this submission before, and an appeal is judged by others."
        )


def judged(judging: Judging) -> None:
    """The whole of it."""
    judging.portal.judged()
    judging.hands.open("/sign-in/demo")
    judging.hands.press("Reviewer 1")
    judging.calibrate()
    judging.see_how_reviewers_agree()
    judging.plan_a_meeting()
    judging.hold_it()
    judging.decide_not_yet()
    judging.appeal()
    judging.nobody_judges_twice()
