"""Customer groups, join QR codes, agreement to the archive, residents' reports, reminders of mass sends"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "customer_groups",
        sa.Column("chat", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("residents", sa.Integer(), nullable=False),
        sa.Column("join_state", sa.String(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("gone_at", sa.BigInteger(), nullable=True),
        sa.Column("agreed_owner", sa.String(), nullable=True),
        sa.Column("told_owner", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("chat", name=op.f("pk_customer_groups")),
    )
    op.create_table(
        "consents",
        sa.Column("room", sa.String(), nullable=False),
        sa.Column("external", sa.String(), nullable=False),
        sa.Column("agreed", sa.Boolean(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("room", "external", name=op.f("pk_consents")),
    )
    op.create_index("ix_consents_external", "consents", ["external"], unique=False)
    op.create_index(
        "ix_consents_refused", "consents", ["room"], unique=False,
        sqlite_where=sa.text("agreed = 0"), postgresql_where=sa.text("NOT agreed"),
    )
    op.create_table(
        "join_ways",
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("config_id", sa.String(), nullable=False),
        sa.Column("chats", sa.Text(), nullable=False),
        sa.Column("picture", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("area", name=op.f("pk_join_ways")),
    )
    op.create_table(
        "resident_orders",
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("ticket", _KEY, autoincrement=False, nullable=False),
        sa.Column("steps", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["ticket"], ["tickets.id"], name=op.f("fk_resident_orders_ticket_tickets")),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_resident_orders")),
    )
    op.create_table(
        "mass_reminders",
        sa.Column("task_ref", sa.String(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("task_ref", name=op.f("pk_mass_reminders")),
    )
