"""Tokens, card codes, encrypted userids and shut doors of WeCom"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "access_tokens",
        sa.Column("app", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("fetching_until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("app", name=op.f("pk_access_tokens")),
    )
    op.create_table(
        "card_codes",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("row", _KEY, autoincrement=False, nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["row"], ["outbox.id"], name=op.f("fk_card_codes_row_outbox")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_card_codes")),
    )
    op.create_index("ix_card_codes_row", "card_codes", ["row"], unique=False)
    op.create_table(
        "open_users",
        sa.Column("open_userid", sa.String(), nullable=False),
        sa.Column("userid", sa.String(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("open_userid", name=op.f("pk_open_users")),
    )
    op.create_table(
        "shut_doors",
        sa.Column("door", sa.String(), nullable=False),
        sa.Column("code", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("door", name=op.f("pk_shut_doors")),
    )
