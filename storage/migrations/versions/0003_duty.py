"""Swaps of shifts, hand-over notes, shifts that took over, officials in groups"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("roster_overrides", sa.Column("at", sa.BigInteger(), nullable=True))
    op.create_table(
        "roster_swaps",
        sa.Column("id", _KEY, autoincrement=True, nullable=False),
        sa.Column("roster", sa.String(), nullable=False),
        sa.Column("asker", sa.String(), nullable=False),
        sa.Column("asker_day", sa.Date(), nullable=False),
        sa.Column("asker_shift", sa.String(), nullable=False),
        sa.Column("other", sa.String(), nullable=False),
        sa.Column("other_day", sa.Date(), nullable=False),
        sa.Column("other_shift", sa.String(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.Column("accepted", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_swaps")),
    )
    op.create_index(
        "ix_roster_swaps_asked",
        "roster_swaps",
        ["other"],
        unique=False,
        sqlite_where=sa.text("accepted IS NULL"),
        postgresql_where=sa.text("accepted IS NULL"),
    )
    op.create_table(
        "handover_notes",
        sa.Column("id", _KEY, autoincrement=True, nullable=False),
        sa.Column("roster", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("words_id", _KEY, autoincrement=False, nullable=True),
        sa.Column("shown_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["words_id"], ["words.id"], name=op.f("fk_handover_notes_words_id_words")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover_notes")),
    )
    op.create_index("ix_handover_notes_roster_at", "handover_notes", ["roster", "at"], unique=False)
    op.create_table(
        "shift_handovers",
        sa.Column("roster", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("shift", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("people", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("roster", "day", "shift", name=op.f("pk_shift_handovers")),
    )
    op.create_table(
        "group_members",
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("group_id", "person", "since", name=op.f("pk_group_members")),
    )
    op.create_index("ix_group_members_since", "group_members", ["since"], unique=False)
    op.create_table(
        "member_lists",
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("group_id", name=op.f("pk_member_lists")),
    )
