"""lives of members

Merging, archiving and erasing members; where an audited change came from; archived programs.

Revision ID: 0006
Revises: 0005
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from laurels.migrations.wall import protect

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

COLUMNS: tuple[tuple[str, str, sa.types.TypeEngine[Any], str], ...] = (
    ("audit_log", "ip", sa.Text(), "The address that it was asked from."),
    ("audit_log", "user_agent", sa.Text(), "The program that asked."),
    (
        "members",
        "merged_into",
        sa.Uuid(),
        "The member that this one was merged into, at that time.",
    ),
    (
        "members",
        "survivor_id",
        sa.Uuid(),
        "Whom this member's ids mean now: the end of the chain of merges.",
    ),
    (
        "programs",
        "archived_at",
        sa.DateTime(timezone=True),
        "Since when nothing more is earned in it; what is there can still be spent.",
    ),
    (
        "wallets",
        "closed_for",
        sa.Text(),
        "Why nothing is earned or spent in it: archived, merged, erased; null: it is open.",
    ),
    ("wallets", "merged_into", sa.Uuid(), "The wallet that took over what was in it."),
    (
        "purchases",
        "original_member_id",
        sa.Uuid(),
        "Who it was recorded for, before members were merged; null: member_id.",
    ),
    (
        "awards",
        "original_member_id",
        sa.Uuid(),
        "Who it was judged for, before members were merged; null: member_id.",
    ),
)

CHECKS: tuple[tuple[str, str, str], ...] = (
    (
        "members",
        "merged_somewhere",
        "(status = 'merged') = (merged_into is not null) and (merged_into is null) = (survivor_id is null)",
    ),
    ("members", "not_merged_into_itself", "merged_into <> id and survivor_id <> id"),
    (
        "members",
        "erased_is_nobody",
        "status <> 'erased' or num_nonnulls(external_id, email, first_name, last_name, phone, birthday, user_id) = 0",
    ),
    ("programs", "default_not_archived", "archived_at is null or not is_default"),
    ("wallets", "closed_for_known", "closed_for in ('archived', 'merged', 'erased')"),
    (
        "wallets",
        "merged_somewhere",
        "(closed_for is not distinct from 'merged') = (merged_into is not null)",
    ),
    (
        "wallets",
        "merged_is_empty",
        "merged_into is null or (available = 0 and pending = 0 and held = 0 and debt = 0)",
    ),
)

STATUS_BEFORE = "status in ('active', 'archived')"
STATUS_NOW = "status in ('active', 'archived', 'merged', 'erased')"
DEBT_BEFORE = (
    "debt_delta = 0 or (debt_delta < 0 and (amount >= 0 or source = 'debt'))"
    " or (debt_delta > 0 and amount <= 0)"
)
TOTALS_BEFORE = (
    "lifetime_earned >= 0 and lifetime_redeemed >= 0 and lifetime_expired >= 0 and seq >= 0"
)
TOTALS_NOW = "lifetime_expired >= 0 and seq >= 0"
DEBT_NOW = DEBT_BEFORE.replace("amount <= 0)", "(amount <= 0 or source = 'merge'))")


def upgrade() -> None:
    """Apply."""
    for table, name, kind, comment in COLUMNS:
        op.add_column(
            table, sa.Column(name, kind, nullable=True, comment=comment), schema="laurels"
        )
    _replace_check("members", "status_known", STATUS_NOW)
    _replace_check("point_transactions", "debt_fits_amount", DEBT_NOW)
    _replace_check("wallets", "totals_not_negative", TOTALS_NOW)
    op.execute(
        "comment on column laurels.members.status is 'active; archived: kept but out of sight;"
        " merged into another; erased for good.'"
    )
    for table, name, condition in CHECKS:
        op.execute(
            f"alter table laurels.{table} add constraint ck_{table}_{name} check ({condition})"
        )
    for table, column in (
        ("members", "merged_into"),
        ("members", "survivor_id"),
        ("wallets", "merged_into"),
    ):
        op.create_foreign_key(
            f"fk_{table}_tenant_id_{column}", table, table, ["tenant_id", column],
            ["tenant_id", "id"], source_schema="laurels", referent_schema="laurels",
        )  # fmt: skip
    op.execute(
        "create index ix_members_merged_email on laurels.members (tenant_id, lower(email))"
        " where email is not null and status = 'merged'"
    )
    op.execute(
        "create index ix_members_survivor on laurels.members (tenant_id, survivor_id)"
        " where survivor_id is not null"
    )
    for table in ("members", "wallets"):
        op.execute(
            f"create index ix_{table}_merged_into on laurels.{table} (tenant_id, merged_into)"
            " where merged_into is not null"
        )
    _create_merges()
    op.execute("grant update (member_id, original_member_id) on laurels.awards to laurels_app")


def _tenant() -> sa.Column[Any]:
    return sa.Column(
        "tenant_id", sa.Uuid(), nullable=False, comment="The tenant that owns the row."
    )


def _own_id() -> sa.Column[Any]:
    return sa.Column(
        "id",
        sa.Uuid(),
        server_default=sa.text("laurels.new_id()"),
        nullable=False,
        comment="UUIDv7, made by the application (by the database for rows written by SQL).",
    )


def _create_merges() -> None:
    op.create_table(
        "member_merges",
        _tenant(),
        _own_id(),
        sa.Column("merged_id", sa.Uuid(), nullable=False, comment="The member that was merged."),
        sa.Column("survivor_id", sa.Uuid(), nullable=False, comment="The member that goes on."),
        sa.Column(
            "merged_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When they were merged.",
        ),
        sa.Column(
            "unmerged_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When that was taken back.",
        ),
        sa.CheckConstraint("merged_id <> survivor_id", name=op.f("ck_member_merges_two_members")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "merged_id"],
            ["laurels.members.tenant_id", "laurels.members.id"],
            name=op.f("fk_member_merges_tenant_id_merged_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "survivor_id"],
            ["laurels.members.tenant_id", "laurels.members.id"],
            name=op.f("fk_member_merges_tenant_id_survivor_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_member_merges")),
        schema="laurels",
        comment="Merges of members, in their order; one that was taken back stays here.",
    )
    op.execute(
        "create unique index uq_member_merges_merged on laurels.member_merges"
        " (tenant_id, merged_id) where unmerged_at is null"
    )
    op.execute(
        "create index ix_member_merges_survivor on laurels.member_merges (tenant_id, survivor_id, id)"
    )
    protect("member_merges")
    op.create_table(
        "wallet_merges",
        _tenant(),
        _own_id(),
        sa.Column("merge_id", sa.Uuid(), nullable=False, comment="The merge of their members."),
        sa.Column(
            "from_wallet_id", sa.Uuid(), nullable=False, comment="The wallet that was emptied."
        ),
        sa.Column(
            "to_wallet_id", sa.Uuid(), nullable=False, comment="The wallet that took it over."
        ),
        sa.Column(
            "moved",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="Points, debt, lots and holds that moved, and the transactions that did it.",
        ),
        sa.CheckConstraint(
            "from_wallet_id <> to_wallet_id", name=op.f("ck_wallet_merges_two_wallets")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "merge_id"],
            ["laurels.member_merges.tenant_id", "laurels.member_merges.id"],
            name=op.f("fk_wallet_merges_tenant_id_merge_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "from_wallet_id"],
            ["laurels.wallets.tenant_id", "laurels.wallets.id"],
            name=op.f("fk_wallet_merges_tenant_id_from_wallet_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "to_wallet_id"],
            ["laurels.wallets.tenant_id", "laurels.wallets.id"],
            name=op.f("fk_wallet_merges_tenant_id_to_wallet_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_wallet_merges")),
        sa.UniqueConstraint(
            "tenant_id",
            "merge_id",
            "from_wallet_id",
            name=op.f("uq_wallet_merges_tenant_id_merge_id_from_wallet_id"),
        ),
        schema="laurels",
        comment="What merges of members moved, so that a merge can be taken back exactly.",
    )
    protect("wallet_merges", app="select, insert")


def _replace_check(table: str, name: str, condition: str) -> None:
    op.execute(f"alter table laurels.{table} drop constraint ck_{table}_{name}")
    op.execute(f"alter table laurels.{table} add constraint ck_{table}_{name} check ({condition})")


FUNCTIONS = (
    "audit_outside",
    "type_id",
    "blank_json",
    "scrub_audit",
    "scrub_awards",
    "scrub_events",
    "scrub_ledger",
    "scrub_rejected_rows",
    "require_tenant",
)

WATCHED = (
    "api_keys",
    "earning_rules",
    "members",
    "programs",
    "purchase_lines",
    "purchases",
    "refunds",
    "tenant_settings",
    "webhook_endpoints",
    "tenants",
)


def downgrade() -> None:
    """Undo. Refused while there are merged or erased members: the schema before had none."""
    for table in WATCHED:
        op.execute(f"drop trigger if exists audit_outside on laurels.{table}")
    for name in FUNCTIONS:
        op.execute(f"drop function if exists laurels.{name} cascade")
    # The functions as they were know nothing of what goes now; whoever migrates up again gets these.
    op.execute("delete from laurels.schema_files")
    op.execute("revoke update (member_id, original_member_id) on laurels.awards from laurels_app")
    op.drop_table("wallet_merges", schema="laurels")
    op.drop_table("member_merges", schema="laurels")
    _replace_check("members", "status_known", STATUS_BEFORE)
    _replace_check("point_transactions", "debt_fits_amount", DEBT_BEFORE)
    _replace_check("wallets", "totals_not_negative", TOTALS_BEFORE)
    op.execute(
        "comment on column laurels.members.status is 'active, or archived: kept but out of sight.'"
    )
    op.execute("drop index laurels.ix_members_merged_email")
    for table, name, _ in CHECKS:
        op.execute(f"alter table laurels.{table} drop constraint ck_{table}_{name}")
    for table, name, _, _ in reversed(COLUMNS):
        op.execute(f"alter table laurels.{table} drop column {name} cascade")
