"""The wall between tenants: row-level security, forced, and grants per role.

Each migration that makes a table calls `protect` for it; `tests/conventions` walks the tables.
"""

from collections.abc import Sequence

from alembic import op

OWN = "tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid"
TENANTS = 100
"""How many tenants the planner believes in, whatever it counts."""
BOUND = "tenant_id = (select laurels.login_tenant())"


def protect(
    table: str,
    *,
    app: str = "select, insert, update",
    bi: bool = True,
    integration: Sequence[str] = (),
    column: str = "tenant_id",
) -> None:
    """Let each role see only its tenant's rows of this table, and do only what is granted.

    The planner is told to take a tenant for a hundredth of the table (0030): it counts tenants, and
    where most are small would read all rows of a large one to find a few by their keys.
    """
    own, bound = (
        OWN.replace("tenant_id =", f"{column} ="),
        BOUND.replace("tenant_id =", f"{column} ="),
    )
    name = f"laurels.{table}"
    statements = [
        f"alter table {name} enable row level security",
        f"alter table {name} force row level security",
        f"create policy owner_all on {name} to laurels_owner, laurels_maintenance"
        " using (true) with check (true)",
        f"create policy app_own on {name} to laurels_app using ({own}) with check ({own})",
        f"create policy login_bound on {name} to laurels_integration, laurels_bi"
        f" using ({bound}) with check ({bound})",
        f"grant select, insert, update, delete on {name} to laurels_maintenance",
        f"grant {app} on {name} to laurels_app",
    ]
    if bi:
        statements.append(f"grant select on {name} to laurels_bi")
    if column == "tenant_id":
        # Of a table in partitions the second is asked; each partition needs the first again.
        statements.append(
            f"alter table {name} alter tenant_id"
            f" set (n_distinct = {TENANTS}, n_distinct_inherited = {TENANTS})"
        )
    statements += [f"grant {right} on {name} to laurels_integration" for right in integration]
    for statement in statements:
        op.execute(statement)


def append_only(table: str) -> None:
    """Refuse to change or delete rows of this table, whoever asks, but for the maintenance role."""
    op.execute(
        f"create trigger append_only before update or delete on laurels.{table}"
        " for each row execute function laurels.refuse_change()"
    )
    op.execute(
        f"create trigger append_only_truncate before truncate on laurels.{table}"
        " for each statement execute function laurels.refuse_change()"
    )
