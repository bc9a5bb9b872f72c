"""Whistles, supervisions, topics, a matter's leader"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("tickets", sa.Column("leader", sa.String(), nullable=True))
    op.create_table(
        "whistles",
        sa.Column("ticket", _KEY, autoincrement=False, nullable=False),
        sa.Column("round", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("is_lead", sa.Boolean(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("reported_at", sa.BigInteger(), nullable=True),
        sa.Column("reported_by", sa.String(), nullable=True),
        sa.Column("named_at", sa.BigInteger(), nullable=True),
        sa.Column("part_done_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["ticket"], ["tickets.id"], name=op.f("fk_whistles_ticket_tickets")),
        sa.PrimaryKeyConstraint("ticket", "round", "unit", name=op.f("pk_whistles")),
    )
    op.create_table(
        "supervisions",
        sa.Column("id", _KEY, autoincrement=True, nullable=False),
        sa.Column("ticket", _KEY, autoincrement=False, nullable=False),
        sa.Column("grade", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.Column("answered_by", sa.String(), nullable=True),
        sa.Column("lapsed_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["ticket"], ["tickets.id"], name=op.f("fk_supervisions_ticket_tickets")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervisions")),
    )
    op.create_index("ix_supervisions_ticket", "supervisions", ["ticket"], unique=False)
    op.create_table(
        "topics",
        sa.Column("ticket", _KEY, autoincrement=False, nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=True),
        sa.Column("withdrawn_by", sa.String(), nullable=True),
        sa.Column("opinion_at", sa.BigInteger(), nullable=True),
        sa.Column("opinion_by", sa.String(), nullable=True),
        sa.Column("opinion_line", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["ticket"], ["tickets.id"], name=op.f("fk_topics_ticket_tickets")),
        sa.PrimaryKeyConstraint("ticket", name=op.f("pk_topics")),
    )
    op.create_index("ix_topics_at", "topics", ["at"], unique=False)
    op.create_index(
        "ix_outbox_told_group",
        "outbox",
        ["group_id", "sent_at"],
        unique=False,
        sqlite_where=sa.text("state = 'sent' AND lane_rank = 2"),
        postgresql_where=sa.text("state = 'sent' AND lane_rank = 2"),
    )
