"""people who sign in: logins, staff, invitations, sessions

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from laurels.migrations.wall import protect

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

FUNCTIONS = (
    "find_login",
    "read_login",
    "join_login",
    "set_password",
    "note_sign_in",
    "places_of_login",
    "ask_password_reset",
    "read_password_reset",
    "use_password_reset",
    "free_attempts",
    "next_attempt",
    "take_throttles",
    "ask_attempt",
    "lift_attempt",
    "note_failed_sign_in",
    "tenants_with_old_sign_ins",
    "forget_old_attempts",
)
# Functions of the maintenance role alone read and write these; the application has no right there.
GLOBAL = ("users", "password_resets", "sign_in_throttles")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "users",
        sa.Column(
            "id",
            sa.Uuid(),
            server_default=sa.text("laurels.new_id()"),
            nullable=False,
            comment="UUIDv7, made by the application (by the database for rows written by SQL).",
        ),
        sa.Column("email", sa.Text(), nullable=False, comment="E-mail address, in small letters."),
        sa.Column("name", sa.Text(), nullable=False, comment="What the person is called."),
        sa.Column(
            "password_hash",
            sa.Text(),
            nullable=True,
            comment="argon2id, or bcrypt until the first sign-in after an import; null: none yet.",
        ),
        sa.Column(
            "status",
            sa.Text(),
            server_default=sa.text("'active'"),
            nullable=False,
            comment="active, or disabled: signs in nowhere.",
        ),
        sa.Column(
            "tenants",
            postgresql.ARRAY(sa.Uuid()),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="Tenants in which to look for them among the staff.",
        ),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), nullable=False, comment="When it was made."
        ),
        sa.Column(
            "password_changed_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When the password was last chosen.",
        ),
        sa.Column(
            "last_sign_in_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When they last signed in.",
        ),
        sa.CheckConstraint("status in ('active', 'disabled')", name=op.f("ck_users_status_known")),
        sa.CheckConstraint("cardinality(tenants) <= 1000", name=op.f("ck_users_tenants_bounded")),
        sa.CheckConstraint(
            "email = lower(email collate \"C\") and position('@' in email) > 1",
            name=op.f("ck_users_email_shape"),
        ),
        sa.CheckConstraint(
            "length(email) <= 254 and length(name) <= 200", name=op.f("ck_users_text_bounded")
        ),
        sa.CheckConstraint("length(password_hash) <= 512", name=op.f("ck_users_hash_bounded")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email", name=op.f("uq_users_email")),
        schema="laurels",
        comment="Logins of people, by e-mail address; functions alone read and write them.",
    )
    op.create_table(
        "password_resets",
        sa.Column(
            "id",
            sa.Uuid(),
            server_default=sa.text("laurels.new_id()"),
            nullable=False,
            comment="UUIDv7, made by the application (by the database for rows written by SQL).",
        ),
        sa.Column("user_id", sa.Uuid(), nullable=False, comment="Whose password."),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When it was asked for.",
        ),
        sa.Column(
            "expires_at", sa.DateTime(timezone=True), nullable=False, comment="When it ends."
        ),
        sa.Column(
            "used_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When it was used, or made void by a newer one or another change.",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["laurels.users.id"],
            name=op.f("fk_password_resets_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_password_resets")),
        schema="laurels",
        comment="Requests for a new password; each is good for one, for an hour.",
    )
    op.create_index(
        "ix_password_resets_expires_at",
        "password_resets",
        ["expires_at"],
        unique=False,
        schema="laurels",
    )
    op.create_index(
        "ix_password_resets_user_id", "password_resets", ["user_id"], unique=False, schema="laurels"
    )
    op.create_table(
        "sign_in_throttles",
        sa.Column(
            "subject",
            sa.LargeBinary(),
            nullable=False,
            comment="Keyed hash of the kind and whom it is about.",
        ),
        sa.Column(
            "kind",
            sa.Text(),
            nullable=False,
            comment="account, address, pair of both, or mail that was asked for.",
        ),
        sa.Column(
            "failures",
            sa.BigInteger(),
            nullable=False,
            comment="Attempts that count, since the last calm hour.",
        ),
        sa.Column(
            "last_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When the last of them was let through.",
        ),
        sa.Column(
            "next_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Until when attempts are refused.",
        ),
        sa.Column(
            "succeeded_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When this account last signed in from this address; of pairs alone.",
        ),
        sa.CheckConstraint(
            "kind in ('account', 'address', 'pair', 'mail')",
            name=op.f("ck_sign_in_throttles_kind_known"),
        ),
        sa.CheckConstraint(
            "next_at >= '1970-01-01' and next_at <= '9999-01-01'",
            name=op.f("ck_sign_in_throttles_next_at_bounded"),
        ),
        sa.CheckConstraint(
            "failures >= 0", name=op.f("ck_sign_in_throttles_failures_not_negative")
        ),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_sign_in_throttles")),
        schema="laurels",
        comment="Failures of signing in, by keyed hash; they slow down those that follow.",
    )
    op.create_index(
        "ix_sign_in_throttles_last_at",
        "sign_in_throttles",
        ["last_at"],
        unique=False,
        schema="laurels",
    )
    op.create_table(
        "staff",
        sa.Column("tenant_id", sa.Uuid(), nullable=False, comment="The tenant that owns the row."),
        sa.Column(
            "id",
            sa.Uuid(),
            server_default=sa.text("laurels.new_id()"),
            nullable=False,
            comment="UUIDv7, made by the application (by the database for rows written by SQL).",
        ),
        sa.Column(
            "user_id",
            sa.Uuid(),
            nullable=True,
            comment="Their login, once the invitation was accepted; no foreign key (it is global).",
        ),
        sa.Column(
            "email",
            sa.Text(),
            nullable=False,
            comment="Address they were invited at, in small letters.",
        ),
        sa.Column("name", sa.Text(), nullable=False, comment="What they are called here."),
        sa.Column(
            "role",
            sa.Text(),
            nullable=False,
            comment="owner, admin, manager, support, analyst, cashier.",
        ),
        sa.Column("status", sa.Text(), nullable=False, comment="invited, active or removed."),
        sa.Column("invited_by", sa.Text(), nullable=True, comment="Id of who invited them."),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When they were first invited.",
        ),
        sa.Column(
            "joined_at", sa.DateTime(timezone=True), nullable=True, comment="When they accepted."
        ),
        sa.Column(
            "removed_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When they were removed.",
        ),
        sa.CheckConstraint(
            "(status = 'removed') = (removed_at is not null)",
            name=op.f("ck_staff_removed_has_time"),
        ),
        sa.CheckConstraint(
            "role in ('owner', 'admin', 'manager', 'support', 'analyst', 'cashier')",
            name=op.f("ck_staff_role_known"),
        ),
        sa.CheckConstraint(
            "status <> 'active' or user_id is not null", name=op.f("ck_staff_active_has_login")
        ),
        sa.CheckConstraint(
            "status in ('invited', 'active', 'removed')", name=op.f("ck_staff_status_known")
        ),
        sa.CheckConstraint(
            "email = lower(email collate \"C\") and position('@' in email) > 1",
            name=op.f("ck_staff_email_shape"),
        ),
        sa.CheckConstraint(
            "length(email) <= 254 and length(name) <= 200", name=op.f("ck_staff_text_bounded")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["laurels.tenants.id"], name=op.f("fk_staff_tenant_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_staff")),
        sa.UniqueConstraint("tenant_id", "email", name=op.f("uq_staff_tenant_id_email")),
        sa.UniqueConstraint("tenant_id", "user_id", name=op.f("uq_staff_tenant_id_user_id")),
        schema="laurels",
        comment="People who run the programme, each in a role.",
    )
    protect("staff", bi=False)
    op.create_table(
        "staff_invitations",
        sa.Column("tenant_id", sa.Uuid(), nullable=False, comment="The tenant that owns the row."),
        sa.Column(
            "id",
            sa.Uuid(),
            server_default=sa.text("laurels.new_id()"),
            nullable=False,
            comment="UUIDv7, made by the application (by the database for rows written by SQL).",
        ),
        sa.Column("staff_id", sa.Uuid(), nullable=False, comment="Who is invited."),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), nullable=False, comment="When it was made."
        ),
        sa.Column(
            "expires_at", sa.DateTime(timezone=True), nullable=False, comment="When it ends."
        ),
        sa.Column(
            "accepted_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When it was accepted.",
        ),
        sa.Column(
            "revoked_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When it was taken back.",
        ),
        sa.CheckConstraint(
            "accepted_at is null or revoked_at is null", name=op.f("ck_staff_invitations_one_end")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "staff_id"],
            ["laurels.staff.tenant_id", "laurels.staff.id"],
            name=op.f("fk_staff_invitations_tenant_id_staff_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_staff_invitations")),
        schema="laurels",
        comment="Invitations; each is good once, for a week, until a newer one is sent.",
    )
    protect("staff_invitations", app="select, insert, update, delete", bi=False)
    op.create_index(
        "ix_staff_invitations_staff_id",
        "staff_invitations",
        ["tenant_id", "staff_id"],
        unique=False,
        schema="laurels",
    )
    op.create_table(
        "staff_sessions",
        sa.Column("tenant_id", sa.Uuid(), nullable=False, comment="The tenant that owns the row."),
        sa.Column(
            "id",
            sa.Uuid(),
            server_default=sa.text("laurels.new_id()"),
            nullable=False,
            comment="UUIDv7, made by the application (by the database for rows written by SQL).",
        ),
        sa.Column("staff_id", sa.Uuid(), nullable=False, comment="Who is signed in."),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), nullable=False, comment="When they signed in."
        ),
        sa.Column(
            "refreshed_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When its last token was given.",
        ),
        sa.Column(
            "expires_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When it ends unless it is refreshed.",
        ),
        sa.Column(
            "ended_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When it was ended before that.",
        ),
        sa.Column(
            "end_reason",
            sa.Text(),
            nullable=True,
            comment="signed_out, password_changed, removed, or reuse of a token that was spent.",
        ),
        sa.Column(
            "ip", sa.Text(), nullable=True, comment="Address they last signed in or refreshed from."
        ),
        sa.Column("user_agent", sa.Text(), nullable=True, comment="Program that they used."),
        sa.CheckConstraint(
            "end_reason in ('signed_out', 'password_changed', 'removed', 'reuse')",
            name=op.f("ck_staff_sessions_end_reason_known"),
        ),
        sa.CheckConstraint(
            "(ended_at is null) = (end_reason is null)",
            name=op.f("ck_staff_sessions_end_has_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "staff_id"],
            ["laurels.staff.tenant_id", "laurels.staff.id"],
            name=op.f("fk_staff_sessions_tenant_id_staff_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_staff_sessions")),
        schema="laurels",
        comment="Where people are signed in, and until when.",
    )
    protect("staff_sessions", app="select, insert, update, delete", bi=False)
    op.create_index(
        "ix_staff_sessions_expires_at",
        "staff_sessions",
        ["tenant_id", "expires_at"],
        unique=False,
        schema="laurels",
    )
    op.create_index(
        "ix_staff_sessions_staff_id",
        "staff_sessions",
        ["tenant_id", "staff_id"],
        unique=False,
        schema="laurels",
    )
    op.create_table(
        "refresh_tokens",
        sa.Column("tenant_id", sa.Uuid(), nullable=False, comment="The tenant that owns the row."),
        sa.Column(
            "id",
            sa.Uuid(),
            server_default=sa.text("laurels.new_id()"),
            nullable=False,
            comment="UUIDv7, made by the application (by the database for rows written by SQL).",
        ),
        sa.Column(
            "session_id", sa.Uuid(), nullable=False, comment="The session: the family of the token."
        ),
        sa.Column("hash", sa.LargeBinary(), nullable=False, comment="SHA-256 of the whole token."),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), nullable=False, comment="When it was given."
        ),
        sa.Column(
            "expires_at", sa.DateTime(timezone=True), nullable=False, comment="When it ends."
        ),
        sa.Column(
            "rotated_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When it was exchanged.",
        ),
        sa.Column(
            "rotated_to", sa.Uuid(), nullable=True, comment="The token that it was exchanged for."
        ),
        sa.Column(
            "reused_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When it came again although it was exchanged; that ends the session.",
        ),
        sa.CheckConstraint(
            "(rotated_at is null) = (rotated_to is null)",
            name=op.f("ck_refresh_tokens_rotated_whole"),
        ),
        sa.CheckConstraint(
            "reused_at is null or rotated_at is not null",
            name=op.f("ck_refresh_tokens_reuse_after_use"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "session_id"],
            ["laurels.staff_sessions.tenant_id", "laurels.staff_sessions.id"],
            name=op.f("fk_refresh_tokens_tenant_id_session_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_refresh_tokens")),
        schema="laurels",
        comment="Refresh tokens by hash, each with the one that it was exchanged for.",
    )
    protect("refresh_tokens", app="select, insert, update, delete", bi=False)
    op.create_index(
        "ix_refresh_tokens_session_id",
        "refresh_tokens",
        ["tenant_id", "session_id"],
        unique=False,
        schema="laurels",
    )
    for table in GLOBAL:
        for statement in (
            f"alter table laurels.{table} enable row level security",
            f"alter table laurels.{table} force row level security",
            f"create policy owner_all on laurels.{table} to laurels_owner, laurels_maintenance"
            " using (true) with check (true)",
            f"grant select, insert, update, delete on laurels.{table} to laurels_maintenance",
        ):
            op.execute(statement)


def downgrade() -> None:
    """Undo. People who sign in are gone; API keys are as they were."""
    for name in FUNCTIONS:
        op.execute(f"drop function if exists laurels.{name}")
    op.execute(
        "delete from laurels.schema_files where name in ('auth/functions.sql',"
        " 'migrations/functions.sql', 'audit/functions.sql')"
    )
    for table in (
        "refresh_tokens", "staff_sessions", "staff_invitations", "staff", "password_resets",
        "sign_in_throttles", "users",
    ):  # fmt: skip
        op.drop_table(table, schema="laurels")
