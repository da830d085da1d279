"""Figures of older papers"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "historic_figure",
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("area_id", sa.Text(), nullable=False),
        sa.Column("beside", sa.Text(), nullable=False),
        sa.Column("period_label", sa.Text(), nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("end", sa.Date(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("as_printed", sa.Text(), nullable=False),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("numerator", sa.Float(), nullable=True),
        sa.Column("denominator", sa.Float(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("caveat", sa.Text(), nullable=False),
        sa.Column("computed", sa.Float(), nullable=True),
        sa.Column("disagreement", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_historic_figure_source_id_source")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_historic_figure_area_id_area")),
        sa.PrimaryKeyConstraint("source_id", "row_number", name=op.f("pk_historic_figure")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ix_historic_figure_measure", "historic_figure", ["measure"])


def downgrade() -> None:
    op.drop_index("ix_historic_figure_measure", "historic_figure")
    op.drop_table("historic_figure")
