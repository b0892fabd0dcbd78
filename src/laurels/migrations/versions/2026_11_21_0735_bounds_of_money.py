"""money, quantities and moments have two bounds

A lower bound alone lets NaN and infinity through: both are greater than every number.

Revision ID: 0003
Revises: 0002
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MAX_MONEY = "999999999999999"
MAX_SUM = "1000000000000000000000000000000000"
FIRST, LAST = "'1970-01-01'", "'9999-01-01'"
BOUNDS = (
    ("purchases", "amount", "0", MAX_MONEY),
    ("purchases", "refunded", "0", MAX_MONEY),
    ("purchases", "completed_at", FIRST, LAST),
    ("purchase_lines", "quantity", "0.0001", MAX_MONEY),
    ("purchase_lines", "unit_price", "0", MAX_MONEY),
    ("purchase_lines", "amount", "0", MAX_MONEY),
    ("refunds", "amount", "0.0001", MAX_MONEY),
    ("refunds", "occurred_at", FIRST, LAST),
    ("programs", "point_value", "0", MAX_MONEY),
    ("member_totals", "spend", "0", MAX_SUM),
    ("member_totals", "refunded", "0", MAX_SUM),
)
ONE_SIDED = (
    ("purchases", "amount_not_negative", "amount >= 0"),
    ("purchase_lines", "quantity_positive", "quantity > 0"),
    ("purchase_lines", "money_not_negative", "unit_price >= 0 and amount >= 0"),
    ("refunds", "amount_positive", "amount > 0"),
    ("programs", "value_not_negative", "point_value >= 0"),
)
"""What the bounds take the place of."""

DOOR_FUNCTIONS = ("admit_purchase", "keep_ended_purchase", "admit_line", "admit_refund",
                  "currency_scale")  # fmt: skip


def upgrade() -> None:
    """Apply. Each bound is added first and then checked, so that writers wait only a moment."""
    for table, column, low, high in BOUNDS:
        name = f"ck_{table}_{column}_bounded"
        op.execute(
            f"alter table laurels.{table} add constraint {name}"
            f" check ({column} >= {low} and {column} <= {high}) not valid"
        )
        op.execute(f"alter table laurels.{table} validate constraint {name}")
    for table, name, _ in ONE_SIDED:
        op.execute(f"alter table laurels.{table} drop constraint ck_{table}_{name}")
    # So that the application can say whether it is ready.
    op.execute("grant select on laurels.alembic_version to laurels_app")


def downgrade() -> None:
    """Undo. The door's triggers go too; the files of functions count as not applied."""
    op.execute("revoke select on laurels.alembic_version from laurels_app")
    for name in DOOR_FUNCTIONS:
        op.execute(f"drop function if exists laurels.{name} cascade")
    op.execute("delete from laurels.schema_files where name = 'purchases/functions.sql'")
    for table, name, rule in ONE_SIDED:
        op.execute(f"alter table laurels.{table} add constraint ck_{table}_{name} check ({rule})")
    for table, column, _, _ in BOUNDS:
        op.execute(f"alter table laurels.{table} drop constraint ck_{table}_{column}_bounded")
