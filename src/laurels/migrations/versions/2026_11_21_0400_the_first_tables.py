"""the first tables

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from laurels.migrations.wall import append_only, protect

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.execute(NEW_ID)
    op.execute(REFUSE_CHANGE)
    op.create_table(
        "audit_log",
        sa.Column("tenant_id", sa.Uuid(), nullable=False, comment="The tenant that owns the row."),
        sa.Column(
            "id",
            sa.Uuid(),
            server_default=sa.text("laurels.new_id()"),
            nullable=False,
            comment="UUIDv7, made by the application (by the database for rows written by SQL).",
        ),
        sa.Column("action", sa.Text(), nullable=False, comment="What was done, `room.verb`."),
        sa.Column(
            "target_type", sa.Text(), nullable=False, comment="Kind of the thing that changed."
        ),
        sa.Column("target_id", sa.Text(), nullable=False, comment="Id of the thing that changed."),
        sa.Column(
            "before",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="Changed values before.",
        ),
        sa.Column(
            "after",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="Changed values after.",
        ),
        sa.Column(
            "actor_type",
            sa.Text(),
            nullable=False,
            comment="Kind of who did it: api_key, operator, …",
        ),
        sa.Column("actor_id", sa.Text(), nullable=True, comment="Which one of that kind."),
        sa.Column("request_id", sa.Text(), nullable=True, comment="The request it happened in."),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), nullable=False, comment="When it was done."
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_audit_log")),
        schema="laurels",
        comment="Every change of configuration, member data and manual movement.",
    )
    op.create_index(
        op.f("ix_audit_log_tenant_id_target_type_target_id_created_at"),
        "audit_log",
        ["tenant_id", "target_type", "target_id", "created_at"],
        unique=False,
        schema="laurels",
    )
    op.create_table(
        "awards",
        sa.Column("tenant_id", sa.Uuid(), nullable=False, comment="The tenant that owns the row."),
        sa.Column(
            "subject_id",
            sa.Uuid(),
            nullable=False,
            comment="The purchase, member or deed it was about.",
        ),
        sa.Column("trigger", sa.Text(), nullable=False, comment="The event that was judged."),
        sa.Column("member_id", sa.Uuid(), nullable=False, comment="Who earned."),
        sa.Column("points", sa.BigInteger(), nullable=False, comment="What it earned in all."),
        sa.Column(
            "effects",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="Transactions it caused, by rule.",
        ),
        sa.Column(
            "explanation",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="Inputs and reasons.",
        ),
        sa.Column(
            "occurred_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When the event happened.",
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When it was judged.",
        ),
        sa.CheckConstraint("points >= 0", name=op.f("ck_awards_points_not_negative")),
        sa.PrimaryKeyConstraint("tenant_id", "subject_id", "trigger", name=op.f("pk_awards")),
        schema="laurels",
        comment="The why of every event: inputs, rule versions, caps. Ids only, no names.",
    )
    op.create_table(
        "counters",
        sa.Column("tenant_id", sa.Uuid(), nullable=False, comment="The tenant that owns the row."),
        sa.Column("name", sa.Text(), nullable=False, comment="What is counted."),
        sa.Column("value", sa.BigInteger(), nullable=False, comment="The last number given out."),
        sa.PrimaryKeyConstraint("tenant_id", "name", name=op.f("pk_counters")),
        schema="laurels",
        comment="Per-tenant numbers, one row per name.",
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("tenant_id", sa.Uuid(), nullable=False, comment="The tenant that owns the row."),
        sa.Column("key", sa.Text(), nullable=False, comment="The Idempotency-Key header."),
        sa.Column(
            "fingerprint",
            sa.LargeBinary(),
            nullable=False,
            comment="SHA-256 of method, path and body; a changed request is refused.",
        ),
        sa.Column("status", sa.SmallInteger(), nullable=True, comment="HTTP status answered."),
        sa.Column("body", sa.LargeBinary(), nullable=True, comment="Body answered, as sent."),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When the answer was given.",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "key", name=op.f("pk_idempotency_keys")),
        schema="laurels",
        comment="Answers kept for 7 days under the caller's Idempotency-Key.",
    )
    op.create_index(
        op.f("ix_idempotency_keys_tenant_id_created_at"),
        "idempotency_keys",
        ["tenant_id", "created_at"],
        unique=False,
        schema="laurels",
    )
    op.create_table(
        "member_sequences",
        sa.Column("tenant_id", sa.Uuid(), nullable=False, comment="The tenant that owns the row."),
        sa.Column("member_id", sa.Uuid(), nullable=False, comment="The member."),
        sa.Column(
            "last_seq",
            sa.BigInteger(),
            nullable=False,
            comment="Number of the member's last event.",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "member_id", name=op.f("pk_member_sequences")),
        schema="laurels",
        comment="Last event number per member.",
        postgresql_with={"fillfactor": 70},
    )
    op.create_table(
        "members",
        sa.Column("tenant_id", sa.Uuid(), nullable=False, comment="The tenant that owns the row."),
        sa.Column(
            "id",
            sa.Uuid(),
            server_default=sa.text("laurels.new_id()"),
            nullable=False,
            comment="UUIDv7, made by the application (by the database for rows written by SQL).",
        ),
        sa.Column(
            "external_id", sa.Text(), nullable=True, comment="The tenant's own id of the person."
        ),
        sa.Column(
            "email", sa.Text(), nullable=True, comment="Unique among active members, any case."
        ),
        sa.Column("first_name", sa.Text(), nullable=True, comment="Given name."),
        sa.Column("last_name", sa.Text(), nullable=True, comment="Family name."),
        sa.Column("phone", sa.Text(), nullable=True, comment="Telephone number, as given."),
        sa.Column("birthday", sa.Date(), nullable=True, comment="Day of birth."),
        sa.Column(
            "status",
            sa.Text(),
            server_default=sa.text("'active'"),
            nullable=False,
            comment="active, or archived: kept but out of sight.",
        ),
        sa.Column(
            "email_opt_in",
            sa.Boolean(),
            server_default=sa.text("true"),
            nullable=False,
            comment="May get e-mail.",
        ),
        sa.Column(
            "sms_opt_in",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="May get SMS.",
        ),
        sa.Column(
            "attributes",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="Free facts that rules may read.",
        ),
        sa.Column(
            "user_id", sa.Uuid(), nullable=True, comment="The person's global login, if any."
        ),
        sa.Column(
            "enrolled_at", sa.DateTime(timezone=True), nullable=False, comment="When they joined."
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When the row was written.",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When the row last changed.",
        ),
        sa.CheckConstraint(
            "status in ('active', 'archived')", name=op.f("ck_members_status_known")
        ),
        sa.CheckConstraint(
            "length(external_id) between 1 and 128", name=op.f("ck_members_external_id_length")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_members")),
        schema="laurels",
        comment="People in a tenant's programme.",
    )
    op.create_index(
        "uq_members_email",
        "members",
        ["tenant_id", sa.literal_column("lower(email)")],
        unique=True,
        schema="laurels",
        postgresql_where=sa.text("email is not null and status = 'active'"),
    )
    op.create_index(
        "uq_members_external_id",
        "members",
        ["tenant_id", "external_id"],
        unique=True,
        schema="laurels",
        postgresql_where=sa.text("external_id is not null"),
    )
    op.create_table(
        "outbox",
        sa.Column("tenant_id", sa.Uuid(), nullable=False, comment="The tenant that owns the row."),
        sa.Column(
            "id",
            sa.Uuid(),
            server_default=sa.text("laurels.new_id()"),
            nullable=False,
            comment="UUIDv7, made by the application (by the database for rows written by SQL).",
        ),
        sa.Column(
            "type",
            sa.Text(),
            nullable=False,
            comment="Name in the catalogue, such as points.credited.",
        ),
        sa.Column(
            "payload",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="The event's own fields.",
        ),
        sa.Column("member_id", sa.Uuid(), nullable=True, comment="The member it concerns, if any."),
        sa.Column(
            "member_seq", sa.BigInteger(), nullable=True, comment="Its place in the member's order."
        ),
        sa.Column(
            "occurred_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When it happened, in business time.",
        ),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), nullable=False, comment="When it was written."
        ),
        sa.Column(
            "historical",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="Imported history: never told to the outside.",
        ),
        sa.Column("cause", sa.Uuid(), nullable=True, comment="The event that led to this one."),
        sa.Column(
            "depth",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="How many events led to this one, at most 5.",
        ),
        sa.Column(
            "position", sa.BigInteger(), nullable=True, comment="Place in the stream, by the relay."
        ),
        sa.Column(
            "relayed_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When the relay was done.",
        ),
        sa.CheckConstraint(
            "(member_id is null) = (member_seq is null)", name=op.f("ck_outbox_member_has_seq")
        ),
        sa.CheckConstraint("depth between 0 and 5", name=op.f("ck_outbox_depth_bounded")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_outbox")),
        schema="laurels",
        comment="Events in the order of their member; the relay numbers and delivers them.",
    )
    op.create_table(
        "posting_keys",
        sa.Column("tenant_id", sa.Uuid(), nullable=False, comment="The tenant that owns the row."),
        sa.Column("source", sa.Text(), nullable=False, comment="Source of the movement."),
        sa.Column("key", sa.Text(), nullable=False, comment="Its key within the source."),
        sa.Column("transaction_id", sa.Uuid(), nullable=False, comment="The movement that has it."),
        sa.PrimaryKeyConstraint("tenant_id", "source", "key", name=op.f("pk_posting_keys")),
        schema="laurels",
        comment="What was booked already: source and key are unique.",
    )
    op.create_table(
        "rule_usage",
        sa.Column("tenant_id", sa.Uuid(), nullable=False, comment="The tenant that owns the row."),
        sa.Column("rule_id", sa.Uuid(), nullable=False, comment="The rule, all versions."),
        sa.Column("member_id", sa.Uuid(), nullable=False, comment="The member."),
        sa.Column(
            "period",
            sa.Text(),
            nullable=False,
            comment="day:2026-11-21, month:2026-11 or lifetime.",
        ),
        sa.Column("points", sa.BigInteger(), nullable=False, comment="Points had so far."),
        sa.CheckConstraint("points >= 0", name=op.f("ck_rule_usage_points_not_negative")),
        sa.PrimaryKeyConstraint(
            "tenant_id", "rule_id", "member_id", "period", name=op.f("pk_rule_usage")
        ),
        schema="laurels",
        comment="Points had from capped rules, per member and period.",
    )
    op.create_table(
        "schema_files",
        sa.Column("name", sa.Text(), nullable=False, comment="Path inside the package."),
        sa.Column("checksum", sa.Text(), nullable=False, comment="SHA-256 of the applied text."),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_schema_files")),
        schema="laurels",
        comment="Files of SQL functions and the checksum that was applied.",
    )
    op.create_table(
        "tenants",
        sa.Column(
            "id",
            sa.Uuid(),
            server_default=sa.text("laurels.new_id()"),
            nullable=False,
            comment="UUIDv7, made by the application (by the database for rows written by SQL).",
        ),
        sa.Column("slug", sa.Text(), nullable=False, comment="Short name for commands and URLs."),
        sa.Column("name", sa.Text(), nullable=False, comment="Name that people read."),
        sa.Column(
            "preset",
            sa.Text(),
            nullable=False,
            comment="What it was furnished as; nothing asks later.",
        ),
        sa.Column(
            "status",
            sa.Text(),
            server_default=sa.text("'active'"),
            nullable=False,
            comment="active, or suspended: earns and spends nothing.",
        ),
        sa.Column(
            "test",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="A test tenant: test keys, movable clock.",
        ),
        sa.Column(
            "currency",
            sa.Text(),
            nullable=False,
            comment="The one currency it trades in, ISO 4217.",
        ),
        sa.Column(
            "time_zone",
            sa.Text(),
            nullable=False,
            comment="IANA zone in which its days are counted.",
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When it was created.",
        ),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_tenants_currency_shape")),
        sa.CheckConstraint(
            "slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'", name=op.f("ck_tenants_slug_shape")
        ),
        sa.CheckConstraint(
            "status in ('active', 'suspended')", name=op.f("ck_tenants_status_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenants")),
        sa.UniqueConstraint("slug", name=op.f("uq_tenants_slug")),
        schema="laurels",
        comment="Who runs a programme: a shop, a merchant, a winery, a brand.",
    )
    op.create_table(
        "api_keys",
        sa.Column("tenant_id", sa.Uuid(), nullable=False, comment="The tenant that owns the row."),
        sa.Column(
            "id",
            sa.Uuid(),
            server_default=sa.text("laurels.new_id()"),
            nullable=False,
            comment="UUIDv7, made by the application (by the database for rows written by SQL).",
        ),
        sa.Column(
            "name", sa.Text(), nullable=False, comment="What the key is for, in its owner's words."
        ),
        sa.Column("mode", sa.Text(), nullable=False, comment="test or live, as its prefix says."),
        sa.Column("hash", sa.LargeBinary(), nullable=False, comment="SHA-256 of the whole key."),
        sa.Column(
            "hint", sa.Text(), nullable=False, comment="Last four letters, to recognise it by."
        ),
        sa.Column(
            "scopes",
            postgresql.ARRAY(sa.Text()),
            nullable=False,
            comment="Permissions it has; `*` is all of them, later ones too.",
        ),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), nullable=False, comment="When it was made."
        ),
        sa.Column(
            "expires_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When it ends, if ever.",
        ),
        sa.Column(
            "revoked_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When it was withdrawn.",
        ),
        sa.Column(
            "last_used_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When it was last used, to the minute.",
        ),
        sa.CheckConstraint("mode in ('test', 'live')", name=op.f("ck_api_keys_mode_known")),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["laurels.tenants.id"], name=op.f("fk_api_keys_tenant_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_api_keys")),
        schema="laurels",
        comment="API keys by hash, with scopes and expiry.",
    )
    op.create_table(
        "import_runs",
        sa.Column("tenant_id", sa.Uuid(), nullable=False, comment="The tenant that owns the row."),
        sa.Column(
            "id",
            sa.Uuid(),
            server_default=sa.text("laurels.new_id()"),
            nullable=False,
            comment="UUIDv7, made by the application (by the database for rows written by SQL).",
        ),
        sa.Column("kind", sa.Text(), nullable=False, comment="What was imported."),
        sa.Column(
            "source", sa.Text(), nullable=False, comment="Name that its natural keys begin with."
        ),
        sa.Column("file_name", sa.Text(), nullable=False, comment="Name of the file."),
        sa.Column("status", sa.Text(), nullable=False, comment="running, finished or failed."),
        sa.Column(
            "read",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="Rows read.",
        ),
        sa.Column(
            "booked",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="Rows booked.",
        ),
        sa.Column(
            "skipped",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="Rows that were there already.",
        ),
        sa.Column(
            "rejected",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="Rows refused.",
        ),
        sa.Column(
            "started_at", sa.DateTime(timezone=True), nullable=False, comment="When it began."
        ),
        sa.Column(
            "finished_at", sa.DateTime(timezone=True), nullable=True, comment="When it ended."
        ),
        sa.CheckConstraint(
            "kind in ('members', 'purchases')", name=op.f("ck_import_runs_kind_known")
        ),
        sa.CheckConstraint(
            "status in ('running', 'finished', 'failed')", name=op.f("ck_import_runs_status_known")
        ),
        sa.CheckConstraint(
            "read >= 0 and booked >= 0 and skipped >= 0 and rejected >= 0",
            name=op.f("ck_import_runs_n"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["laurels.tenants.id"], name=op.f("fk_import_runs_tenant_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_import_runs")),
        schema="laurels",
        comment="Imports of files, with progress; a broken run is simply run again.",
    )
    op.create_table(
        "login_tenants",
        sa.Column("login", sa.Text(), nullable=False, comment="Name of the database login."),
        sa.Column("tenant_id", sa.Uuid(), nullable=False, comment="The tenant it may see."),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["laurels.tenants.id"], name=op.f("fk_login_tenants_tenant_id")
        ),
        sa.PrimaryKeyConstraint("login", name=op.f("pk_login_tenants")),
        schema="laurels",
        comment="Database logins of people and integrations, each bound to one tenant.",
    )
    op.create_table(
        "member_totals",
        sa.Column("tenant_id", sa.Uuid(), nullable=False, comment="The tenant that owns the row."),
        sa.Column("member_id", sa.Uuid(), nullable=False, comment="The member."),
        sa.Column(
            "spend",
            sa.Numeric(precision=38, scale=4),
            nullable=False,
            comment="Sum of completed purchases.",
        ),
        sa.Column(
            "refunded", sa.Numeric(precision=38, scale=4), nullable=False, comment="Sum of refunds."
        ),
        sa.Column(
            "purchases", sa.BigInteger(), nullable=False, comment="Number of completed purchases."
        ),
        sa.Column(
            "first_purchase_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Earliest purchase.",
        ),
        sa.Column(
            "last_purchase_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Latest purchase.",
        ),
        sa.CheckConstraint("purchases >= 0", name=op.f("ck_member_totals_purchases")),
        sa.CheckConstraint(
            "spend >= 0 and refunded >= 0 and refunded <= spend",
            name=op.f("ck_member_totals_money"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "member_id"],
            ["laurels.members.tenant_id", "laurels.members.id"],
            name=op.f("fk_member_totals_tenant_id_member_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "member_id", name=op.f("pk_member_totals")),
        schema="laurels",
        comment="Lifetime totals per member.",
        postgresql_with={"fillfactor": 70},
    )
    op.create_table(
        "programs",
        sa.Column("tenant_id", sa.Uuid(), nullable=False, comment="The tenant that owns the row."),
        sa.Column(
            "id",
            sa.Uuid(),
            server_default=sa.text("laurels.new_id()"),
            nullable=False,
            comment="UUIDv7, made by the application (by the database for rows written by SQL).",
        ),
        sa.Column("name", sa.Text(), nullable=False, comment="What the programme is called."),
        sa.Column(
            "unit_name",
            sa.Text(),
            server_default=sa.text("'points'"),
            nullable=False,
            comment="What its unit is called: points, coins, stamps.",
        ),
        sa.Column(
            "is_default",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="The one that rules mean when they name none.",
        ),
        sa.Column(
            "point_value",
            sa.Numeric(precision=19, scale=4),
            server_default=sa.text("0.01"),
            nullable=False,
            comment="Worth of one point in the tenant's currency.",
        ),
        sa.Column(
            "minimum_redemption_points",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="Smallest number of points paid with at once.",
        ),
        sa.Column(
            "maturity_days",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="Local days until earned points can be spent.",
        ),
        sa.Column(
            "expiry_days",
            sa.BigInteger(),
            nullable=True,
            comment="Local days until points lapse; null: never.",
        ),
        sa.Column(
            "grace_days",
            sa.BigInteger(),
            server_default=sa.text("30"),
            nullable=False,
            comment="Days that points get which come back lapsed.",
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When it was made.",
        ),
        sa.CheckConstraint(
            "expiry_days between 1 and 36500 and expiry_days > maturity_days",
            name=op.f("ck_programs_expires_after_maturity"),
        ),
        sa.CheckConstraint("grace_days between 1 and 3650", name=op.f("ck_programs_grace_bounded")),
        sa.CheckConstraint(
            "maturity_days between 0 and 3650", name=op.f("ck_programs_maturity_bounded")
        ),
        sa.CheckConstraint(
            "minimum_redemption_points >= 0", name=op.f("ck_programs_minimum_not_negative")
        ),
        sa.CheckConstraint("point_value >= 0", name=op.f("ck_programs_value_not_negative")),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["laurels.tenants.id"], name=op.f("fk_programs_tenant_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_programs")),
        sa.UniqueConstraint("tenant_id", "name", name=op.f("uq_programs_tenant_id_name")),
        schema="laurels",
        comment="Kinds of points.",
    )
    op.create_index(
        "uq_programs_default",
        "programs",
        ["tenant_id"],
        unique=True,
        schema="laurels",
        postgresql_where=sa.text("is_default"),
    )
    op.create_table(
        "purchases",
        sa.Column("tenant_id", sa.Uuid(), nullable=False, comment="The tenant that owns the row."),
        sa.Column(
            "id",
            sa.Uuid(),
            server_default=sa.text("laurels.new_id()"),
            nullable=False,
            comment="UUIDv7, made by the application (by the database for rows written by SQL).",
        ),
        sa.Column(
            "source", sa.Text(), nullable=False, comment="Where it came from: api, a shop, a file."
        ),
        sa.Column(
            "external_id", sa.Text(), nullable=True, comment="Its number there; unique per source."
        ),
        sa.Column("member_id", sa.Uuid(), nullable=True, comment="Who bought; null for a guest."),
        sa.Column(
            "status", sa.Text(), nullable=False, comment="pending, completed, failed or cancelled."
        ),
        sa.Column(
            "amount",
            sa.Numeric(precision=19, scale=4),
            nullable=False,
            comment="What was paid, in the tenant's currency.",
        ),
        sa.Column(
            "refunded",
            sa.Numeric(precision=19, scale=4),
            server_default=sa.text("0"),
            nullable=False,
            comment="What went back so far, in the same currency.",
        ),
        sa.Column("currency", sa.Text(), nullable=False, comment="ISO 4217 code."),
        sa.Column(
            "channel", sa.Text(), nullable=True, comment="Where it happened, such as online."
        ),
        sa.Column(
            "payment_method", sa.Text(), nullable=True, comment="cash, card, mobile or other."
        ),
        sa.Column("note", sa.Text(), nullable=True, comment="A remark."),
        sa.Column(
            "attributes",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="Free facts that rules may read.",
        ),
        sa.Column(
            "content",
            sa.LargeBinary(),
            nullable=True,
            comment="SHA-256 of what was sent; tells a repeat from a change.",
        ),
        sa.Column(
            "occurred_at", sa.DateTime(timezone=True), nullable=False, comment="When it happened."
        ),
        sa.Column(
            "completed_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When it became completed.",
        ),
        sa.Column(
            "settled_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When its effect on points was booked; null for one completed by SQL.",
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When the row was written.",
        ),
        sa.CheckConstraint(
            "(status = 'completed') = (completed_at is not null)",
            name=op.f("ck_purchases_completed_has_time"),
        ),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_purchases_currency_shape")),
        sa.CheckConstraint(
            "jsonb_typeof(attributes) = 'object'", name=op.f("ck_purchases_attributes_object")
        ),
        sa.CheckConstraint(
            "occurred_at >= '1970-01-01' and occurred_at < '9999-01-01'",
            name=op.f("ck_purchases_occurred_at_sane"),
        ),
        sa.CheckConstraint(
            "refunded = 0 or status = 'completed'",
            name=op.f("ck_purchases_only_completed_refunded"),
        ),
        sa.CheckConstraint(
            "settled_at is null or status = 'completed'",
            name=op.f("ck_purchases_settled_completed"),
        ),
        sa.CheckConstraint(
            "status in ('pending', 'completed', 'failed', 'cancelled')",
            name=op.f("ck_purchases_status_known"),
        ),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_purchases_amount_not_negative")),
        sa.CheckConstraint(
            "refunded >= 0 and refunded <= amount", name=op.f("ck_purchases_refunded_within_amount")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "member_id"],
            ["laurels.members.tenant_id", "laurels.members.id"],
            name=op.f("fk_purchases_tenant_id_member_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_purchases")),
        sa.UniqueConstraint("tenant_id", "source", "external_id", name="uq_purchases_natural_key"),
        schema="laurels",
        comment="Money spent. A completed purchase is settled exactly once.",
    )
    op.create_index(
        "ix_purchases_member",
        "purchases",
        ["tenant_id", "member_id", "occurred_at"],
        unique=False,
        schema="laurels",
    )
    op.create_index(
        "ix_purchases_time",
        "purchases",
        ["tenant_id", "occurred_at"],
        unique=False,
        schema="laurels",
    )
    op.create_index(
        "ix_purchases_unsettled",
        "purchases",
        ["tenant_id", "id"],
        unique=False,
        schema="laurels",
        postgresql_where=sa.text("status = 'completed' and settled_at is null"),
    )
    op.create_table(
        "tenant_settings",
        sa.Column("tenant_id", sa.Uuid(), nullable=False, comment="The tenant that owns the row."),
        sa.Column("section", sa.Text(), nullable=False, comment="Name of the section."),
        sa.Column(
            "values",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="Values by name.",
        ),
        sa.Column(
            "version", sa.BigInteger(), nullable=False, comment="Counts up with every change."
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When it last changed.",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["laurels.tenants.id"], name=op.f("fk_tenant_settings_tenant_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "section", name=op.f("pk_tenant_settings")),
        schema="laurels",
        comment="Typed settings by section; absent values are the section's defaults.",
    )
    op.create_table(
        "tenant_settings_history",
        sa.Column("tenant_id", sa.Uuid(), nullable=False, comment="The tenant that owns the row."),
        sa.Column("section", sa.Text(), nullable=False, comment="Name of the section."),
        sa.Column("version", sa.BigInteger(), nullable=False, comment="Which version."),
        sa.Column(
            "values",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="Values by name in this version.",
        ),
        sa.Column(
            "changed_at", sa.DateTime(timezone=True), nullable=False, comment="When it was made."
        ),
        sa.Column("actor_type", sa.Text(), nullable=False, comment="Kind of who made it."),
        sa.Column("actor_id", sa.Text(), nullable=True, comment="Which one of that kind."),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["laurels.tenants.id"], name=op.f("fk_tenant_settings_history_tenant_id")
        ),
        sa.PrimaryKeyConstraint(
            "tenant_id", "section", "version", name=op.f("pk_tenant_settings_history")
        ),
        schema="laurels",
        comment="Every version of every section of settings, with who made it.",
    )
    op.create_table(
        "earning_rules",
        sa.Column("tenant_id", sa.Uuid(), nullable=False, comment="The tenant that owns the row."),
        sa.Column(
            "id",
            sa.Uuid(),
            server_default=sa.text("laurels.new_id()"),
            nullable=False,
            comment="UUIDv7, made by the application (by the database for rows written by SQL).",
        ),
        sa.Column("version", sa.BigInteger(), nullable=False, comment="Which version, from 1."),
        sa.Column("current", sa.Boolean(), nullable=False, comment="The version in force."),
        sa.Column("name", sa.Text(), nullable=False, comment="What it is called."),
        sa.Column("trigger", sa.Text(), nullable=False, comment="The event that it listens to."),
        sa.Column("status", sa.Text(), nullable=False, comment="active, paused or archived."),
        sa.Column(
            "priority",
            sa.BigInteger(),
            nullable=False,
            comment="Higher goes first where only one may win.",
        ),
        sa.Column(
            "conditions",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="When it fires; null: always.",
        ),
        sa.Column(
            "award",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="What it gives.",
        ),
        sa.Column(
            "caps",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="At most how much, per member.",
        ),
        sa.Column(
            "starts_at", sa.DateTime(timezone=True), nullable=True, comment="From when, inclusive."
        ),
        sa.Column(
            "ends_at", sa.DateTime(timezone=True), nullable=True, comment="Until when, exclusive."
        ),
        sa.Column(
            "stacking",
            sa.Text(),
            nullable=False,
            comment="stack, or exclusive: shuts out the others.",
        ),
        sa.Column(
            "exclusion_group", sa.Text(), nullable=True, comment="Only the best of a group wins."
        ),
        sa.Column(
            "program_id", sa.Uuid(), nullable=True, comment="Which points; null: the default."
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When this version was made.",
        ),
        sa.Column("actor_type", sa.Text(), nullable=False, comment="Kind of who made it."),
        sa.Column("actor_id", sa.Text(), nullable=True, comment="Which one of that kind."),
        sa.CheckConstraint(
            "stacking in ('stack', 'exclusive')", name=op.f("ck_earning_rules_stacking_known")
        ),
        sa.CheckConstraint(
            "status in ('active', 'paused', 'archived')", name=op.f("ck_earning_rules_status_known")
        ),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_earning_rules_window_order")),
        sa.CheckConstraint("version > 0", name=op.f("ck_earning_rules_version_positive")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "program_id"],
            ["laurels.programs.tenant_id", "laurels.programs.id"],
            name=op.f("fk_earning_rules_tenant_id_program_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["laurels.tenants.id"], name=op.f("fk_earning_rules_tenant_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", "version", name=op.f("pk_earning_rules")),
        schema="laurels",
        comment="Rules that say what an event earns, version by version.",
    )
    op.create_index(
        "uq_earning_rules_current",
        "earning_rules",
        ["tenant_id", "id"],
        unique=True,
        schema="laurels",
        postgresql_where=sa.text("current"),
    )
    op.create_table(
        "purchase_lines",
        sa.Column("tenant_id", sa.Uuid(), nullable=False, comment="The tenant that owns the row."),
        sa.Column(
            "id",
            sa.Uuid(),
            server_default=sa.text("laurels.new_id()"),
            nullable=False,
            comment="UUIDv7, made by the application (by the database for rows written by SQL).",
        ),
        sa.Column("purchase_id", sa.Uuid(), nullable=False, comment="The purchase."),
        sa.Column(
            "position", sa.BigInteger(), nullable=False, comment="Place in the purchase, from 1."
        ),
        sa.Column("sku", sa.Text(), nullable=True, comment="Stock number of the product."),
        sa.Column("name", sa.Text(), nullable=True, comment="What the product is called."),
        sa.Column("category", sa.Text(), nullable=True, comment="Group of products."),
        sa.Column(
            "quantity", sa.Numeric(precision=19, scale=4), nullable=False, comment="How many."
        ),
        sa.Column(
            "unit_price", sa.Numeric(precision=19, scale=4), nullable=False, comment="Price of one."
        ),
        sa.Column(
            "amount",
            sa.Numeric(precision=19, scale=4),
            nullable=False,
            comment="Price of all, after discounts.",
        ),
        sa.Column(
            "attributes",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="Free facts that rules may read.",
        ),
        sa.CheckConstraint(
            "jsonb_typeof(attributes) = 'object'", name=op.f("ck_purchase_lines_attributes_object")
        ),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_purchase_lines_quantity_positive")),
        sa.CheckConstraint(
            "unit_price >= 0 and amount >= 0", name=op.f("ck_purchase_lines_money_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "purchase_id"],
            ["laurels.purchases.tenant_id", "laurels.purchases.id"],
            name=op.f("fk_purchase_lines_tenant_id_purchase_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_purchase_lines")),
        sa.UniqueConstraint(
            "tenant_id",
            "purchase_id",
            "position",
            name=op.f("uq_purchase_lines_tenant_id_purchase_id_position"),
        ),
        schema="laurels",
        comment="Positions of purchases.",
    )
    op.create_table(
        "refunds",
        sa.Column("tenant_id", sa.Uuid(), nullable=False, comment="The tenant that owns the row."),
        sa.Column(
            "id",
            sa.Uuid(),
            server_default=sa.text("laurels.new_id()"),
            nullable=False,
            comment="UUIDv7, made by the application (by the database for rows written by SQL).",
        ),
        sa.Column("purchase_id", sa.Uuid(), nullable=False, comment="The purchase."),
        sa.Column("source", sa.Text(), nullable=False, comment="Where it came from."),
        sa.Column("external_id", sa.Text(), nullable=True, comment="Its number there."),
        sa.Column(
            "amount", sa.Numeric(precision=19, scale=4), nullable=False, comment="What went back."
        ),
        sa.Column(
            "points",
            sa.BigInteger(),
            nullable=True,
            comment="What it did to the member's points, zero or less; null until it is settled.",
        ),
        sa.Column("reason", sa.Text(), nullable=True, comment="Why."),
        sa.Column(
            "occurred_at", sa.DateTime(timezone=True), nullable=False, comment="When it happened."
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When the row was written.",
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_refunds_amount_positive")),
        sa.CheckConstraint("points <= 0", name=op.f("ck_refunds_points_not_positive")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "purchase_id"],
            ["laurels.purchases.tenant_id", "laurels.purchases.id"],
            name=op.f("fk_refunds_tenant_id_purchase_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_refunds")),
        sa.UniqueConstraint("tenant_id", "source", "external_id", name="uq_refunds_natural_key"),
        schema="laurels",
        comment="Money that went back to the buyer.",
    )
    op.create_index(
        "ix_refunds_purchase",
        "refunds",
        ["tenant_id", "purchase_id"],
        unique=False,
        schema="laurels",
    )
    op.create_table(
        "rejected_rows",
        sa.Column("tenant_id", sa.Uuid(), nullable=False, comment="The tenant that owns the row."),
        sa.Column("run_id", sa.Uuid(), nullable=False, comment="The run."),
        sa.Column("line", sa.BigInteger(), nullable=False, comment="Line in the file, from 1."),
        sa.Column("field", sa.Text(), nullable=True, comment="Column that is wrong."),
        sa.Column("code", sa.Text(), nullable=False, comment="What sort of trouble."),
        sa.Column(
            "message", sa.Text(), nullable=False, comment="What is wrong and what would be right."
        ),
        sa.Column(
            "row",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="The row as read.",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "run_id"],
            ["laurels.import_runs.tenant_id", "laurels.import_runs.id"],
            name=op.f("fk_rejected_rows_tenant_id_run_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "run_id", "line", name=op.f("pk_rejected_rows")),
        schema="laurels",
        comment="Rows refused by imports, with the reason and the remedy.",
    )
    op.create_table(
        "wallets",
        sa.Column("tenant_id", sa.Uuid(), nullable=False, comment="The tenant that owns the row."),
        sa.Column(
            "id",
            sa.Uuid(),
            server_default=sa.text("laurels.new_id()"),
            nullable=False,
            comment="UUIDv7, made by the application (by the database for rows written by SQL).",
        ),
        sa.Column("member_id", sa.Uuid(), nullable=False, comment="Whose it is."),
        sa.Column("program_id", sa.Uuid(), nullable=False, comment="Of which program."),
        sa.Column(
            "available",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="Spendable now.",
        ),
        sa.Column(
            "pending",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="Earned, not yet spendable.",
        ),
        sa.Column(
            "held",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="Set aside by holds.",
        ),
        sa.Column(
            "debt",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="Taken back more than there was; the next earn pays.",
        ),
        sa.Column(
            "lifetime_earned",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="Sum of all positive points that came by earning.",
        ),
        sa.Column(
            "lifetime_redeemed",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="Sum of points spent, net of what came back.",
        ),
        sa.Column(
            "lifetime_expired",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="Sum of points that lapsed.",
        ),
        sa.Column(
            "seq",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="Number of its last transaction.",
        ),
        sa.Column(
            "has_lots",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="Whether any of its lots still holds points.",
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When it was opened.",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When it last changed.",
        ),
        sa.CheckConstraint(
            "available >= 0 and pending >= 0 and held >= 0 and debt >= 0",
            name=op.f("ck_wallets_never_negative"),
        ),
        sa.CheckConstraint(
            "debt = 0 or available = 0", name=op.f("ck_wallets_debt_only_when_empty")
        ),
        sa.CheckConstraint(
            "lifetime_earned <= 9007199254740991 and debt <= 9007199254740991",
            name=op.f("ck_wallets_bounded"),
        ),
        sa.CheckConstraint(
            "lifetime_earned >= 0 and lifetime_redeemed >= 0 and lifetime_expired >= 0 and seq >= 0",
            name=op.f("ck_wallets_totals_not_negative"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "member_id"],
            ["laurels.members.tenant_id", "laurels.members.id"],
            name=op.f("fk_wallets_tenant_id_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "program_id"],
            ["laurels.programs.tenant_id", "laurels.programs.id"],
            name=op.f("fk_wallets_tenant_id_program_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_wallets")),
        sa.UniqueConstraint(
            "tenant_id",
            "member_id",
            "program_id",
            name=op.f("uq_wallets_tenant_id_member_id_program_id"),
        ),
        schema="laurels",
        comment="Balances. Rebuilt at any time from transactions, lots and holds.",
        postgresql_with={"fillfactor": 70},
    )
    op.create_table(
        "holds",
        sa.Column("tenant_id", sa.Uuid(), nullable=False, comment="The tenant that owns the row."),
        sa.Column(
            "id",
            sa.Uuid(),
            server_default=sa.text("laurels.new_id()"),
            nullable=False,
            comment="UUIDv7, made by the application (by the database for rows written by SQL).",
        ),
        sa.Column("wallet_id", sa.Uuid(), nullable=False, comment="The wallet."),
        sa.Column("points", sa.BigInteger(), nullable=False, comment="How many were set aside."),
        sa.Column(
            "captured",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="How many of them were spent.",
        ),
        sa.Column(
            "status", sa.Text(), nullable=False, comment="open, captured, released or expired."
        ),
        sa.Column("reason", sa.Text(), nullable=True, comment="What for."),
        sa.Column(
            "expires_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When it lets go by itself.",
        ),
        sa.Column("transaction_id", sa.Uuid(), nullable=True, comment="The capture, if any."),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When they were set aside.",
        ),
        sa.Column(
            "closed_at", sa.DateTime(timezone=True), nullable=True, comment="When that ended."
        ),
        sa.CheckConstraint(
            "(status = 'captured') = (captured > 0)", name=op.f("ck_holds_captured_known")
        ),
        sa.CheckConstraint(
            "(status = 'open') = (closed_at is null)", name=op.f("ck_holds_closed_has_time")
        ),
        sa.CheckConstraint(
            "status in ('open', 'captured', 'released', 'expired')",
            name=op.f("ck_holds_status_known"),
        ),
        sa.CheckConstraint(
            "captured >= 0 and captured <= points", name=op.f("ck_holds_captured_within")
        ),
        sa.CheckConstraint("points > 0", name=op.f("ck_holds_points_positive")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "wallet_id"],
            ["laurels.wallets.tenant_id", "laurels.wallets.id"],
            name=op.f("fk_holds_tenant_id_wallet_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_holds")),
        schema="laurels",
        comment="Points set aside: captured (spent) or released (given back) later.",
    )
    op.create_index(
        "ix_holds_expiring",
        "holds",
        ["tenant_id", "expires_at"],
        unique=False,
        schema="laurels",
        postgresql_where=sa.text("status = 'open' and expires_at is not null"),
    )
    op.create_table(
        "lots",
        sa.Column("tenant_id", sa.Uuid(), nullable=False, comment="The tenant that owns the row."),
        sa.Column(
            "id",
            sa.Uuid(),
            server_default=sa.text("laurels.new_id()"),
            nullable=False,
            comment="UUIDv7, made by the application (by the database for rows written by SQL).",
        ),
        sa.Column("wallet_id", sa.Uuid(), nullable=False, comment="The wallet they are in."),
        sa.Column(
            "transaction_id",
            sa.Uuid(),
            nullable=False,
            comment="The transaction that brought them.",
        ),
        sa.Column("initial", sa.BigInteger(), nullable=False, comment="How many there were."),
        sa.Column(
            "remaining",
            sa.BigInteger(),
            nullable=False,
            comment="How many are left, holds excluded.",
        ),
        sa.Column(
            "expired",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="How many lapsed.",
        ),
        sa.Column(
            "expired_counted",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="How many of the lapsed count as taken by a refund.",
        ),
        sa.Column(
            "matures_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When they can be spent.",
        ),
        sa.Column(
            "matured_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When they became spendable.",
        ),
        sa.Column(
            "expires_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When they lapse; null: never.",
        ),
        sa.CheckConstraint(
            "expired >= 0 and expired <= initial", name=op.f("ck_lots_expired_within")
        ),
        sa.CheckConstraint(
            "expired_counted >= 0 and expired_counted <= expired",
            name=op.f("ck_lots_counted_within"),
        ),
        sa.CheckConstraint("initial > 0", name=op.f("ck_lots_initial_positive")),
        sa.CheckConstraint(
            "matured_at is not null or matures_at is not null", name=op.f("ck_lots_ripens")
        ),
        sa.CheckConstraint(
            "remaining >= 0 and remaining <= initial", name=op.f("ck_lots_remaining_within")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "wallet_id"],
            ["laurels.wallets.tenant_id", "laurels.wallets.id"],
            name=op.f("fk_lots_tenant_id_wallet_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_lots")),
        schema="laurels",
        comment="Points that expire or mature, with their dates; earliest expiry first.",
        postgresql_with={"fillfactor": 80},
    )
    op.create_index(
        "ix_lots_expiring",
        "lots",
        ["tenant_id", "expires_at"],
        unique=False,
        schema="laurels",
        postgresql_where=sa.text("remaining > 0 and expires_at is not null"),
    )
    op.create_index(
        "ix_lots_maturing",
        "lots",
        ["tenant_id", "matures_at"],
        unique=False,
        schema="laurels",
        postgresql_where=sa.text("matured_at is null and remaining > 0"),
    )
    op.create_index(
        "ix_lots_open",
        "lots",
        ["tenant_id", "wallet_id", "expires_at"],
        unique=False,
        schema="laurels",
        postgresql_where=sa.text("remaining > 0"),
    )
    op.create_index(
        "ix_lots_transaction",
        "lots",
        ["tenant_id", "transaction_id"],
        unique=False,
        schema="laurels",
    )
    op.create_table(
        "point_transactions",
        sa.Column("tenant_id", sa.Uuid(), nullable=False, comment="The tenant that owns the row."),
        sa.Column(
            "id",
            sa.Uuid(),
            server_default=sa.text("laurels.new_id()"),
            nullable=False,
            comment="UUIDv7, made by the application (by the database for rows written by SQL).",
        ),
        sa.Column("wallet_id", sa.Uuid(), nullable=False, comment="The wallet that moved."),
        sa.Column(
            "seq",
            sa.BigInteger(),
            nullable=False,
            comment="Its number in the wallet, from 1 without gaps.",
        ),
        sa.Column("type", sa.Text(), nullable=False, comment="What sort of movement it is."),
        sa.Column("source", sa.Text(), nullable=False, comment="What brought it about."),
        sa.Column("source_id", sa.Text(), nullable=True, comment="Which one of that source."),
        sa.Column("amount", sa.BigInteger(), nullable=False, comment="What it did to the balance."),
        sa.Column(
            "debt_delta", sa.BigInteger(), nullable=False, comment="What it did to the debt."
        ),
        sa.Column(
            "points",
            sa.BigInteger(),
            sa.Computed("amount - debt_delta", persisted=True),
            nullable=False,
            comment="What the event is worth.",
        ),
        sa.Column(
            "balance_after",
            sa.BigInteger(),
            nullable=False,
            comment="Available + pending + held after it.",
        ),
        sa.Column(
            "reverses_id",
            sa.Uuid(),
            nullable=True,
            comment="The transaction that this one takes back, wholly or in part.",
        ),
        sa.Column("reason", sa.Text(), nullable=True, comment="Why, in somebody's words."),
        sa.Column("actor_type", sa.Text(), nullable=False, comment="Kind of who did it."),
        sa.Column("actor_id", sa.Text(), nullable=True, comment="Which one of that kind."),
        sa.Column(
            "occurred_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When it happened, in business time.",
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When it was booked.",
        ),
        sa.CheckConstraint(
            "case when type in ('earned', 'bonus') then amount - debt_delta > 0 when type in ('redeemed', 'expired', 'penalty') then amount - debt_delta < 0 else true end",
            name=op.f("ck_point_transactions_sign_fits_type"),
        ),
        sa.CheckConstraint(
            "debt_delta = 0 or (debt_delta < 0 and (amount >= 0 or source = 'debt')) or (debt_delta > 0 and amount <= 0)",
            name=op.f("ck_point_transactions_debt_fits_amount"),
        ),
        sa.CheckConstraint(
            "source in ('purchase', 'referral', 'signup', 'review', 'social_share', 'birthday', 'campaign', 'manual', 'steps', 'achievement', 'redemption', 'expiration', 'refund', 'debt', 'merge', 'migration', 'import')",
            name=op.f("ck_point_transactions_source_known"),
        ),
        sa.CheckConstraint(
            "type in ('earned', 'redeemed', 'bonus', 'adjusted', 'expired', 'refunded', 'reversed', 'penalty', 'transferred')",
            name=op.f("ck_point_transactions_type_known"),
        ),
        sa.CheckConstraint(
            "abs(amount) <= 9007199254740991 and abs(debt_delta) <= 9007199254740991",
            name=op.f("ck_point_transactions_bounded"),
        ),
        sa.CheckConstraint(
            "amount <> 0 or debt_delta <> 0", name=op.f("ck_point_transactions_does_something")
        ),
        sa.CheckConstraint(
            "balance_after >= 0 and seq > 0",
            name=op.f("ck_point_transactions_balance_not_negative"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "wallet_id"],
            ["laurels.wallets.tenant_id", "laurels.wallets.id"],
            name=op.f("fk_point_transactions_tenant_id_wallet_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_point_transactions")),
        sa.UniqueConstraint(
            "tenant_id",
            "wallet_id",
            "seq",
            name=op.f("uq_point_transactions_tenant_id_wallet_id_seq"),
        ),
        schema="laurels",
        comment="The ledger: append-only, one row per movement of a wallet.",
    )
    op.create_index(
        "ix_point_transactions_reverses",
        "point_transactions",
        ["tenant_id", "reverses_id"],
        unique=False,
        schema="laurels",
        postgresql_where=sa.text("reverses_id is not null"),
    )
    op.create_table(
        "lot_entries",
        sa.Column("tenant_id", sa.Uuid(), nullable=False, comment="The tenant that owns the row."),
        sa.Column(
            "id",
            sa.Uuid(),
            server_default=sa.text("laurels.new_id()"),
            nullable=False,
            comment="UUIDv7, made by the application (by the database for rows written by SQL).",
        ),
        sa.Column("lot_id", sa.Uuid(), nullable=False, comment="The lot."),
        sa.Column("transaction_id", sa.Uuid(), nullable=True, comment="The transaction, or"),
        sa.Column("hold_id", sa.Uuid(), nullable=True, comment="the hold that did it."),
        sa.Column(
            "amount",
            sa.BigInteger(),
            nullable=False,
            comment="What it did to the lot's remaining points.",
        ),
        sa.CheckConstraint(
            "(transaction_id is null) <> (hold_id is null)",
            name=op.f("ck_lot_entries_transaction_or_hold"),
        ),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_lot_entries_does_something")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "lot_id"],
            ["laurels.lots.tenant_id", "laurels.lots.id"],
            name=op.f("fk_lot_entries_tenant_id_lot_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_lot_entries")),
        schema="laurels",
        comment="What was taken from lots (negative) and given back (positive).",
    )
    op.create_index(
        "ix_lot_entries_hold",
        "lot_entries",
        ["tenant_id", "hold_id"],
        unique=False,
        schema="laurels",
        postgresql_where=sa.text("hold_id is not null"),
    )
    op.create_index(
        "ix_lot_entries_lot", "lot_entries", ["tenant_id", "lot_id"], unique=False, schema="laurels"
    )
    op.create_index(
        "ix_lot_entries_transaction",
        "lot_entries",
        ["tenant_id", "transaction_id"],
        unique=False,
        schema="laurels",
        postgresql_where=sa.text("transaction_id is not null"),
    )
    build_wall()


def build_wall() -> None:
    """Keep tenants apart and history unchanged."""
    append = "select, insert"
    op.execute(LOGIN_TENANT)
    protect("audit_log", app=append)
    protect("outbox")
    protect("member_sequences", bi=False)
    protect("tenants", app="select, insert, update (name, status)", column="id")
    protect("tenant_settings")
    protect("tenant_settings_history", app=append)
    protect("api_keys", bi=False)
    protect("idempotency_keys", app="select, insert, update, delete", bi=False)
    protect("counters", bi=False)
    protect("members", integration=["select"])
    protect("member_totals")
    protect("programs")
    protect("wallets")
    protect("point_transactions", app=append)
    protect("posting_keys", app=append, bi=False)
    protect("lots")
    protect("holds")
    protect("lot_entries", app=append)
    protect(
        "purchases",
        integration=["select", f"insert ({PURCHASE_COLUMNS})", "update (status, completed_at)"],
    )
    protect("purchase_lines", integration=["select", "insert"])
    protect("refunds")
    protect("earning_rules", app="select, insert, update (current)")
    protect("awards", app=append)
    protect("rule_usage")
    protect("import_runs")
    protect("rejected_rows", app=append)
    for table in ("point_transactions", "lot_entries", "audit_log", "tenant_settings_history"):
        append_only(table)
    op.execute("grant select on laurels.schema_files to laurels_app")
    op.execute("grant select on laurels.login_tenants to laurels_maintenance")
    op.execute("grant select, insert, delete on laurels.login_tenants to laurels_maintenance")


PURCHASE_COLUMNS = (
    "tenant_id, id, source, external_id, member_id, status, amount, currency, channel,"
    " payment_method, note, attributes, occurred_at, completed_at"
)

LOGIN_TENANT = """
create function laurels.login_tenant() returns uuid
language sql stable security definer set search_path = laurels, pg_temp as $$
  select tenant_id from laurels.login_tenants where login = session_user
$$
"""

FUNCTIONS = (
    "book_outbox",
    "login_tenant",
    "find_tenant",
    "list_tenants",
    "lock_wallets",
    "book_postings",
    "book_lots",
    "record_purchases",
    "announce_purchase",
    "purge_tenant",
    "ensure_members",
    "add_purchases_to_totals",
    "add_refunds_to_totals",
    "book_awards",
    "lock_usage",
    "refresh_statistics",
)

NEW_ID = """
create function laurels.new_id() returns uuid language sql volatile as $$
  -- UUIDv7 for rows written by SQL: 48 bits of milliseconds, then version, then chance.
  select encode(
    set_bit(
      set_bit(
        overlay(
          uuid_send(gen_random_uuid())
          placing substring(
            int8send(floor(extract(epoch from clock_timestamp()) * 1000)::bigint) from 3
          )
          from 1 for 6
        ),
        52, 1
      ),
      53, 1
    ),
    'hex'
  )::uuid
$$
"""

REFUSE_CHANGE = """
create function laurels.refuse_change() returns trigger language plpgsql as $$
begin
  -- Only the functions of the maintenance role may really delete (purge, erasure).
  if current_user = 'laurels_maintenance' then
    return coalesce(new, old);
  end if;
  raise exception 'rows of this table are never changed or deleted; book a reversal instead'
    using errcode = 'restrict_violation';
end
$$
"""


def downgrade() -> None:
    """Undo. Takes the data with it: only for empty databases and tests."""
    for name in FUNCTIONS:
        op.execute(f"drop function if exists laurels.{name} cascade")
    op.drop_index(
        "ix_lot_entries_transaction",
        table_name="lot_entries",
        schema="laurels",
        postgresql_where=sa.text("transaction_id is not null"),
    )
    op.drop_index("ix_lot_entries_lot", table_name="lot_entries", schema="laurels")
    op.drop_index(
        "ix_lot_entries_hold",
        table_name="lot_entries",
        schema="laurels",
        postgresql_where=sa.text("hold_id is not null"),
    )
    op.drop_table("lot_entries", schema="laurels")
    op.drop_index(
        "ix_point_transactions_reverses",
        table_name="point_transactions",
        schema="laurels",
        postgresql_where=sa.text("reverses_id is not null"),
    )
    op.drop_table("point_transactions", schema="laurels")
    op.drop_index("ix_lots_transaction", table_name="lots", schema="laurels")
    op.drop_index(
        "ix_lots_open",
        table_name="lots",
        schema="laurels",
        postgresql_where=sa.text("remaining > 0"),
    )
    op.drop_index(
        "ix_lots_maturing",
        table_name="lots",
        schema="laurels",
        postgresql_where=sa.text("matured_at is null and remaining > 0"),
    )
    op.drop_index(
        "ix_lots_expiring",
        table_name="lots",
        schema="laurels",
        postgresql_where=sa.text("remaining > 0 and expires_at is not null"),
    )
    op.drop_table("lots", schema="laurels")
    op.drop_index(
        "ix_holds_expiring",
        table_name="holds",
        schema="laurels",
        postgresql_where=sa.text("status = 'open' and expires_at is not null"),
    )
    op.drop_table("holds", schema="laurels")
    op.drop_table("wallets", schema="laurels")
    op.drop_table("rejected_rows", schema="laurels")
    op.drop_index("ix_refunds_purchase", table_name="refunds", schema="laurels")
    op.drop_table("refunds", schema="laurels")
    op.drop_table("purchase_lines", schema="laurels")
    op.drop_index(
        "uq_earning_rules_current",
        table_name="earning_rules",
        schema="laurels",
        postgresql_where=sa.text("current"),
    )
    op.drop_table("earning_rules", schema="laurels")
    op.drop_table("tenant_settings_history", schema="laurels")
    op.drop_table("tenant_settings", schema="laurels")
    op.drop_index(
        "ix_purchases_unsettled",
        table_name="purchases",
        schema="laurels",
        postgresql_where=sa.text("status = 'completed' and settled_at is null"),
    )
    op.drop_index("ix_purchases_time", table_name="purchases", schema="laurels")
    op.drop_index("ix_purchases_member", table_name="purchases", schema="laurels")
    op.drop_table("purchases", schema="laurels")
    op.drop_index(
        "uq_programs_default",
        table_name="programs",
        schema="laurels",
        postgresql_where=sa.text("is_default"),
    )
    op.drop_table("programs", schema="laurels")
    op.drop_table("member_totals", schema="laurels")
    op.drop_table("login_tenants", schema="laurels")
    op.drop_table("import_runs", schema="laurels")
    op.drop_table("api_keys", schema="laurels")
    op.drop_table("tenants", schema="laurels")
    op.drop_table("schema_files", schema="laurels")
    op.drop_table("rule_usage", schema="laurels")
    op.drop_table("posting_keys", schema="laurels")
    op.drop_table("outbox", schema="laurels")
    op.drop_index(
        "uq_members_external_id",
        table_name="members",
        schema="laurels",
        postgresql_where=sa.text("external_id is not null"),
    )
    op.drop_index(
        "uq_members_email",
        table_name="members",
        schema="laurels",
        postgresql_where=sa.text("email is not null and status = 'active'"),
    )
    op.drop_table("members", schema="laurels")
    op.drop_table("member_sequences", schema="laurels")
    op.drop_index(
        op.f("ix_idempotency_keys_tenant_id_created_at"),
        table_name="idempotency_keys",
        schema="laurels",
    )
    op.drop_table("idempotency_keys", schema="laurels")
    op.drop_table("counters", schema="laurels")
    op.drop_table("awards", schema="laurels")
    op.drop_index(
        op.f("ix_audit_log_tenant_id_target_type_target_id_created_at"),
        table_name="audit_log",
        schema="laurels",
    )
    op.drop_table("audit_log", schema="laurels")
    op.execute("drop function laurels.refuse_change()")
    op.execute("drop function laurels.new_id()")
