"""Large registers and dashboards: the register is read in its order, and a body's certificates from an index alone."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

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


def downgrade() -> None:
    op.drop_index("ix_certificate_register", "certificate")
    _index_holding(*HOLDING)


def _index_holding(*columns: str) -> None:
    op.drop_index("ix_certificate_holding", "certificate")
    op.create_index("ix_certificate_holding", "certificate", list(columns))
