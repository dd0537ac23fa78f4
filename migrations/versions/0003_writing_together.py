"""Writing together: people share the work, files are checked, answers are carried to a new version."""

from secrets import token_hex

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "comment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("self_assessment_id", sa.Uuid(), nullable=False),
        sa.Column("criterion_code", sa.String(length=10), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_by_id", sa.Uuid(), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["resolved_by_id"], ["person.id"], name=op.f("fk_comment_resolved_by_id")),
        sa.ForeignKeyConstraint(
            ["self_assessment_id"], ["self_assessment.id"], name=op.f("fk_comment_self_assessment_id")
        ),
        sa.ForeignKeyConstraint(["written_by_id"], ["person.id"], name=op.f("fk_comment_written_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment")),
    )
    with op.batch_alter_table("comment", schema=None) as batch_op:
        batch_op.create_index("ix_comment_place", ["self_assessment_id", "criterion_code"], unique=False)

    op.create_table(
        "criterion_owner",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("self_assessment_id", sa.Uuid(), nullable=False),
        sa.Column("criterion_code", sa.String(length=10), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("assigned_by_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assigned_by_id"], ["person.id"], name=op.f("fk_criterion_owner_assigned_by_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_criterion_owner_person_id")),
        sa.ForeignKeyConstraint(
            ["self_assessment_id"], ["self_assessment.id"], name=op.f("fk_criterion_owner_self_assessment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_criterion_owner")),
        sa.UniqueConstraint(
            "self_assessment_id",
            "criterion_code",
            name=op.f("uq_criterion_owner_self_assessment_id_criterion_code"),
        ),
    )
    with op.batch_alter_table("criterion_owner", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_criterion_owner_person_id"), ["person_id"], unique=False)

    op.create_table(
        "framework_draft",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("based_on_id", sa.Uuid(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("carry_over", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_by_id", sa.Uuid(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_id", sa.Uuid(), nullable=False),
        sa.Column("published_id", sa.Uuid(), nullable=True),
        sa.Column("discarded_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["based_on_id"], ["framework_version.id"], name=op.f("fk_framework_draft_based_on_id")
        ),
        sa.ForeignKeyConstraint(
            ["changed_by_id"], ["person.id"], name=op.f("fk_framework_draft_changed_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["published_id"], ["framework_version.id"], name=op.f("fk_framework_draft_published_id")
        ),
        sa.ForeignKeyConstraint(
            ["started_by_id"], ["person.id"], name=op.f("fk_framework_draft_started_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_framework_draft")),
    )
    op.create_table(
        "intention",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("window_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.String(length=40), nullable=False),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stated_by_id", sa.Uuid(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_intention_organisation_id")
        ),
        sa.ForeignKeyConstraint(["stated_by_id"], ["person.id"], name=op.f("fk_intention_stated_by_id")),
        sa.ForeignKeyConstraint(["window_id"], ["window.id"], name=op.f("fk_intention_window_id")),
        sa.ForeignKeyConstraint(
            ["withdrawn_by_id"], ["person.id"], name=op.f("fk_intention_withdrawn_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intention")),
    )
    with op.batch_alter_table("intention", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_intention_window_id"), ["window_id"], unique=False)
        batch_op.create_index(
            "uq_intention_stated",
            ["organisation_id", "window_id", "level"],
            unique=True,
            sqlite_where=sa.text("withdrawn_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        )

    op.create_table(
        "invitation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "contributor",
                "lead",
                "sponsor",
                "network chair",
                "reviewer",
                "moderator",
                "administrator",
                "ICB viewer",
                "region viewer",
                name="role",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_by_id", sa.Uuid(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_invitation_organisation_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_invitation_person_id")),
        sa.ForeignKeyConstraint(["sent_by_id"], ["person.id"], name=op.f("fk_invitation_sent_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitation_token_hash")),
    )
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invitation_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_invitation_person_id"), ["person_id"], unique=False)

    op.create_table(
        "late_door",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("window_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["opened_by_id"], ["person.id"], name=op.f("fk_late_door_opened_by_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_late_door_organisation_id")
        ),
        sa.ForeignKeyConstraint(["window_id"], ["window.id"], name=op.f("fk_late_door_window_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_late_door")),
    )
    with op.batch_alter_table("late_door", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_late_door_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "presence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("self_assessment_id", sa.Uuid(), nullable=False),
        sa.Column("criterion_code", sa.String(length=10), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_presence_person_id")),
        sa.ForeignKeyConstraint(
            ["self_assessment_id"], ["self_assessment.id"], name=op.f("fk_presence_self_assessment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_presence")),
        sa.UniqueConstraint(
            "self_assessment_id",
            "criterion_code",
            "person_id",
            name=op.f("uq_presence_self_assessment_id_criterion_code_person_id"),
        ),
    )
    op.create_table(
        "reminder",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("window_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("working_days", sa.Integer(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_reminder_organisation_id")
        ),
        sa.ForeignKeyConstraint(["window_id"], ["window.id"], name=op.f("fk_reminder_window_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint(
            "window_id",
            "organisation_id",
            "working_days",
            name=op.f("uq_reminder_window_id_organisation_id_working_days"),
        ),
    )
    op.create_table(
        "call_back",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by_id", sa.Uuid(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_call_back_asked_by_id")),
        sa.ForeignKeyConstraint(["done_by_id"], ["person.id"], name=op.f("fk_call_back_done_by_id")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_call_back_submission_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_back")),
    )
    with op.batch_alter_table("call_back", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_call_back_submission_id"), ["submission_id"], unique=False)

    op.create_table(
        "change_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("copy_number", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("criteria", sa.JSON(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("requested_by_id", sa.Uuid(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["requested_by_id"], ["person.id"], name=op.f("fk_change_request_requested_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_change_request_submission_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_request")),
    )
    op.create_index(op.f("ix_change_request_submission_id"), "change_request", ["submission_id"])
    op.create_index(
        "uq_change_request_open",
        "change_request",
        ["submission_id"],
        unique=True,
        sqlite_where=sa.text("answered_at IS NULL"),
        postgresql_where=sa.text("answered_at IS NULL"),
    )
    op.create_table(
        "co_signature",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "view",
            sa.Enum("agree", "agree with comment", "disagree", name="view", native_enum=False, length=40),
            nullable=True,
        ),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("is_view_shared", sa.Boolean(), nullable=False),
        sa.Column("is_comment_shared", sa.Boolean(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_co_signature_person_id")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_co_signature_submission_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_co_signature")),
        sa.UniqueConstraint(
            "submission_id", "person_id", name=op.f("uq_co_signature_submission_id_person_id")
        ),
    )
    with op.batch_alter_table("co_signature", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_co_signature_person_id"), ["person_id"], unique=False)

    op.create_table(
        "evidence_check",
        sa.Column("evidence_version_id", sa.Uuid(), nullable=False),
        sa.Column(
            "scan",
            sa.Enum(
                "waiting", "clean", "infected", "not scanned", name="scanstate", native_enum=False, length=40
            ),
            nullable=False,
        ),
        sa.Column("scanned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signature", sa.String(length=200), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_by_id", sa.Uuid(), nullable=True),
        sa.Column("confirm_reason", sa.Text(), nullable=False),
        sa.Column("reader_name", sa.String(length=80), nullable=False),
        sa.Column("reader_sha256", sa.String(length=64), nullable=False),
        sa.Column("reader_size", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["confirmed_by_id"], ["person.id"], name=op.f("fk_evidence_check_confirmed_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["evidence_version_id"],
            ["evidence_version.id"],
            name=op.f("fk_evidence_check_evidence_version_id"),
        ),
        sa.PrimaryKeyConstraint("evidence_version_id", name=op.f("pk_evidence_check")),
    )
    with op.batch_alter_table("evidence_check", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_evidence_check_scan"), ["scan"], unique=False)

    _add("answer", sa.Column("needs_confirming", sa.Boolean(), nullable=False, server_default=sa.false()))
    _add("answer", sa.Column("carried_from", sa.JSON(), nullable=False, server_default="[]"))
    _add("evidence", sa.Column("source", sa.String(length=40), nullable=False, server_default=""))
    _add("framework_version", sa.Column("carry_over", sa.JSON(), nullable=False, server_default="{}"))
    _add("person", sa.Column("draft_key", sa.String(length=64), nullable=False, server_default=""))
    _add("self_assessment", sa.Column("moved_at", sa.DateTime(timezone=True), nullable=True))
    _link_self_assessments()
    _number_sealed_copies()
    _open_statuses(
        "'awaiting sign-off', 'submitted', 'changes requested', 'in review', 'in moderation', "
        "'awaiting decision', 'decided'"
    )
    _fill_draft_keys()
    _ask_for_checks()


def _add(table: str, column: sa.Column) -> None:
    op.add_column(
        table, column
    )  # SQLite adds a column in place; copying a table that others refer to is refused


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _link_self_assessments() -> None:
    name = "fk_self_assessment_moved_from_id"
    if _is_sqlite():  # alembic knows no way to add a column and its reference in place
        op.execute(
            "ALTER TABLE self_assessment ADD COLUMN moved_from_id CHAR(32) "
            f"CONSTRAINT {name} REFERENCES self_assessment (id)"
        )
        return
    op.add_column("self_assessment", sa.Column("moved_from_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(name, "self_assessment", "self_assessment", ["moved_from_id"], ["id"])


def _number_sealed_copies() -> None:
    number = sa.Column("number", sa.Integer(), nullable=False, server_default="1")
    if not _is_sqlite():
        op.add_column("sealed_copy", number)
        op.drop_constraint("pk_sealed_copy", "sealed_copy")
        op.create_primary_key("pk_sealed_copy", "sealed_copy", ["submission_id", "number"])
        return
    op.rename_table("sealed_copy", "sealed_copy_before")
    _create_sealed_copy(number)
    op.execute(f"INSERT INTO sealed_copy (number, {_COPIED}) SELECT 1, {_COPIED} FROM sealed_copy_before")
    op.drop_table("sealed_copy_before")
    _guard_sealed_copies()


_COPIED = "submission_id, receipt, document, sha256, declaration, sealed_at, sealed_by_id"


def _create_sealed_copy(*number: sa.Column) -> None:
    op.create_table(
        "sealed_copy",
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        *number,
        sa.Column("receipt", sa.String(length=40), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("declaration", sa.Text(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed_by_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["sealed_by_id"], ["person.id"], name="fk_sealed_copy_sealed_by_id"),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name="fk_sealed_copy_submission_id"),
        sa.PrimaryKeyConstraint("submission_id", *(one.name for one in number), name="pk_sealed_copy"),
        sa.UniqueConstraint("receipt", name="uq_sealed_copy_receipt"),
    )


def _guard_sealed_copies() -> None:
    """The triggers of 0002 again: SQLite dropped them with the table it copied."""
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER sealed_copy_no_{verb.lower()} BEFORE {verb} ON sealed_copy "
            "BEGIN SELECT RAISE(ABORT, 'sealed_copy is only added to'); END"
        )


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


def _fill_draft_keys() -> None:
    person = sa.table("person", sa.column("id", sa.Uuid()), sa.column("draft_key", sa.String()))
    for (id_,) in op.get_bind().execute(sa.select(person.c.id)).all():
        op.get_bind().execute(sa.update(person).where(person.c.id == id_).values(draft_key=token_hex(32)))


def _ask_for_checks() -> None:
    """Files that are here already wait for the scanner like new ones."""
    op.execute(
        "INSERT INTO evidence_check (evidence_version_id, scan, signature, tries, last_error, findings, "
        "confirm_reason, reader_name, reader_sha256, reader_size) "
        "SELECT id, 'waiting', '', 0, '', '[]', '', '', '', 0 FROM evidence_version WHERE stored_name <> ''"
    )


def downgrade() -> None:
    _only_first_copies()
    op.drop_index("uq_submission_open", "submission")
    where = sa.text(
        "status IN ('awaiting sign-off', 'submitted', 'in review', 'in moderation', "
        "'awaiting decision', 'decided')"
    )
    op.create_index(
        "uq_submission_open",
        "submission",
        ["organisation_id", "level"],
        unique=True,
        sqlite_where=where,
        postgresql_where=where,
    )
    if not _is_sqlite():
        op.drop_constraint("fk_self_assessment_moved_from_id", "self_assessment")
    _drop("self_assessment", "moved_from_id")
    _drop("self_assessment", "moved_at")
    _drop("person", "draft_key")
    _drop("framework_version", "carry_over")
    _drop("evidence", "source")
    _drop("answer", "carried_from")
    _drop("answer", "needs_confirming")
    with op.batch_alter_table("evidence_check", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_evidence_check_scan"))

    op.drop_table("evidence_check")
    with op.batch_alter_table("co_signature", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_co_signature_person_id"))

    op.drop_table("co_signature")
    op.drop_table("change_request")
    with op.batch_alter_table("call_back", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_call_back_submission_id"))

    op.drop_table("call_back")
    op.drop_table("reminder")
    op.drop_table("presence")
    with op.batch_alter_table("late_door", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_late_door_organisation_id"))

    op.drop_table("late_door")
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_invitation_person_id"))
        batch_op.drop_index(batch_op.f("ix_invitation_organisation_id"))

    op.drop_table("invitation")
    with op.batch_alter_table("intention", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_intention_stated",
            sqlite_where=sa.text("withdrawn_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_intention_window_id"))

    op.drop_table("intention")
    op.drop_table("framework_draft")
    with op.batch_alter_table("criterion_owner", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_criterion_owner_person_id"))

    op.drop_table("criterion_owner")
    with op.batch_alter_table("comment", schema=None) as batch_op:
        batch_op.drop_index("ix_comment_place")

    op.drop_table("comment")


def _drop(table: str, column: str) -> None:
    op.drop_column(table, column)


def _only_first_copies() -> None:
    """Back to one copy a submission; refused when that would lose one."""
    later = op.get_bind().scalar(sa.text("SELECT count(*) FROM sealed_copy WHERE number > 1"))
    if later:
        raise RuntimeError(f"{later} sealed copies answer a request for changes and would be lost")
    if not _is_sqlite():
        op.drop_constraint("pk_sealed_copy", "sealed_copy")
        op.drop_column("sealed_copy", "number")
        op.create_primary_key("pk_sealed_copy", "sealed_copy", ["submission_id"])
        return
    op.rename_table("sealed_copy", "sealed_copy_before")
    _create_sealed_copy()
    op.execute(f"INSERT INTO sealed_copy ({_COPIED}) SELECT {_COPIED} FROM sealed_copy_before")
    op.drop_table("sealed_copy_before")
    _guard_sealed_copies()
