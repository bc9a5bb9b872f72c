"""The office's log"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "office_log",
        sa.Column("id", _KEY, autoincrement=True, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=True),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("words_id", _KEY, autoincrement=False, nullable=True),
        sa.ForeignKeyConstraint(["words_id"], ["words.id"], name=op.f("fk_office_log_words_id_words")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office_log")),
    )
    op.create_index("ix_office_log_what_id", "office_log", ["what", "id"], unique=False)
