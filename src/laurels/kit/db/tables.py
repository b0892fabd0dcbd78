"""Tables: one declarative base, the tenant column, and constraints that many tables have.

Models say what the schema is: migrations, the reference pages and tests read them. What runs asks
in SQL, so neither the API nor a command loads them (a test in `tests/conventions` holds it).

Row-level security keeps tenants apart (`migrations/wall.py` writes the policies); here are the
habits that go with it: `tenant_id` first in every key, composite foreign keys by table name.
"""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKeyConstraint,
    MetaData,
    Numeric,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from .pool import MAX_MONEY, SCHEMA


class Base(DeclarativeBase):
    """Every table of Laurels. Types follow the annotations; names follow one convention."""

    metadata = MetaData(
        schema=SCHEMA,
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        },
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text(),
        int: BigInteger(),
        UUID: Uuid(),
        Decimal: Numeric(19, 4),
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB(),
        list[Any]: JSONB(),
    }


class TenantOwned:
    """A table whose rows belong to one tenant: `tenant_id` comes first in its primary key."""

    tenant_id: Mapped[UUID] = mapped_column(
        primary_key=True, sort_order=-2, comment="The tenant that owns the row."
    )


Id = Annotated[
    UUID,
    mapped_column(
        primary_key=True,
        sort_order=-1,
        server_default=text("laurels.new_id()"),
        comment="UUIDv7, made by the application (by the database for rows written by SQL).",
    ),
]


def tenant_fk(column: str, target: str, **options: Any) -> ForeignKeyConstraint:
    """Return the composite foreign key `(tenant_id, column)` to `(tenant_id, id)` of a table.

    Rooms refer to each other by table name only; there is no `relationship()` across them.
    """
    return ForeignKeyConstraint(
        ["tenant_id", column], [f"{SCHEMA}.{target}.tenant_id", f"{SCHEMA}.{target}.id"], **options
    )


def one_of(column: str, *values: str) -> CheckConstraint:
    """Return the constraint that a text column holds one of these values, or NULL."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} in ({listed})", name=f"{column}_known")


def within(column: str, low: str, high: str) -> CheckConstraint:
    """Return the constraint that a column of money, a quantity or a moment lies in these bounds.

    A lower bound alone is none: `NaN >= 0` and `'infinity' >= '1970-01-01'` are true.
    """
    return CheckConstraint(f"{column} >= {low} and {column} <= {high}", name=f"{column}_bounded")


def money(column: str, low: str = "0") -> CheckConstraint:
    """Return the constraint that a column holds an amount that can be: no NaN, no infinity."""
    return within(column, low, str(MAX_MONEY))


def moment(column: str) -> CheckConstraint:
    """Return the constraint that a column holds a moment of the calendar, not infinity."""
    return within(column, "'1970-01-01'", "'9999-01-01'")


def _text(kind: str, column: str, longest: int) -> CheckConstraint:
    return CheckConstraint(f"laurels.is_{kind}({column}, {longest})", name=f"{column}_is_{kind}")


def key(column: str, longest: int) -> CheckConstraint:
    """Return the constraint that a column holds a key (`kit.values.text.check_key`), or NULL."""
    return _text("key", column, longest)


def line(column: str, longest: int) -> CheckConstraint:
    """Return the constraint that a column holds words of one line, or NULL."""
    return _text("line", column, longest)


def prose(column: str, longest: int) -> CheckConstraint:
    """Return the constraint that a column holds words of one line or several, or NULL."""
    return _text("prose", column, longest)


def facts(column: str) -> CheckConstraint:
    """Return the constraint that a column holds free facts that readers of JSON can read."""
    # What is empty is asked nothing: nearly all rows are.
    return CheckConstraint(
        f"{column} = '{{}}' or laurels.are_facts({column})", name=f"{column}_are_facts"
    )
