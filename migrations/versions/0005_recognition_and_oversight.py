"""Recognition and oversight: files, keys and credentials of certificates, what dashboards count, examples, tokens."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "signing_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kid", sa.String(length=64), nullable=False),
        sa.Column("certificate_pem", sa.Text(), nullable=False),
        sa.Column("first_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("distrusted_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("distrust_reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_key")),
        sa.UniqueConstraint("kid", name=op.f("uq_signing_key_kid")),
    )
    op.create_table(
        "criterion_tally",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("icb_id", sa.Uuid(), nullable=True),
        sa.Column("region_id", sa.Uuid(), nullable=True),
        sa.Column("framework_version_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.String(length=40), nullable=False),
        sa.Column("criterion_code", sa.String(length=10), nullable=False),
        sa.Column("released_on", sa.Date(), nullable=False),
        sa.Column("judged", sa.Integer(), nullable=False),
        sa.Column("met", sa.Integer(), nullable=False),
        sa.Column("not_yet", sa.Integer(), nullable=False),
        sa.Column("not_yet_met", sa.Integer(), nullable=False),
        sa.Column("step_on", sa.Date(), nullable=True),
        sa.Column("is_of_icb", sa.Boolean(), nullable=False),
        sa.Column("shown_met", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["framework_version_id"],
            ["framework_version.id"],
            name=op.f("fk_criterion_tally_framework_version_id"),
        ),
        sa.ForeignKeyConstraint(["icb_id"], ["organisation.id"], name=op.f("fk_criterion_tally_icb_id")),
        sa.ForeignKeyConstraint(
            ["region_id"], ["organisation.id"], name=op.f("fk_criterion_tally_region_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_criterion_tally")),
    )
    with op.batch_alter_table("criterion_tally", schema=None) as batch_op:
        batch_op.create_index("ix_criterion_tally_step", ["step_on", "released_on"], unique=False)

    op.create_table(
        "criterion_figure",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("area_id", sa.Uuid(), nullable=False),
        sa.Column("framework_version_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.String(length=40), nullable=False),
        sa.Column("criterion_code", sa.String(length=10), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("judged", sa.Integer(), nullable=False),
        sa.Column("met", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["organisation.id"], name=op.f("fk_criterion_figure_area_id")),
        sa.ForeignKeyConstraint(
            ["framework_version_id"],
            ["framework_version.id"],
            name=op.f("fk_criterion_figure_framework_version_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_criterion_figure")),
    )
    with op.batch_alter_table("criterion_figure", schema=None) as batch_op:
        batch_op.create_index(
            "ix_criterion_figure_area",
            ["area_id", "framework_version_id", "from_on", "level", "criterion_code", "judged", "met"],
            unique=False,
        )

    op.create_table(
        "standing_checkpoint",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("icb_id", sa.Uuid(), nullable=True),
        sa.Column("region_id", sa.Uuid(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum("trust", "icb", "region", name="organisationkind", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["icb_id"], ["organisation.id"], name=op.f("fk_standing_checkpoint_icb_id")),
        sa.ForeignKeyConstraint(
            ["region_id"], ["organisation.id"], name=op.f("fk_standing_checkpoint_region_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standing_checkpoint")),
    )
    with op.batch_alter_table("standing_checkpoint", schema=None) as batch_op:
        batch_op.create_index(
            "ix_standing_checkpoint_icb", ["icb_id", "on_date", "kind", "rank", "number"], unique=False
        )
        batch_op.create_index("ix_standing_checkpoint_on", ["on_date"], unique=False)
        batch_op.create_index(
            "ix_standing_checkpoint_region",
            ["region_id", "on_date", "icb_id", "kind", "rank", "number"],
            unique=False,
        )

    op.create_table(
        "standing_line",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("icb_id", sa.Uuid(), nullable=True),
        sa.Column("region_id", sa.Uuid(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum("trust", "icb", "region", name="organisationkind", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("delta", sa.Integer(), nullable=False),
        sa.Column("recorded_on", sa.Date(), nullable=False),
        sa.Column("counts_on", sa.Date(), nullable=False),
        sa.Column("cause", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["icb_id"], ["organisation.id"], name=op.f("fk_standing_line_icb_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_standing_line_organisation_id")
        ),
        sa.ForeignKeyConstraint(["region_id"], ["organisation.id"], name=op.f("fk_standing_line_region_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standing_line")),
    )
    with op.batch_alter_table("standing_line", schema=None) as batch_op:
        batch_op.create_index(
            "ix_standing_line_icb", ["icb_id", "counts_on", "kind", "rank", "delta"], unique=False
        )
        batch_op.create_index("ix_standing_line_organisation", ["organisation_id", "on_date"], unique=False)
        batch_op.create_index(
            "ix_standing_line_region",
            ["region_id", "counts_on", "icb_id", "kind", "rank", "delta"],
            unique=False,
        )
        batch_op.create_index(
            "ix_standing_line_counts",
            ["counts_on", "region_id", "icb_id", "kind", "rank", "delta"],
            unique=False,
        )
        batch_op.create_index(
            "ix_standing_line_late",
            ["recorded_on", "on_date", "region_id", "icb_id", "rank", "delta"],
            unique=False,
            sqlite_where=sa.text("recorded_on > on_date"),
            postgresql_where=sa.text("recorded_on > on_date"),
        )
        batch_op.create_index(
            "ix_standing_line_ahead",
            ["on_date", "recorded_on", "region_id", "icb_id", "organisation_id", "rank", "delta"],
            unique=False,
            sqlite_where=sa.text("on_date > recorded_on"),
            postgresql_where=sa.text("on_date > recorded_on"),
        )

    op.create_table(
        "organisation_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "first recorded",
                "renamed",
                "moved to another area",
                "closed",
                name="changekind",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("icb_id", sa.Uuid(), nullable=True),
        sa.Column("region_id", sa.Uuid(), nullable=True),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=True),
        sa.Column("void_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("void_by_id", sa.Uuid(), nullable=True),
        sa.Column("void_reason", sa.String(length=500), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["icb_id"], ["organisation.id"], name=op.f("fk_organisation_change_icb_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_organisation_change_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["person.id"], name=op.f("fk_organisation_change_recorded_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["region_id"], ["organisation.id"], name=op.f("fk_organisation_change_region_id")
        ),
        sa.ForeignKeyConstraint(
            ["void_by_id"], ["person.id"], name=op.f("fk_organisation_change_void_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_change")),
    )
    with op.batch_alter_table("organisation_change", schema=None) as batch_op:
        batch_op.create_index("ix_organisation_change_from", ["organisation_id", "from_on"], unique=False)

    op.create_table(
        "api_token",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("membership_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("ending", sa.String(length=8), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["membership.id"], name=op.f("fk_api_token_membership_id")
        ),
        sa.ForeignKeyConstraint(["revoked_by_id"], ["person.id"], name=op.f("fk_api_token_revoked_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_token_token_hash")),
    )
    with op.batch_alter_table("api_token", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_api_token_membership_id"), ["membership_id"], unique=False)

    op.create_table(
        "example_consent",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("criterion_code", sa.String(length=10), nullable=False),
        sa.Column("credit", sa.String(length=300), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_by_id", sa.Uuid(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["given_by_id"], ["person.id"], name=op.f("fk_example_consent_given_by_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_example_consent_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_example_consent_submission_id")
        ),
        sa.ForeignKeyConstraint(
            ["withdrawn_by_id"], ["person.id"], name=op.f("fk_example_consent_withdrawn_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_example_consent")),
    )
    with op.batch_alter_table("example_consent", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_example_consent_organisation_id"), ["organisation_id"], unique=False
        )
        batch_op.create_index(
            "uq_example_consent_given",
            ["submission_id", "criterion_code"],
            unique=True,
            sqlite_where=sa.text("withdrawn_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        )

    op.create_table(
        "stage_span",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("icb_id", sa.Uuid(), nullable=True),
        sa.Column("region_id", sa.Uuid(), nullable=True),
        sa.Column("level", sa.String(length=40), nullable=False),
        sa.Column("stage", sa.String(length=40), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["icb_id"], ["organisation.id"], name=op.f("fk_stage_span_icb_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_stage_span_organisation_id")
        ),
        sa.ForeignKeyConstraint(["region_id"], ["organisation.id"], name=op.f("fk_stage_span_region_id")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_stage_span_submission_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stage_span")),
    )
    with op.batch_alter_table("stage_span", schema=None) as batch_op:
        batch_op.create_index(
            "ix_stage_span_icb", ["icb_id", "until_on", "from_on", "level", "stage"], unique=False
        )
        batch_op.create_index("ix_stage_span_until", ["until_on", "from_on", "level", "stage"], unique=False)
        batch_op.create_index(batch_op.f("ix_stage_span_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(
            "ix_stage_span_region", ["region_id", "until_on", "from_on", "level", "stage"], unique=False
        )
        batch_op.create_index("ix_stage_span_submission", ["submission_id", "from_on"], unique=False)

    op.create_table(
        "consented_evidence",
        sa.Column("consent_id", sa.Uuid(), nullable=False),
        sa.Column("evidence_version_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consent_id"], ["example_consent.id"], name=op.f("fk_consented_evidence_consent_id")
        ),
        sa.ForeignKeyConstraint(
            ["evidence_version_id"],
            ["evidence_version.id"],
            name=op.f("fk_consented_evidence_evidence_version_id"),
        ),
        sa.PrimaryKeyConstraint("consent_id", "evidence_version_id", name=op.f("pk_consented_evidence")),
    )
    op.create_table(
        "example",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("consent_id", sa.Uuid(), nullable=False),
        sa.Column("framework_version_id", sa.Uuid(), nullable=False),
        sa.Column("criterion_code", sa.String(length=10), nullable=False),
        sa.Column("excerpt", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("drafted_by_id", sa.Uuid(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by_id", sa.Uuid(), nullable=True),
        sa.Column("taken_down_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_down_by_id", sa.Uuid(), nullable=True),
        sa.Column("taken_down_reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["consent_id"], ["example_consent.id"], name=op.f("fk_example_consent_id")),
        sa.ForeignKeyConstraint(["drafted_by_id"], ["person.id"], name=op.f("fk_example_drafted_by_id")),
        sa.ForeignKeyConstraint(
            ["framework_version_id"], ["framework_version.id"], name=op.f("fk_example_framework_version_id")
        ),
        sa.ForeignKeyConstraint(["published_by_id"], ["person.id"], name=op.f("fk_example_published_by_id")),
        sa.ForeignKeyConstraint(
            ["taken_down_by_id"], ["person.id"], name=op.f("fk_example_taken_down_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_example")),
        sa.UniqueConstraint("consent_id", name=op.f("uq_example_consent_id")),
    )
    with op.batch_alter_table("example", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_example_criterion_code"), ["criterion_code"], unique=False)

    op.create_table(
        "certificate_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("certificate_id", sa.Uuid(), nullable=False),
        sa.Column(
            "form",
            sa.Enum("accessible", "signed", name="fileform", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("stored_name", sa.String(length=64), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=True),
        sa.Column("has_time_stamp", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificate.id"], name=op.f("fk_certificate_file_certificate_id")
        ),
        sa.ForeignKeyConstraint(["key_id"], ["signing_key.id"], name=op.f("fk_certificate_file_key_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_file")),
        sa.UniqueConstraint("certificate_id", "form", name=op.f("uq_certificate_file_certificate_id_form")),
        sa.UniqueConstraint("stored_name", name=op.f("uq_certificate_file_stored_name")),
    )
    with op.batch_alter_table("certificate_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_certificate_file_sha256"), ["sha256"], unique=False)

    op.create_table(
        "certificate_reminder",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("certificate_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificate.id"], name=op.f("fk_certificate_reminder_certificate_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_reminder")),
        sa.UniqueConstraint(
            "certificate_id", "kind", name=op.f("uq_certificate_reminder_certificate_id_kind")
        ),
    )
    op.create_table(
        "credential",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("certificate_id", sa.Uuid(), nullable=False),
        sa.Column("status_index", sa.Integer(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("jwt", sa.Text(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificate.id"], name=op.f("fk_credential_certificate_id")
        ),
        sa.ForeignKeyConstraint(["key_id"], ["signing_key.id"], name=op.f("fk_credential_key_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credential")),
        sa.UniqueConstraint("certificate_id", name=op.f("uq_credential_certificate_id")),
        sa.UniqueConstraint("status_index", name=op.f("uq_credential_status_index")),
    )
    op.create_table(
        "status_list",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("content_sha256", sa.String(length=64), nullable=False),
        sa.Column("jwt", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["key_id"], ["signing_key.id"], name=op.f("fk_status_list_key_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_status_list")),
        sa.UniqueConstraint("purpose", name=op.f("uq_status_list_purpose")),
    )
    op.create_table(
        "light_check",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("certificate_id", sa.Uuid(), nullable=False),
        sa.Column("still_holds", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_by_id", sa.Uuid(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["person.id"], name=op.f("fk_light_check_answered_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificate.id"], name=op.f("fk_light_check_certificate_id")
        ),
        sa.ForeignKeyConstraint(["read_by_id"], ["person.id"], name=op.f("fk_light_check_read_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_light_check")),
        sa.UniqueConstraint("certificate_id", name=op.f("uq_light_check_certificate_id")),
    )
    op.create_table(
        "revocation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("certificate_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by_id", sa.Uuid(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_by_id", sa.Uuid(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by_id", sa.Uuid(), nullable=True),
        sa.Column("close_reason", sa.Text(), nullable=False),
        sa.Column("appeal_grounds", sa.Text(), nullable=False),
        sa.Column("appealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("appealed_by_id", sa.Uuid(), nullable=True),
        sa.Column("revoked_on", sa.Date(), nullable=True),
        sa.Column("reinstated_on", sa.Date(), nullable=True),
        sa.Column("is_upheld", sa.Boolean(), nullable=True),
        sa.Column("appeal_reason", sa.Text(), nullable=False),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("judged_by_id", sa.Uuid(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["appealed_by_id"], ["person.id"], name=op.f("fk_revocation_appealed_by_id")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_revocation_asked_by_id")),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificate.id"], name=op.f("fk_revocation_certificate_id")
        ),
        sa.ForeignKeyConstraint(["closed_by_id"], ["person.id"], name=op.f("fk_revocation_closed_by_id")),
        sa.ForeignKeyConstraint(
            ["confirmed_by_id"], ["person.id"], name=op.f("fk_revocation_confirmed_by_id")
        ),
        sa.ForeignKeyConstraint(["judged_by_id"], ["person.id"], name=op.f("fk_revocation_judged_by_id")),
        sa.ForeignKeyConstraint(["settled_by_id"], ["person.id"], name=op.f("fk_revocation_settled_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revocation")),
    )
    with op.batch_alter_table("revocation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_revocation_certificate_id"), ["certificate_id"], unique=False)
        batch_op.create_index(
            "uq_revocation_open",
            ["certificate_id"],
            unique=True,
            sqlite_where=sa.text("confirmed_at IS NULL AND closed_at IS NULL"),
            postgresql_where=sa.text("confirmed_at IS NULL AND closed_at IS NULL"),
        )

    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.add_column(sa.Column("edition", sa.Integer(), nullable=False, server_default="1"))
        batch_op.add_column(sa.Column("supersedes_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("reissue_reason", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("superseded_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.drop_constraint(batch_op.f("uq_certificate_decision_id"), type_="unique")
        batch_op.drop_index(batch_op.f("ix_certificate_holding"))
        batch_op.create_index(
            "ix_certificate_holding",
            [
                "organisation_id",
                "level_rank",
                "icb_id",
                "region_id",
                "issued_on",
                "expires_on",
                "revoked_on",
                "superseded_on",
            ],
            unique=False,
        )
        batch_op.create_unique_constraint(
            batch_op.f("uq_certificate_decision_id_edition"), ["decision_id", "edition"]
        )
        batch_op.create_unique_constraint(batch_op.f("uq_certificate_supersedes_id"), ["supersedes_id"])
        batch_op.create_foreign_key(
            batch_op.f("fk_certificate_supersedes_id"), "certificate", ["supersedes_id"], ["id"]
        )

    for column in ("revoked", "superseded"):
        op.create_index(
            f"ix_certificate_{column}",
            "certificate",
            [f"{column}_on"],
            sqlite_where=sa.text(f"{column}_on IS NOT NULL"),
            postgresql_where=sa.text(f"{column}_on IS NOT NULL"),
        )
    op.create_index(op.f("ix_organisation_name"), "organisation", ["name"], unique=False)

    op.create_table(
        "certificate_drawing",
        sa.Column("certificate_id", sa.Uuid(), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificate.id"], name=op.f("fk_certificate_drawing_certificate_id")
        ),
        sa.PrimaryKeyConstraint("certificate_id", name=op.f("pk_certificate_drawing")),
    )
    op.create_index(
        "ix_certificate_drawing_due",
        "certificate_drawing",
        ["leased_until"],
        unique=False,
        sqlite_where=sa.text("drawn_at IS NULL"),
        postgresql_where=sa.text("drawn_at IS NULL"),
    )
    # Certificates of before were drawn when somebody asked for one; from now on each has its files.
    op.execute(
        "INSERT INTO certificate_drawing (certificate_id, tries, last_error) SELECT id, 0, '' FROM certificate"
    )

    # Not in a batch: a copied table would come without the triggers that keep it.
    op.add_column(
        "sealed_copy", sa.Column("minute_reference", sa.String(length=200), nullable=False, server_default="")
    )
    _only_added_to()


def downgrade() -> None:
    _refuse_to_lose()
    op.drop_table("certificate_drawing")
    op.drop_column("sealed_copy", "minute_reference")
    op.drop_index(op.f("ix_organisation_name"), table_name="organisation")
    if not _is_sqlite():
        op.execute("DROP TRIGGER standing_line_only_added_to ON standing_line")
        op.execute("DROP FUNCTION standing_line_only_added_to()")

    op.drop_index("ix_certificate_superseded", "certificate")
    op.drop_index("ix_certificate_revoked", "certificate")
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_certificate_supersedes_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("uq_certificate_supersedes_id"), type_="unique")
        batch_op.drop_constraint(batch_op.f("uq_certificate_decision_id_edition"), type_="unique")
        batch_op.drop_index("ix_certificate_holding")
        batch_op.create_index(
            batch_op.f("ix_certificate_holding"),
            ["organisation_id", "level_rank", "icb_id", "region_id", "issued_on", "expires_on", "revoked_on"],
            unique=False,
        )
        batch_op.create_unique_constraint(batch_op.f("uq_certificate_decision_id"), ["decision_id"])
        batch_op.drop_column("superseded_at")
        batch_op.drop_column("superseded_on")
        batch_op.drop_column("reissue_reason")
        batch_op.drop_column("supersedes_id")
        batch_op.drop_column("edition")

    with op.batch_alter_table("revocation", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_revocation_open",
            sqlite_where=sa.text("confirmed_at IS NULL AND closed_at IS NULL"),
            postgresql_where=sa.text("confirmed_at IS NULL AND closed_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_revocation_certificate_id"))

    op.drop_table("revocation")
    op.drop_table("light_check")
    op.drop_table("status_list")
    op.drop_table("credential")
    op.drop_table("certificate_reminder")
    with op.batch_alter_table("certificate_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_certificate_file_sha256"))

    op.drop_table("certificate_file")
    with op.batch_alter_table("example", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_example_criterion_code"))

    op.drop_table("example")
    op.drop_table("consented_evidence")
    with op.batch_alter_table("stage_span", schema=None) as batch_op:
        batch_op.drop_index("ix_stage_span_submission")
        batch_op.drop_index("ix_stage_span_until")
        batch_op.drop_index("ix_stage_span_region")
        batch_op.drop_index(batch_op.f("ix_stage_span_organisation_id"))
        batch_op.drop_index("ix_stage_span_icb")

    op.drop_table("stage_span")
    with op.batch_alter_table("example_consent", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_example_consent_given",
            sqlite_where=sa.text("withdrawn_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_example_consent_organisation_id"))

    op.drop_table("example_consent")
    with op.batch_alter_table("api_token", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_api_token_membership_id"))

    op.drop_table("api_token")
    with op.batch_alter_table("organisation_change", schema=None) as batch_op:
        batch_op.drop_index("ix_organisation_change_from")

    op.drop_table("organisation_change")
    with op.batch_alter_table("standing_line", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_standing_line_ahead",
            sqlite_where=sa.text("on_date > recorded_on"),
            postgresql_where=sa.text("on_date > recorded_on"),
        )
        batch_op.drop_index(
            "ix_standing_line_late",
            sqlite_where=sa.text("recorded_on > on_date"),
            postgresql_where=sa.text("recorded_on > on_date"),
        )
        batch_op.drop_index("ix_standing_line_counts")
        batch_op.drop_index("ix_standing_line_region")
        batch_op.drop_index("ix_standing_line_organisation")
        batch_op.drop_index("ix_standing_line_icb")

    op.drop_table("standing_line")
    with op.batch_alter_table("standing_checkpoint", schema=None) as batch_op:
        batch_op.drop_index("ix_standing_checkpoint_region")
        batch_op.drop_index("ix_standing_checkpoint_on")
        batch_op.drop_index("ix_standing_checkpoint_icb")

    op.drop_table("standing_checkpoint")
    with op.batch_alter_table("criterion_figure", schema=None) as batch_op:
        batch_op.drop_index("ix_criterion_figure_area")

    op.drop_table("criterion_figure")
    with op.batch_alter_table("criterion_tally", schema=None) as batch_op:
        batch_op.drop_index("ix_criterion_tally_step")

    op.drop_table("criterion_tally")
    op.drop_table("signing_key")


def _is_sqlite() -> bool:
    return bool(op.get_bind().dialect.name == "sqlite")


def _only_added_to() -> None:
    """What was said of a day stays: the database refuses to change or remove a line that dashboards count."""
    if _is_sqlite():
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER standing_line_no_{verb.lower()} BEFORE {verb} ON standing_line "
                "BEGIN SELECT RAISE(ABORT, 'standing_line is only added to'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION standing_line_only_added_to() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'standing_line is only added to'; END $$"
    )
    op.execute(
        "CREATE TRIGGER standing_line_only_added_to BEFORE UPDATE OR DELETE ON standing_line "
        "FOR EACH ROW EXECUTE FUNCTION standing_line_only_added_to()"
    )


def _refuse_to_lose() -> None:
    """Back to one certificate a decision; refused when that would lose one, or what is said of one."""
    found = op.get_bind().scalar(
        sa.text(
            "SELECT (SELECT count(*) FROM certificate WHERE edition > 1) + (SELECT count(*) FROM revocation) + "
            "(SELECT count(*) FROM light_check) + (SELECT count(*) FROM example_consent)"
        )
    )
    if found:
        raise RuntimeError(f"{found} rows are of certificates issued again, revocations, checks or consents")
