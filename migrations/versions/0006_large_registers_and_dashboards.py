"""Registers and dashboards of many organisations: indexes, checkpoints of what is on its way, lines of what ends."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
deplower_from = None


HOLDING = (
    "organisation_id",
    "level_rank",
    "icb_id",
    "region_id",
    "issued_on",
    "expires_on",
    "revoked_on",
    "superseded_on",
)
REGISTER = (
    "organisation_name",
    "number",
    "organisation_id",
    "level_rank",
    "level",
    "issued_on",
    "expires_on",
    "revoked_on",
    "superseded_on",
)


def upgrade() -> None:
    _index_holding(*HOLDING, "number")
    op.create_index("ix_certificate_register", "certificate", list(REGISTER))
    op.create_table(
        "stage_checkpoint",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("icb_id", sa.Uuid(), nullable=True),
        sa.Column("region_id", sa.Uuid(), nullable=True),
        sa.Column("level", sa.String(length=40), nullable=False),
        sa.Column("stage", sa.String(length=40), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["icb_id"], ["organisation.id"], name=op.f("fk_stage_checkpoint_icb_id")),
        sa.ForeignKeyConstraint(
            ["region_id"], ["organisation.id"], name=op.f("fk_stage_checkpoint_region_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stage_checkpoint")),
    )
    with op.batch_alter_table("stage_checkpoint", schema=None) as batch_op:
        batch_op.create_index(
            "ix_stage_checkpoint_on",
            ["on_date", "region_id", "icb_id", "level", "stage", "from_on", "number"],
            unique=False,
        )
    with op.batch_alter_table("stage_span", schema=None) as batch_op:
        batch_op.create_index(
            "ix_stage_span_begun", ["from_on", "region_id", "icb_id", "level", "stage"], unique=False
        )
    op.create_table(
        "ending_line",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("area_id", sa.Uuid(), nullable=True),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("held_from", sa.Date(), nullable=False),
        sa.Column("held_until", sa.Date(), nullable=False),
        sa.Column("lower_from", sa.Date(), nullable=False),
        sa.Column("lower_until", sa.Date(), nullable=True),
        sa.Column("delta", sa.Integer(), nullable=False),
        sa.Column("recorded_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_ending_line_organisation_id")
        ),
        sa.ForeignKeyConstraint(["area_id"], ["organisation.id"], name=op.f("fk_ending_line_area_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ending_line")),
    )
    with op.batch_alter_table("ending_line", schema=None) as batch_op:
        batch_op.create_index(
            "ix_ending_line_area",
            [
                "area_id",
                "lower_from",
                "recorded_on",
                "held_from",
                "held_until",
                "lower_until",
                "rank",
                "delta",
            ],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_ending_line_organisation_id"), ["organisation_id"], unique=False)
    _only_added_to("ending_line")
    op.drop_index("ix_standing_line_ahead", table_name="standing_line")
    op.create_index(op.f("ix_organisation_kind"), "organisation", ["kind"], unique=False)
    # Both kinds of checkpoint are of the same days; the next night adds them up anew.
    op.execute("DELETE FROM standing_checkpoint")


def downgrade() -> None:
    op.drop_index("ix_certificate_register", "certificate")
    _index_holding(*HOLDING)
    op.drop_index(op.f("ix_organisation_kind"), table_name="organisation")
    op.create_index(
        "ix_standing_line_ahead",
        "standing_line",
        ["on_date", "recorded_on", "region_id", "icb_id", "organisation_id", "rank", "delta"],
        unique=False,
        sqlite_where=sa.text("on_date > recorded_on"),
        postgresql_where=sa.text("on_date > recorded_on"),
    )
    op.drop_table("ending_line")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION ending_line_only_added_to()")
    with op.batch_alter_table("stage_span", schema=None) as batch_op:
        batch_op.drop_index("ix_stage_span_begun")
    with op.batch_alter_table("stage_checkpoint", schema=None) as batch_op:
        batch_op.drop_index("ix_stage_checkpoint_on")
    op.drop_table("stage_checkpoint")


def _index_holding(*columns: str) -> None:
    op.drop_index("ix_certificate_holding", "certificate")
    op.create_index("ix_certificate_holding", "certificate", list(columns))


def _only_added_to(table: str) -> None:
    """What was said of a day stays: the database refuses to change or remove such a line."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is only added to'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_only_added_to() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} is only added to'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_only_added_to BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_only_added_to()"
    )
