"""Views in the words of other systems: a schema for each, written in the files of `views/<schema>`.

They hold nothing, so they are no part of migrations or dumps. `migrate` makes them anew when their
text changed or they are not there, and takes them away while tables under them may change.
"""

import re
from dataclasses import dataclass, field
from importlib import resources

import asyncpg

from laurels.kit.db.pool import Raw
from laurels.kit.db.sql import statements
from laurels.kit.postgres.binaries import PostgresError

SQL = statements(__name__)

SCHEMAS = ("loyalty_app",)
"""The schemas of views, each of one other system."""

_COMMENT = re.compile(
    r"comment on (view|column|schema) (\w+)(?:\.(\w+))?(?:\.(\w+))? is\s+'((?:[^']|'')*)';"
)


class ViewsInUse(PostgresError):
    """Somebody built on our views, and they have to be made anew; nothing was changed."""


@dataclass(slots=True)
class Described:
    """What a view, or a schema of views, says of itself and of its columns or views."""

    comment: str = ""
    parts: dict[str, str] = field(default_factory=dict[str, str])


def files() -> dict[str, str]:
    """Return the text of every schema of views, all its files in a row, by its name."""
    found: dict[str, str] = {}
    for schema in SCHEMAS:
        folder = resources.files("laurels") / "migrations" / "views" / schema
        parts = sorted(folder.iterdir(), key=lambda part: part.name)
        texts = [part.read_text(encoding="utf-8") for part in parts if part.name.endswith(".sql")]
        found[f"views/{schema}"] = "\n".join(texts)
    return found


def schema_of(name: str) -> str | None:
    """Return the schema of views that is meant by this name, None when none is."""
    found = re.fullmatch(r"views/(\w+)", name)
    return found[1] if found else None


async def missing(connection: Raw) -> list[str]:
    """Return the names of schemas of which no view is there."""
    rows = await connection.fetch(SQL.existing_view_schemas, list(SCHEMAS))
    there = {row[0] for row in rows}
    return [f"views/{schema}" for schema in SCHEMAS if schema not in there]


async def make(connection: Raw, schema: str, text: str) -> None:
    """The views of this schema are what the text says. Raise ViewsInUse."""
    await drop(connection, schema)
    # Asked first: `if not exists` wants the right to make schemas even where there is one.
    if await connection.fetchval("select to_regnamespace($1) is null", schema):
        await connection.execute(f"create schema {schema}")
    await connection.execute(text)


async def drop(connection: Raw, *schemas: str, whole: bool = False) -> None:
    """The views of these schemas are gone, and, if `whole`, the schemas. Raise ViewsInUse.

    Never with `cascade`: what somebody else built on them is not ours to throw away.
    """
    rows = await connection.fetch(SQL.list_views, list(schemas))
    try:
        async with connection.transaction():
            for row in rows:
                await connection.execute(f"drop view {row[0]}")
            for schema in schemas if whole else ():
                await connection.execute(f"drop schema if exists {schema}")
    except asyncpg.DependentObjectsStillExistError as error:
        msg = (
            f"Something was built on our views, which have to be made anew: {error.detail or error}"
            " Drop it, migrate, and make it again."
        )
        raise ViewsInUse(msg) from None


def described() -> dict[str, dict[str, Described]]:
    """Return what the files say: by schema its views (the schema itself under its own name)."""
    found: dict[str, dict[str, Described]] = {}
    for text in files().values():
        for kind, schema, view, column, words in _COMMENT.findall(text):
            views = found.setdefault(schema, {})
            said = views.setdefault(schema if kind == "schema" else view, Described())
            sentence = " ".join(words.replace("''", "'").split())
            if kind == "column":
                said.parts[column] = sentence
            else:
                said.comment = sentence
    return found
