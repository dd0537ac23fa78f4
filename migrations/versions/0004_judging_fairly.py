"""Judging fairly: conflicts, calibration, meetings, letters, questions and appeals."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "absence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["added_by_id"], ["person.id"], name=op.f("fk_absence_added_by_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_absence_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    with op.batch_alter_table("absence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_absence_person_id"), ["person_id"], unique=False)

    op.create_table(
        "calibration_score",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("window_id", sa.Uuid(), nullable=False),
        sa.Column("sample", sa.String(length=40), nullable=False),
        sa.Column("sample_set", sa.String(length=64), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("scored_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_calibration_score_person_id")),
        sa.ForeignKeyConstraint(["window_id"], ["window.id"], name=op.f("fk_calibration_score_window_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calibration_score")),
        sa.UniqueConstraint(
            "person_id", "window_id", "sample", name=op.f("uq_calibration_score_person_id_window_id_sample")
        ),
    )
    with op.batch_alter_table("calibration_score", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_calibration_score_window_id"), ["window_id"], unique=False)

    op.create_table(
        "interest",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "works or worked there",
                "helped with its submission",
                "family or a close friend works there",
                "another interest",
                name="interestkind",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("declared_by_id", sa.Uuid(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["declared_by_id"], ["person.id"], name=op.f("fk_interest_declared_by_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_interest_organisation_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_interest_person_id")),
        sa.ForeignKeyConstraint(["withdrawn_by_id"], ["person.id"], name=op.f("fk_interest_withdrawn_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interest")),
    )
    with op.batch_alter_table("interest", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_interest_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_interest_person_id"), ["person_id"], unique=False)

    op.create_table(
        "letter_template",
        sa.Column(
            "outcome",
            sa.Enum("recognised", "not yet", "deferred", name="outcome", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["changed_by_id"], ["person.id"], name=op.f("fk_letter_template_changed_by_id")
        ),
        sa.PrimaryKeyConstraint("outcome", name=op.f("pk_letter_template")),
    )
    op.create_table(
        "meeting",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("window_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("planned_by_id", sa.Uuid(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["planned_by_id"], ["person.id"], name=op.f("fk_meeting_planned_by_id")),
        sa.ForeignKeyConstraint(["window_id"], ["window.id"], name=op.f("fk_meeting_window_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting")),
    )
    with op.batch_alter_table("meeting", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meeting_window_id"), ["window_id"], unique=False)

    op.create_table(
        "organisation_group",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "group",
                "provider collaborative",
                "joint chair or chief executive",
                name="groupkind",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["added_by_id"], ["person.id"], name=op.f("fk_organisation_group_added_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_group")),
        sa.UniqueConstraint("name", name=op.f("uq_organisation_group_name")),
    )
    op.create_table(
        "reviewer_profile",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("most_reviews", sa.Integer(), nullable=True),
        sa.Column("principles", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["changed_by_id"], ["person.id"], name=op.f("fk_reviewer_profile_changed_by_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_reviewer_profile_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_reviewer_profile")),
    )
    op.create_table(
        "attendance",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("came_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_attendance_meeting_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_attendance_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance")),
        sa.UniqueConstraint("meeting_id", "person_id", name=op.f("uq_attendance_meeting_id_person_id")),
    )
    with op.batch_alter_table("attendance", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attendance_person_id"), ["person_id"], unique=False)

    op.create_table(
        "group_member",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["added_by_id"], ["person.id"], name=op.f("fk_group_member_added_by_id")),
        sa.ForeignKeyConstraint(
            ["group_id"], ["organisation_group.id"], name=op.f("fk_group_member_group_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_group_member_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_member")),
    )
    with op.batch_alter_table("group_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_group_member_group_id"), ["group_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_group_member_organisation_id"), ["organisation_id"], unique=False
        )

    op.create_table(
        "meeting_item",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("absent", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_meeting_item_meeting_id")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_meeting_item_submission_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_item")),
        sa.UniqueConstraint(
            "meeting_id", "submission_id", name=op.f("uq_meeting_item_meeting_id_submission_id")
        ),
    )
    with op.batch_alter_table("meeting_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meeting_item_submission_id"), ["submission_id"], unique=False)

    op.create_table(
        "waiver",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("conflict", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by_id", sa.Uuid(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("granted_by_id", sa.Uuid(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_waiver_asked_by_id")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["person.id"], name=op.f("fk_waiver_ended_by_id")),
        sa.ForeignKeyConstraint(["granted_by_id"], ["person.id"], name=op.f("fk_waiver_granted_by_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_waiver_person_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_waiver_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiver")),
    )
    with op.batch_alter_table("waiver", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_waiver_submission_id"), ["submission_id"], unique=False)
        batch_op.create_index(
            "uq_waiver_current",
            ["person_id", "submission_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "appeal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("grounds", sa.JSON(), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("filed_by_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_appeal_decision_id")),
        sa.ForeignKeyConstraint(["filed_by_id"], ["person.id"], name=op.f("fk_appeal_filed_by_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_appeal_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeal")),
        sa.UniqueConstraint("decision_id", name=op.f("uq_appeal_decision_id")),
    )
    with op.batch_alter_table("appeal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_appeal_submission_id"), ["submission_id"], unique=False)

    op.create_table(
        "blind_check",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("window_id", sa.Uuid(), nullable=False),
        sa.Column("review_id", sa.Uuid(), nullable=True),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_blind_check_decision_id")),
        sa.ForeignKeyConstraint(["review_id"], ["review.id"], name=op.f("fk_blind_check_review_id")),
        sa.ForeignKeyConstraint(["window_id"], ["window.id"], name=op.f("fk_blind_check_window_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blind_check")),
        sa.UniqueConstraint("decision_id", name=op.f("uq_blind_check_decision_id")),
    )
    with op.batch_alter_table("blind_check", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_blind_check_window_id"), ["window_id"], unique=False)

    op.create_table(
        "clarification",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("decision_id", sa.Uuid(), nullable=True),
        sa.Column("criterion_code", sa.String(length=10), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by_id", sa.Uuid(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.Uuid(), nullable=True),
        sa.Column("times_agreed", sa.Integer(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by_id", sa.Uuid(), nullable=True),
        sa.Column("close_reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["person.id"], name=op.f("fk_clarification_answered_by_id")
        ),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_clarification_asked_by_id")),
        sa.ForeignKeyConstraint(["closed_by_id"], ["person.id"], name=op.f("fk_clarification_closed_by_id")),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_clarification_decision_id")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_clarification_submission_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clarification")),
    )
    with op.batch_alter_table("clarification", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_clarification_submission_id"), ["submission_id"], unique=False)
        batch_op.create_index(
            "uq_clarification_open",
            ["submission_id"],
            unique=True,
            sqlite_where=sa.text("answered_at IS NULL AND closed_at IS NULL"),
            postgresql_where=sa.text("answered_at IS NULL AND closed_at IS NULL"),
        )

    op.create_table(
        "decision_vote",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("voted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_decision_vote_decision_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_decision_vote_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_vote")),
        sa.UniqueConstraint("decision_id", "person_id", name=op.f("uq_decision_vote_decision_id_person_id")),
    )
    op.create_table(
        "evidence_verdict",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("review_id", sa.Uuid(), nullable=False),
        sa.Column("criterion_code", sa.String(length=10), nullable=False),
        sa.Column("evidence_version_id", sa.Uuid(), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum(
                "supports",
                "partly",
                "does not",
                "could not open",
                name="verdict",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["evidence_version_id"],
            ["evidence_version.id"],
            name=op.f("fk_evidence_verdict_evidence_version_id"),
        ),
        sa.ForeignKeyConstraint(["review_id"], ["review.id"], name=op.f("fk_evidence_verdict_review_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_verdict")),
        sa.UniqueConstraint(
            "review_id",
            "criterion_code",
            "evidence_version_id",
            name=op.f("uq_evidence_verdict_review_id_criterion_code_evidence_version_id"),
        ),
    )
    op.create_table(
        "letter",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("edited_by_id", sa.Uuid(), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_by_id", sa.Uuid(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_letter_decision_id")),
        sa.ForeignKeyConstraint(["edited_by_id"], ["person.id"], name=op.f("fk_letter_edited_by_id")),
        sa.ForeignKeyConstraint(["read_by_id"], ["person.id"], name=op.f("fk_letter_read_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
        sa.UniqueConstraint("decision_id", name=op.f("uq_letter_decision_id")),
    )
    op.create_table(
        "minute",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("criterion_code", sa.String(length=10), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_by_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["meeting_item.id"], name=op.f("fk_minute_item_id")),
        sa.ForeignKeyConstraint(["written_by_id"], ["person.id"], name=op.f("fk_minute_written_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_minute")),
    )
    with op.batch_alter_table("minute", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_minute_item_id"), ["item_id"], unique=False)

    op.create_table(
        "condition_answer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("condition_id", sa.Uuid(), nullable=False),
        sa.Column("self_assessment_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["condition_id"], ["condition.id"], name=op.f("fk_condition_answer_condition_id")
        ),
        sa.ForeignKeyConstraint(["saved_by_id"], ["person.id"], name=op.f("fk_condition_answer_saved_by_id")),
        sa.ForeignKeyConstraint(
            ["self_assessment_id"],
            ["self_assessment.id"],
            name=op.f("fk_condition_answer_self_assessment_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_condition_answer")),
        sa.UniqueConstraint(
            "condition_id",
            "self_assessment_id",
            name=op.f("uq_condition_answer_condition_id_self_assessment_id"),
        ),
    )
    with op.batch_alter_table("condition_answer", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_condition_answer_self_assessment_id"), ["self_assessment_id"], unique=False
        )

    op.create_table(
        "condition_verdict",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("review_id", sa.Uuid(), nullable=False),
        sa.Column("condition_id", sa.Uuid(), nullable=False),
        sa.Column("is_done", sa.Boolean(), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["condition_id"], ["condition.id"], name=op.f("fk_condition_verdict_condition_id")
        ),
        sa.ForeignKeyConstraint(["review_id"], ["review.id"], name=op.f("fk_condition_verdict_review_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_condition_verdict")),
        sa.UniqueConstraint(
            "review_id", "condition_id", name=op.f("uq_condition_verdict_review_id_condition_id")
        ),
    )

    _add("submission", _whole("round", "1"))
    _add("score", _whole("seconds_spent", "0"))
    _add("review", sa.Column("kind", _KIND, nullable=False, server_default="first"))
    _add("review", _whole("round", "1"))
    _add("review", sa.Column("struck_at", sa.DateTime(timezone=True), nullable=True))
    _add("review", sa.Column("struck_reason", sa.Text(), nullable=False, server_default=""))
    # Asked for each person of the Assembly on each page: what did they write themselves?
    op.create_index("ix_answer_saved_by_id", "answer", ["saved_by_id"])
    op.create_index("ix_evidence_version_added_by_id", "evidence_version", ["added_by_id"])
    _several_agreed_scores()
    _several_decisions()
    _open_statuses(
        "'awaiting sign-off', 'submitted', 'changes requested', 'in review', 'third review', 'in moderation', "
        "'awaiting an answer', 'awaiting decision', 'decided', 'appealed'"
    )


_KIND = sa.Enum("first", "third", "blind", name="reviewkind", native_enum=False, length=40)
_OUTCOME = sa.Enum("recognised", "not yet", "deferred", name="outcome", native_enum=False, length=40)


def _add(table: str, column: sa.Column) -> None:
    op.add_column(
        table, column
    )  # SQLite adds a column in place; copying a table that others refer to is refused


def _whole(name: str, default: str) -> sa.Column:
    return sa.Column(name, sa.Integer(), nullable=False, server_default=default)


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _several_agreed_scores() -> None:
    with op.batch_alter_table("agreed_score") as table:  # nothing refers to it, so SQLite may copy it
        table.add_column(_whole("round", "1"))
        table.add_column(_whole("number", "1"))
        table.add_column(sa.Column("struck_at", sa.DateTime(timezone=True), nullable=True))
        table.drop_constraint("uq_agreed_score_submission_id_criterion_code", type_="unique")
        table.create_unique_constraint(
            "uq_agreed_score_submission_id_criterion_code_round_number",
            ["submission_id", "criterion_code", "round", "number"],
        )


_DECISION = (
    "id, submission_id, outcome, rule_outcome, is_override, reason, basis, decided_at, decided_by_id, released_at, "
    "released_by_id"
)


def _more_of_a_decision() -> list[sa.Column]:
    return [
        _whole("number", "1"),
        _whole("round", "1"),
        sa.Column("clarify_code", sa.String(length=10), nullable=False, server_default=""),
        sa.Column("clarify_due_on", sa.Date(), nullable=True),
        sa.Column("void_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("void_by_id", sa.Uuid(), nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=False, server_default=""),
    ]


def _several_decisions() -> None:
    if not _is_sqlite():
        for column in _more_of_a_decision():
            op.add_column("decision", column)
        op.create_foreign_key("fk_decision_void_by_id", "decision", "person", ["void_by_id"], ["id"])
        op.drop_constraint("uq_decision_submission_id", "decision")
        op.create_unique_constraint(
            "uq_decision_submission_id_number", "decision", ["submission_id", "number"]
        )
        return
    _replace_decisions(
        _more_of_a_decision(),
        sa.ForeignKeyConstraint(["void_by_id"], ["person.id"], name="fk_decision_void_by_id"),
        sa.UniqueConstraint("submission_id", "number", name="uq_decision_submission_id_number"),
    )


def _replace_decisions(columns: list[sa.Column], *constraints: sa.Constraint) -> None:
    """SQLite cannot change a constraint, and certificates refer to decisions: their references are checked only when
    the transaction ends, by when every row is back under the table's name."""
    op.execute("PRAGMA defer_foreign_keys = ON")
    op.execute(f"CREATE TEMPORARY TABLE decision_kept AS SELECT {_DECISION} FROM decision")
    op.drop_table("decision")
    op.create_table(
        "decision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        *columns[:2],
        sa.Column("outcome", _OUTCOME, nullable=False),
        sa.Column("rule_outcome", _OUTCOME, nullable=False),
        sa.Column("is_override", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("basis", sa.JSON(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.Uuid(), nullable=False),
        *columns[2:],
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name="fk_decision_decided_by_id"),
        sa.ForeignKeyConstraint(["released_by_id"], ["person.id"], name="fk_decision_released_by_id"),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name="fk_decision_submission_id"),
        sa.PrimaryKeyConstraint("id", name="pk_decision"),
        *constraints,
    )
    op.execute(f"INSERT INTO decision ({_DECISION}) SELECT {_DECISION} FROM decision_kept")
    op.execute("DROP TABLE decision_kept")


def _open_statuses(listed: str) -> None:
    op.drop_index("uq_submission_open", "submission")
    where = sa.text(f"status IN ({listed})")
    op.create_index(
        "uq_submission_open",
        "submission",
        ["organisation_id", "level"],
        unique=True,
        sqlite_where=where,
        postgresql_where=where,
    )


def downgrade() -> None:
    _refuse_to_lose()
    _open_statuses(
        "'awaiting sign-off', 'submitted', 'changes requested', 'in review', 'in moderation', "
        "'awaiting decision', 'decided'"
    )
    op.drop_table("condition_verdict")
    with op.batch_alter_table("condition_answer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_condition_answer_self_assessment_id"))

    op.drop_table("condition_answer")
    with op.batch_alter_table("minute", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_minute_item_id"))

    op.drop_table("minute")
    op.drop_table("letter")
    op.drop_table("evidence_verdict")
    op.drop_table("decision_vote")
    with op.batch_alter_table("clarification", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_clarification_open",
            sqlite_where=sa.text("answered_at IS NULL AND closed_at IS NULL"),
            postgresql_where=sa.text("answered_at IS NULL AND closed_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_clarification_submission_id"))

    op.drop_table("clarification")
    with op.batch_alter_table("blind_check", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_blind_check_window_id"))

    op.drop_table("blind_check")
    with op.batch_alter_table("appeal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_appeal_submission_id"))

    op.drop_table("appeal")
    with op.batch_alter_table("waiver", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_waiver_current",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_waiver_submission_id"))

    op.drop_table("waiver")
    with op.batch_alter_table("meeting_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_meeting_item_submission_id"))

    op.drop_table("meeting_item")
    with op.batch_alter_table("group_member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_group_member_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_group_member_group_id"))

    op.drop_table("group_member")
    with op.batch_alter_table("attendance", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attendance_person_id"))

    op.drop_table("attendance")
    op.drop_table("reviewer_profile")
    op.drop_table("organisation_group")
    with op.batch_alter_table("meeting", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_meeting_window_id"))

    op.drop_table("meeting")
    op.drop_table("letter_template")
    with op.batch_alter_table("interest", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_interest_person_id"))
        batch_op.drop_index(batch_op.f("ix_interest_organisation_id"))

    op.drop_table("interest")
    with op.batch_alter_table("calibration_score", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_calibration_score_window_id"))

    op.drop_table("calibration_score")
    with op.batch_alter_table("absence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_absence_person_id"))

    op.drop_table("absence")

    op.drop_index("ix_evidence_version_added_by_id", "evidence_version")
    op.drop_index("ix_answer_saved_by_id", "answer")
    _one_decision()
    _one_agreed_score()
    for column in ("struck_reason", "struck_at", "round", "kind"):
        op.drop_column("review", column)
    op.drop_column("score", "seconds_spent")
    op.drop_column("submission", "round")


def _refuse_to_lose() -> None:
    """Back to one decision a submission; refused when that would lose one, or a status that is not known then."""
    found = op.get_bind().scalar(
        sa.text(
            "SELECT (SELECT count(*) FROM decision WHERE number > 1) + (SELECT count(*) FROM agreed_score WHERE "
            "number > 1 OR round > 1) + (SELECT count(*) FROM submission WHERE round > 1 OR status IN "
            "('third review', 'awaiting an answer', 'appealed'))"
        )
    )
    if found:
        raise RuntimeError(f"{found} rows are of questions, third reviews or appeals and would be lost")


def _one_decision() -> None:
    if _is_sqlite():
        _replace_decisions([], sa.UniqueConstraint("submission_id", name="uq_decision_submission_id"))
        return
    op.drop_constraint("uq_decision_submission_id_number", "decision")
    op.create_unique_constraint("uq_decision_submission_id", "decision", ["submission_id"])
    op.drop_constraint("fk_decision_void_by_id", "decision")
    for column in reversed(_more_of_a_decision()):
        op.drop_column("decision", column.name)


def _one_agreed_score() -> None:
    with op.batch_alter_table("agreed_score") as table:
        table.drop_constraint("uq_agreed_score_submission_id_criterion_code_round_number", type_="unique")
        table.create_unique_constraint(
            "uq_agreed_score_submission_id_criterion_code", ["submission_id", "criterion_code"]
        )
        table.drop_column("struck_at")
        table.drop_column("number")
        table.drop_column("round")
