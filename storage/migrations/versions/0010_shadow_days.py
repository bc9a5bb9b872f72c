"""Counts of lists and models on trial beside those in use"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "shadow_days",
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("heard", sa.Integer(), nullable=False),
        sa.Column("same", sa.Integer(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("lost", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("added_danger", sa.Integer(), nullable=False),
        sa.Column("lost_danger", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_shadow_days")),
    )
