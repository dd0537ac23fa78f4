"""Two tenants with everything an organisation can have. Every text of trust B carries a canary word."""

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlmodel import Session, select

from app.actions import comments, decisions, evidence, invitations, reviews, self_assessments
from app.actions.certificates import Issuer
from app.adapters.files import Files
from app.adapters.structure.check import check
from app.config import MEGABYTE, Environment, Settings
from app.models import (
    Certificate,
    Comment,
    Evidence,
    EvidenceVersion,
    FrameworkVersion,
    Invitation,
    Meeting,
    MeetingItem,
    Membership,
    Outcome,
    Review,
    Role,
    SelfAssessment,
    Status,
    Submission,
    Window,
)
from app.queries.reviews import scores
from app.rules.days import uk_day
from app.rules.evidence import Details
from tests import judging, samples, sharing, steps
from tests.letters import letters_read
from tests.meetings import planned
from tests.story import NOW, Story

CANARY = "canarybravo"  # in every text of trust B that is not public
PUBLIC_CANARY = "Fictional trust B"  # on the register once released, and nowhere else


@dataclass(frozen=True)
class Tenant:
    """The ids of one trust's things, by the key that paths name them with."""

    ids: Mapping[str, tuple[UUID, ...]]

    def only(self, *keys: str) -> "Tenant":
        return Tenant({key: self.ids[key] for key in keys})


@dataclass
class Builder:
    """Makes one trust's things through the actions, each text marked with ``word``."""

    session: Session
    story: Story
    files: Files
    letter: str
    word: str
    items: list[Evidence] = field(default_factory=list)

    @property
    def code(self) -> str:
        return f"ZZ{self.letter.upper()}"

    def part(self, name: str) -> str:
        return f"{name}_{self.letter}"

    def say(self, text: str) -> str:
        return f"{text} {self.word}"

    def self_assessment(self, level: str) -> SelfAssessment:
        """Every criterion of the level answered, each with a file and a link."""
        session, story = self.session, self.story
        by, organisation = story.who(session, self.part("lead")), story.organisations[self.code]
        version = session.get_one(FrameworkVersion, story.version_id)
        made = self_assessments.start(session, organisation, version, by=by, at=NOW)
        self.items = [self._file(), self._link()]
        for one in story.framework.levels_up_to(level):
            for criterion in story.framework.of_level(one.id, organisation.kind):
                typed = {q.id: steps.answer_to(criterion, q) for q in criterion.questions}
                typed["narrative"] = self.say("Narrative")
                self_assessments.save_answer(
                    session, made, story.framework, criterion.code, typed,
                    seen={}, is_finished=True, by=by, at=NOW,
                )  # fmt: skip
                for item in self.items:
                    place = self.say("page 3")
                    evidence.link(
                        session, made, story.framework, criterion.code, item.id, place, by=by, at=NOW
                    )
        return made

    def _file(self) -> Evidence:
        source, name = io.BytesIO(samples.txt(self.say("Content"))), f"minutes-{self.word}.txt"
        content = evidence.Content.of_file(self.files.put(source), check(source, name))
        by, organisation = (
            self.story.who(self.session, self.part("lead")),
            self.story.organisations[self.code],
        )
        details = Details(self.say("Minutes"), date(2026, 1, 5))
        return evidence.add_file(self.session, organisation, details, content, quota=MEGABYTE, by=by, at=NOW)

    def _link(self) -> Evidence:
        by, organisation = (
            self.story.who(self.session, self.part("lead")),
            self.story.organisations[self.code],
        )
        details, url = Details(self.say("Paper"), date(2026, 1, 5)), f"https://trust.example/{self.word}"
        return evidence.add_link(self.session, organisation, details, url, by=by, at=NOW)

    def shared(self, made: SelfAssessment) -> None:
        """An invitation, a comment and an owner."""
        session, story, part = self.session, self.story, self.part("lead")
        by, organisation = story.who(session, part), story.organisations[self.code]
        address, settings = f"{self.word}@example.invalid", Settings(environment=Environment.DEVELOPMENT)
        invitations.invite(
            session, organisation, address, self.say("Colleague"), Role.LEAD, settings, by=by, at=NOW
        )
        comments.write(session, made, "B01", self.say("Comment"), base_url="", by=by, at=NOW)
        sharing.give(session, story, made, part, "B01", by=part)

    def submitted(self, made: SelfAssessment, level: str) -> Submission:
        lead, sponsor = self.part("lead"), self.part("sponsor")
        submission = steps.hand_over(self.session, self.story, made, level, lead=lead, sponsor=sponsor)
        steps.sign(self.session, self.story, submission, sponsor=sponsor)
        return submission

    def assigned(self, submission: Submission, *reviewers: str) -> list[Review]:
        return [steps.assigned(self.session, self.story, submission, part) for part in reviewers]

    def scored(self, review: Review, *, seal: bool, odd: int = 2) -> None:
        """Start and score every criterion 2, the first ``odd``; seal when told to."""
        by = self.story.who(self.session, judging.part_of(self.story, review.reviewer_id))
        reviews.start(self.session, review, by=by, at=NOW)
        for place, code in enumerate(scores(self.session, review.id)):
            reviews.save_score(
                self.session, review, code, score=odd if place == 0 else 2, reason=self.say("Reason"),
                private_note=self.say("Private"), version=1, by=by, at=NOW,
            )  # fmt: skip
        if seal:
            reviews.seal(self.session, review, self.story.framework, by=by, at=NOW)

    def released(self, submission: Submission, *reviewers: str) -> None:
        """Reviewed with one difference, read a third time, moderated, decided against the rule's silence, released."""
        first, second = self.assigned(submission, *reviewers)
        self.scored(first, seal=True, odd=3)
        self.scored(second, seal=True, odd=1)
        (third,) = self.assigned(submission, "reviewer_of_c")
        self.scored(third, seal=True)
        code = next(iter(scores(self.session, first.id)))
        judging.agreed(self.session, self.story, submission, code, 2)
        by, framework = self.story.who(self.session, "administrator"), self.story.framework
        decisions.decide(
            self.session, submission, framework, Outcome.RECOGNISED, self.say("Decided"), {}, by=by, at=NOW
        )
        letters_read(self.session, self.story)
        window = self.session.get_one(Window, submission.window_id)
        issuer = Issuer("Assembly", ("Director",))
        decisions.release(self.session, window, framework, issuer, by=by, at=NOW, on=uk_day(NOW))

    def tenant(self) -> Tenant:
        organisation_id = self.story.organisations[self.code].id

        def of(table: type, column: object, *values: UUID) -> tuple[UUID, ...]:
            return tuple(self.session.exec(select(table.id).where(column.in_(values))).all())  # type: ignore[attr-defined]

        own = of(SelfAssessment, SelfAssessment.organisation_id, organisation_id)
        submissions = of(Submission, Submission.organisation_id, organisation_id)
        items = of(Evidence, Evidence.organisation_id, organisation_id)
        versions = of(EvidenceVersion, EvidenceVersion.evidence_id, *items)
        return Tenant(
            {
                "organisation_id": (organisation_id,),
                "self_assessment_id": own,
                "membership_id": of(Membership, Membership.organisation_id, organisation_id),
                "invitation_id": of(Invitation, Invitation.organisation_id, organisation_id),
                "comment_id": of(Comment, Comment.self_assessment_id, *own),
                "evidence_id": items,
                "evidence_version_id": versions,
                "version_id": versions,
                "submission_id": submissions,
                "review_id": of(Review, Review.submission_id, *submissions),
                "meeting_id": tuple(self.session.exec(select(Meeting.id)).all()),
                "meeting_item_id": of(MeetingItem, MeetingItem.submission_id, *submissions),
                "certificate_id": of(Certificate, Certificate.organisation_id, organisation_id),
            }
        )


def made_tenants(session: Session, story: Story, files: Files) -> tuple[Tenant, Tenant]:
    """Trust A with a Bronze submission in review; trust B with Bronze released and Silver in review."""
    b = Builder(session, story, files, "b", CANARY)
    of_b = b.self_assessment("silver")
    b.shared(of_b)
    b.released(b.submitted(of_b, "bronze"), "reviewer_2", "reviewer_3")
    first, second = b.assigned(b.submitted(of_b, "silver"), "reviewer_2", "reviewer_3")
    b.scored(first, seal=True)
    b.scored(second, seal=False)
    a = Builder(session, story, files, "a", "canaryalpha")
    of_a = a.self_assessment("bronze")
    a.shared(of_a)
    in_review, _other = a.assigned(a.submitted(of_a, "bronze"), "reviewer_1", "reviewer_2")
    a.scored(in_review, seal=False)
    planned(session, story, statuses=(Status.IN_REVIEW,))  # whatever is in it, who may know of it is the same
    session.flush()
    return a.tenant(), b.tenant()
