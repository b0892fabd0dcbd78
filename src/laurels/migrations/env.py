"""Alembic's environment: always run through `migrations.runner`, on its connection."""

from typing import Any

from alembic import context
from sqlalchemy import text

from laurels import domains
from laurels.kit.db.pool import SCHEMA


def include_name(name: str | None, type_: str, _parents: Any) -> bool:
    """Look at our schema only."""
    return name == SCHEMA if type_ == "schema" else True


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=domains.load_models(),
    version_table_schema=SCHEMA,
    include_schemas=True,
    include_name=include_name,
    compare_server_default=False,
    transaction_per_migration=True,
)
# Owner's statements wait briefly for locks rather than queueing in front of everybody.
connection.execute(text("set lock_timeout = '4s'"))
connection.execute(text("set statement_timeout = '60s'"))
# What a migration does to rows is in its text; the audit of writes by SQL is for people.
connection.execute(text("set laurels.audit = 'off'"))
connection.commit()
with context.begin_transaction():
    context.run_migrations()
