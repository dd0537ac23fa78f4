"""The steps of a submission, taken one after the other on the days of the past."""

from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from sqlmodel import Session

from app.actions import (
    assignments,
    changes,
    decisions,
    letters,
    moderation,
    reviews,
    revocations,
    sign_off,
    submissions,
    tallies,
)
from app.actions.certificates import Issuer
from app.config import Settings
from app.criteria.schema import Framework
from app.demo.cast import Cast
from app.demo.plot import JUDGED, PAST, RELEASED_AFTER_DAYS, REVOKED, Plan
from app.demo.texts import REASONS
from app.models import (
    Certificate,
    Decision,
    Outcome,
    Review,
    SelfAssessment,
    Status,
    Submission,
    Window,
)
from app.queries import letters as letter_queries
from app.queries import reviews as review_queries
from app.queries import sealed_copies, to_sign
from app.queries.decision_basis import result_by_rule
from app.rules import sealing
from app.rules.changes import Asked
from app.rules.days import uk_day
from app.rules.decisions import Clarify
from app.rules.declarations import DECLARATION
from app.rules.people import Who
from app.rules.scoring import settled

STEPS = ("hand over", "sign", "assign", "seal one", "seal", "third", "moderate", "decide", PAST)


class Play:
    def __init__(
        self,
        session: Session,
        framework: Framework,
        cast: Cast,
        windows: list[Window],
        settings: Settings,
        now: datetime,
    ) -> None:
        self.session, self.framework, self.cast, self.windows, self.now = (
            session,
            framework,
            cast,
            windows,
            now,
        )
        self.base_url = settings.base_url
        self.issuer = Issuer(settings.issuer_name, tuple(settings.signatories))
        self.terms = decisions.Terms(settings.decision_quorum, letters.letterhead_of(settings))
        self.issued: dict[tuple[int, str], Certificate] = {}
        self.released_windows: set[int] = set()
        self.seats: dict[tuple[UUID, int], Review] = {}
        self.plans: list[tuple[Plan, Submission]] = []

    def act(self, plan: Plan, self_assessment: SelfAssessment) -> None:
        """Take the plan's submission as far as it goes; release waits until its window is decided."""
        window = self.windows[plan.window]
        if plan.window not in self.released_windows and plan.window > 0:
            self._release(plan.window - 1)
        submission = self._hand_over(plan, self_assessment, window)
        self.plans.append((plan, submission))
        if plan.stop == "decline":
            self._decline(plan, submission)
        elif plan.stop == "withdraw":
            self._sign(plan, submission)
            self._withdraw(plan, submission)
        elif plan.stop != "hand over":
            self._sign(plan, submission)
            if plan.stop == "request changes":
                self._request_changes(plan, submission)
                return
            self._judge(plan, submission, window)

    def _after(self, window: Window, days: int) -> datetime:
        """A moment after the window opened; never later than the day of seeding."""
        return min(window.opens_at + timedelta(days=days, hours=2), self.now - timedelta(minutes=5))

    def _hand_over(self, plan: Plan, self_assessment: SelfAssessment, window: Window) -> Submission:
        at = self._after(window, 12)
        lead = self.cast.who(self.session, f"lead {plan.trust}", at)
        sponsor = self.cast.id_of(f"sponsor {plan.trust}")
        return submissions.hand_over(
            self.session,
            self_assessment,
            self.framework,
            plan.level,
            window,
            sponsor,
            by=lead,
            at=at,
            base_url=self.base_url,
        )

    def _sign(self, plan: Plan, submission: Submission) -> None:
        window = self.windows[plan.window]
        at = self._after(window, 14)
        by = self.cast.who(self.session, f"sponsor {plan.trust}", at)
        self_assessment = self.session.get_one(SelfAssessment, submission.self_assessment_id)
        content = to_sign.content(
            self.session, self_assessment, self.framework, plan.level, window, on=uk_day(at)
        )
        sign_off.sign(
            self.session,
            submission,
            self.framework,
            seen_sha256=sealing.seal(content),
            declaration=DECLARATION,
            minute_reference=f"Board of demo trust {plan.trust}, item 7" if plan.trust % 2 == 0 else "",
            by=by,
            at=at,
            base_url=self.base_url,
        )

    def _decline(self, plan: Plan, submission: Submission) -> None:
        at = self._after(self.windows[plan.window], 14)
        by = self.cast.who(self.session, f"sponsor {plan.trust}", at)
        reason = "The board has not seen the plan of actions yet. Bring it to the next meeting first."
        sign_off.decline(self.session, submission, reason, by=by, at=at)

    def _withdraw(self, plan: Plan, submission: Submission) -> None:
        at = self._after(self.windows[plan.window], 16)
        by = self.cast.who(self.session, f"lead {plan.trust}", at)
        submissions.withdraw(self.session, submission, "We found newer figures.", by=by, at=at)

    def _request_changes(self, plan: Plan, submission: Submission) -> None:
        at = self._after(self.windows[plan.window], 17)
        by = self.cast.who(self.session, "administrator", at)
        codes = sealed_copies.document(self.session, submission.id).content.codes[:2]
        criteria = dict.fromkeys(codes, "Say which committee looks at this, and when it last did.")
        due = uk_day(self.now) + timedelta(days=10)
        asked = Asked(criteria, "Two answers do not say who looks at progress.", due)
        changes.request(self.session, submission, asked, by=by, at=at, base_url=self.base_url)

    def _judge(self, plan: Plan, submission: Submission, window: Window) -> None:
        last = STEPS.index(plan.stop)
        if last >= STEPS.index("assign"):
            self._assign(plan, submission, window)
        if last >= STEPS.index("seal one"):
            self._review(plan, submission, window, 0)
        if last >= STEPS.index("seal"):
            self._review(plan, submission, window, 1)
        if last >= STEPS.index("third") and plan.is_split:
            self._third(plan, submission, window)
        if last >= STEPS.index("moderate"):
            self._moderate(plan, submission, window)
            self._decide(plan, submission, window)

    def _assign(self, plan: Plan, submission: Submission, window: Window) -> None:
        at = self._after(window, 16)
        by = self.cast.who(self.session, "administrator", at)
        for seat, part in enumerate(self.cast.reviewers_for(plan.trust)):
            reviewer_id = self.cast.id_of(part)
            self.seats[submission.id, seat] = assignments.assign(
                self.session, submission, self.framework, reviewer_id, by=by, at=at
            )

    def _review(self, plan: Plan, submission: Submission, window: Window, seat: int) -> None:
        at = self._after(window, 18 + seat)
        part = self.cast.reviewers_for(plan.trust)[seat]
        by = self.cast.who(self.session, part, at)
        self._score_and_seal(plan, self.seats[submission.id, seat], by, at, seat)

    def _score_and_seal(self, plan: Plan, review: Review, by: Who, at: datetime, seat: int) -> None:
        reviews.start(self.session, review, by=by, at=at)
        for place, code in enumerate(review_queries.scores(self.session, review.id)):
            score = _score(plan, code, place, seat)
            reviews.save_score(
                self.session,
                review,
                code,
                score=score,
                reason=REASONS[score],
                private_note="",
                version=1,
                by=by,
                at=at + timedelta(minutes=place),
            )
        reviews.seal(self.session, review, self.framework, by=by, at=at + timedelta(hours=2))

    def _third(self, plan: Plan, submission: Submission, window: Window) -> None:
        """A third reviewer scores what the first two see differently."""
        at = self._after(window, 20)
        administrator = self.cast.who(self.session, "administrator", at)
        part = self.cast.third_reviewer_for(plan.trust)
        by = self.cast.who(self.session, part, at)
        review = assignments.assign(
            self.session, submission, self.framework, by.person_id, by=administrator, at=at
        )
        self._score_and_seal(plan, review, by, at, seat=1)

    def _moderate(self, plan: Plan, submission: Submission, window: Window) -> None:
        at = self._after(window, 21)
        by = self.cast.who(self.session, self.cast.moderator_for(plan.trust), at)
        given = review_queries.all_scores(self.session, submission.id)
        for code, scores in given.items():
            marks = [one.score for one in scores]
            if settled(marks, None, self.framework.settings) is None:
                agreed = 1 if plan.outcome is Outcome.NOT_YET else 2
                reason = "Both reviewers looked at the evidence again and agreed on this."
                moderation.agree(self.session, submission, self.framework, code, agreed, reason, by=by, at=at)

    def _decide(self, plan: Plan, submission: Submission, window: Window) -> None:
        at = self._after(window, 23)
        by = self.cast.who(self.session, "administrator", at)
        result = result_by_rule(self.session, submission, self.framework)
        conditions, reason, clarify = {}, "", Clarify()
        if plan.outcome is Outcome.NOT_YET:
            conditions = dict.fromkeys(
                result.not_met, "Show the approved version and the minute of the board."
            )
        if plan.outcome is Outcome.DEFERRED:
            reason = "Which board committee does the governance group report to?"
            clarify = Clarify(result.met[0], uk_day(self.now) + timedelta(days=12))
        decision = decisions.decide(
            self.session,
            submission,
            self.framework,
            plan.outcome,
            reason,
            conditions,
            clarify=clarify,
            terms=self.terms,
            by=by,
            at=at,
        )
        self._confirm(plan, submission, decision, at + timedelta(hours=1))

    def _confirm(self, plan: Plan, submission: Submission, decision: Decision, at: datetime) -> None:
        """A second administrator stands behind it. The letter of what has been released was read by then."""
        by = self.cast.who(self.session, "administrator 2", at)
        seen, terms = decision.id, self.terms
        if submission.status is Status.AWAITING_DECISION:
            decisions.confirm(self.session, submission, self.framework, seen=seen, terms=terms, by=by, at=at)
        row = letter_queries.of_decision(self.session, decision.id)
        if row is not None and plan.window < JUDGED:
            letters.save(
                self.session, decision, row.subject, row.body, version=row.version, may_go=True, by=by, at=at
            )

    def _release(self, number: int) -> None:
        if number in self.released_windows or number >= JUDGED:
            return
        self.released_windows.add(number)
        window = self.windows[number]
        at = self._after(window, RELEASED_AFTER_DAYS)
        by = self.cast.who(self.session, "administrator", at)
        issued = decisions.release(
            self.session, window, self.framework, self.issuer, by=by, at=at, on=uk_day(at)
        )
        tallies.close_steps(self.session, at=at + timedelta(days=1))  # as the night after does
        numbers = {row.id: plan.trust for plan, row in self.plans}
        for certificate in issued:
            decision = self.session.get_one(Decision, certificate.decision_id)
            self.issued[numbers[decision.submission_id], certificate.level] = certificate

    def release_and_revoke(self) -> None:
        """Every window before the one being judged has been released; one certificate has been revoked since."""
        for number in range(JUDGED):
            self._release(number)
        at = self.now - timedelta(days=10)
        reason = "The organisation asked for it after it found that a figure in its evidence was wrong."
        certificate, days = self.issued[REVOKED], self.framework.settings.appeal_working_days
        first, second = (
            self.cast.who(self.session, part, at) for part in ("administrator", "administrator 2")
        )
        asked = revocations.ask(self.session, certificate, reason, by=first, at=at)
        revocations.confirm(self.session, certificate, asked.id, days=days, by=second, at=at)


def _score(plan: Plan, code: str, place: int, seat: int) -> int:
    """What a reviewer gives: enough to meet, but where the plan splits the reviewers or ends in "not yet"."""
    if plan.is_split and place % 5 == 1:
        return (3, 1)[seat]
    if plan.outcome is Outcome.NOT_YET and place % 6 == 2:
        return 1
    return Random(f"{plan.trust} {code} {seat}").choice((2, 2, 3))  # noqa: S311  a demo, no secret
