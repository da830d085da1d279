"""Files and findings of submissions, and how disputes were settled"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "submission_file",
        sa.Column("source_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_submission_file_source_id_source")),
        sa.PrimaryKeyConstraint("source_id", name=op.f("pk_submission_file")),
        sqlite_strict=True,
    )
    op.create_table(
        "submission_finding",
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("remedy", sa.Text(), nullable=False),
        sa.Column("sheet", sa.Text(), nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=True),
        sa.Column("column_name", sa.Text(), nullable=False),
        sa.Column("cell", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_submission_finding_source_id_source")),
        sa.PrimaryKeyConstraint("source_id", "number", name=op.f("pk_submission_finding")),
        sqlite_strict=True,
    )
    op.create_table(
        "dispute_settlement",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("partnership_id", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Text(), nullable=False),
        sa.Column("area_id", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("agreed", sa.Text(), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_dispute_settlement_partnership_id_partnership")
        ),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_dispute_settlement_area_id_area")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute_settlement")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    op.drop_table("dispute_settlement")
    op.drop_table("submission_finding")
    op.drop_table("submission_file")
