"""the first schema

The tables stand in the SQL file beside this one, room by room. Here is who may do what with them.
Functions, views and comments are no migrations: `migrate` applies them when their text changes.

Revision ID: 0001
Revises: none
"""

import re
from pathlib import Path
from typing import cast

from alembic import op
from sqlalchemy import AdaptedConnection

from laurels.kit.db.pool import Raw
from laurels.migrations.wall import append_only, protect

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = Path(__file__).with_name("2026_11_27_0001_the_first_schema.sql")
APPEND = "select, insert"
ALL = "select, insert, update, delete"
PURCHASE_COLUMNS = (
    "tenant_id, id, source, external_id, member_id, status, amount, tax_amount, currency,"
    " channel, payment_method, note, attributes, occurred_at, completed_at"
)
LINE_COLUMNS = (
    "tenant_id, id, purchase_id, position, sku, name, category, quantity, unit_price, amount,"
    " tax_amount, attributes"
)
PAYMENT_COLUMNS = "tenant_id, id, purchase_id, position, points, hold_id, program_id"


def upgrade() -> None:
    """Make the tables, keep tenants apart, and let nobody change history."""
    op.execute(NEW_ID)
    op.execute(REFUSE_CHANGE)
    op.execute(
        "revoke all on function laurels.refuse_change() from laurels_app, laurels_maintenance"
    )
    # The driver prepares what Alembic executes, and prepares one statement at a time.
    adapted = cast("AdaptedConnection", op.get_bind().connection.dbapi_connection)
    adapted.run_async(_make_tables)
    op.execute(LOGIN_TENANT)
    keep_tenants_apart()
    let_the_platform_in()
    for table in (
        "point_transactions",
        "lot_entries",
        "audit_log",
        "tenant_settings_history",
        "platform_settings_history",
    ):
        append_only(table)
    op.execute("insert into laurels.plans (code, name) values ('standard', 'Standard')")


async def _make_tables(driver: Raw) -> None:
    # The extensions lie where whoever made them has put them.
    place = await driver.fetchval(
        "select quote_ident(n.nspname) from pg_extension as e"
        " inner join pg_namespace as n on n.oid = e.extnamespace where e.extname = 'pg_trgm'"
    )
    await driver.execute(f"set local search_path = {place}")
    await driver.execute(TABLES.read_text(encoding="utf-8"))


def keep_tenants_apart() -> None:
    """Let each role see only its tenant's rows, and do what is granted."""
    protect("tenants", app="select, insert, update (name, status, plan, version)", column="id")
    protect("tenant_settings")
    protect("tenant_settings_history", app=APPEND)
    protect("audit_log", app=APPEND)
    protect("outbound_messages")
    protect("outbound_attempts", app=APPEND)
    protect("outbox")
    protect("outbox_leases", bi=False)
    protect("member_sequences", bi=False)
    protect("event_handlings")
    protect("webhook_endpoints", bi=False)
    protect("api_keys", bi=False)
    protect("staff", bi=False)
    protect("staff_invitations", app=ALL, bi=False)
    protect("staff_sessions", app=ALL, bi=False)
    protect("refresh_tokens", app=ALL, bi=False)
    protect("saved_views", app=ALL, bi=False)
    protect("default_views", app=ALL, bi=False)
    protect("job_runs", app=ALL)
    protect("test_clocks")
    protect("idempotency_keys", app=ALL, bi=False)
    protect("counters", bi=False)
    protect("members", integration=["select"])
    protect("member_totals")
    protect("member_identities", app=ALL)
    protect("member_merges")
    protect("programs")
    protect("wallets")
    protect("wallet_merges", app="select, insert, update (moved)")
    protect("point_transactions", app=APPEND)
    protect("posting_keys", app=APPEND, bi=False)
    protect("lots")
    protect("holds")
    protect("lot_entries", app=APPEND)
    protect(
        "purchases",
        integration=["select", f"insert ({PURCHASE_COLUMNS})", "update (status, completed_at)"],
    )
    protect("purchase_lines", integration=["select", f"insert ({LINE_COLUMNS})"])
    protect("purchase_payments", integration=["select", f"insert ({PAYMENT_COLUMNS})"])
    protect("refunds")
    protect("activities")
    protect("tiers")
    protect("tier_history")
    protect("segments")
    protect("segment_memberships")
    protect("segment_days")
    protect("segment_cursors")
    protect("pictures", bi=False)
    protect("rewards")
    protect("redemptions")
    protect("vouchers")
    protect("earning_rules", app="select, insert, update (current)")
    protect("explanations", app=APPEND)
    protect("awards", app="select, insert, update (member_id, original_member_id)")
    protect("rule_usage")
    protect("import_runs")
    protect("import_chunks", app="select, insert, delete", bi=False)
    protect("rejected_rows", app=APPEND)
    protect("bulk_actions", app=ALL)
    protect("bulk_action_members", app=ALL)


OPERATOR = (
    "nullif(current_setting('app.tenant_id', true), '')::uuid"
    " = '00000000-0000-0000-0000-000000000000'"
)


def let_the_platform_in() -> None:
    """Guard what belongs to no tenant."""
    for table in (
        "operator_keys",
        "users",
        "password_resets",
        "sign_in_links",
        "sign_in_throttles",
    ):
        op.execute(f"alter table laurels.{table} enable row level security")
        op.execute(f"alter table laurels.{table} force row level security")
        op.execute(
            f"create policy owner_all on laurels.{table} to laurels_owner, laurels_maintenance"
            " using (true) with check (true)"
        )
    for table in ("users", "password_resets", "sign_in_links", "sign_in_throttles"):
        op.execute(f"grant {ALL} on laurels.{table} to laurels_maintenance")
    # Only work for the platform itself sees operators' keys; no tenant's work does.
    op.execute(
        "create policy app_platform on laurels.operator_keys to laurels_app"
        f" using ({OPERATOR}) with check ({OPERATOR})"
    )
    for grant in (
        "select, insert on laurels.operator_keys to laurels_app",
        "update (revoked_at, last_used_at) on laurels.operator_keys to laurels_app",
        # Everybody reads plans and settings; functions of the maintenance role write them.
        "select on laurels.plans, laurels.platform_settings, laurels.platform_settings_history"
        " to laurels_app",
        "select on laurels.platform_settings to laurels_bi",
        "select, insert, update on laurels.plans, laurels.platform_settings to laurels_maintenance",
        "select, insert on laurels.platform_settings_history to laurels_maintenance",
        "select, insert, delete on laurels.login_tenants to laurels_maintenance",
        # So that the application can say whether it is ready.
        "select on laurels.schema_files, laurels.alembic_version to laurels_app",
    ):
        op.execute(f"grant {grant}")


LOGIN_TENANT = """
create function laurels.login_tenant() returns uuid
language sql stable security definer set search_path = laurels, pg_temp as $$
  select tenant_id from laurels.login_tenants where login = session_user
$$
"""

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

DROP_FUNCTIONS = """
do $$
declare
  v_function regprocedure;
begin
  for v_function in
    select oid::regprocedure from pg_proc where pronamespace = 'laurels'::regnamespace
  loop
    execute 'drop function if exists ' || v_function || ' cascade';
  end loop;
end
$$
"""


def downgrade() -> None:
    """Undo. Takes the data with it: only for empty databases and tests."""
    tables = re.findall(r"^create table (laurels\.\w+)", TABLES.read_text("utf-8"), re.MULTILINE)
    op.execute(f"drop table {', '.join(tables)} cascade")
    op.execute(DROP_FUNCTIONS)
