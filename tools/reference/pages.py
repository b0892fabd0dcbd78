"""The pages of docs/reference, written from the code."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module, util
from inspect import cleandoc, getdoc
from typing import Any, cast

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant as Needs  # codespell:ignore
from fastapi.routing import RouteContext, iter_route_contexts
from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Table, UniqueConstraint
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import Column

from laurels import auth, domains, permissions, tenants
from laurels.api import create_app
from laurels.config import Settings
from laurels.events.catalogue import CATALOGUE
from laurels.kit import errors
from laurels.kit.db.pool import SCHEMA, Database
from laurels.kit.db.tables import Base
from laurels.kit.http.access import SIGNED_IN, Public
from laurels.kit.http.openapi import COMMON_ERRORS, errors_known, permission_at, sentence_of
from laurels.kit.values.faults import FAULTS
from laurels.migrations import views
from laurels.tenants.settings import sections

from .api_page import api_page
from .manual import NOTE, manual

MANY = 20
"""Values of a choice, of which a table names a few."""
NAMES = tuple(
    """
    api.md cli.md database.md errors.md events.md openapi.json permissions.md settings.md
    """.split()
)
"""The generated pages, by their file names."""


def pages() -> dict[str, str]:
    """Return the text of every generated page by its file name."""
    document = create_app(Database("postgresql://")).openapi()
    writers: dict[str, Callable[[], str]] = {
        "api.md": lambda: api_page(document),
        "cli.md": manual,
        "database.md": database,
        "errors.md": error_list,
        "events.md": events,
        # Sorted, so that differences read well.
        "openapi.json": lambda: json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False),
        "permissions.md": permission_list,
        "settings.md": settings,
    }
    return {name: writers[name]().rstrip() + "\n" for name in NAMES}


# -- settings, events, permissions ---------------------------------------------------------------


def settings() -> str:
    """Return the page of settings: the environment's and the tenants'."""
    lines = [
        NOTE,
        "# Settings",
        "",
        "## The environment",
        "",
        "Settings of the operator for the whole installation. Every name starts with `LAURELS_`.",
        "",
        "| variable | default | meaning |",
        "|---|---|---|",
    ]
    for name, field in Settings.model_fields.items():
        if field.default_factory is not None:
            default = cleandoc(field.default_factory.__doc__ or "").rstrip(".")
            default = default.removeprefix("Return ")
        else:
            default = "unset" if field.default is None else f"`{field.default}`"
        lines.append(f"| `LAURELS_{name.upper()}` | {default} | {field.description} |")
    lines += [
        "",
        "## A tenant's own",
        "",
        "Read and changed by `/v1/settings/{section}`; every change is kept as a version.",
    ]
    for name, model in _sections().items():
        lines += ["", f"### {name}", "", cleandoc(model.__doc__ or ""), ""]
        lines += ["| setting | type | default | meaning |", "|---|---|---|---|"]
        schema = model.model_json_schema()["properties"]
        for field_name, field in model.model_fields.items():
            kind = _json_type(schema[field_name])
            default = json.dumps(field.get_default(call_default_factory=True), default=str)
            lines.append(f"| `{field_name}` | {kind} | `{default}` | {field.description} |")
    return "\n".join(lines)


def _sections() -> Mapping[str, type[tenants.Section]]:
    _load("settings")
    return sections()


def _load(name: str) -> None:
    """Import this file of every room that has it, whoever imported it before."""
    for room in domains.ROOMS:
        if util.find_spec(f"laurels.{room}.{name}"):
            import_module(f"laurels.{room}.{name}")


def _json_type(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        values = [f"`{value}`" for value in schema["enum"]]
        # All countries of the world would hide the table.
        few = values if len(values) <= MANY else [*values[:3], "…"]
        return "one of " + ", ".join(few)
    if "anyOf" in schema:
        return " or ".join(_json_type(cast("dict[str, Any]", each)) for each in schema["anyOf"])
    return str(schema.get("type", "object"))


def events() -> str:
    """Return the page of events: name, sentence and fields."""
    lines = [NOTE, "# Events", "", "All events. Names are in the past tense: `thing.happened`.", ""]
    lines += ["| event | when | fields |", "|---|---|---|"]
    for name, event in sorted(CATALOGUE.items()):
        fields = ", ".join(f"`{field}`" for field in sorted(_annotations(event)))
        lines.append(f"| `{name}` | {cleandoc(event.__doc__ or '')} | {fields} |")
    return "\n".join(lines)


def _annotations(event: type) -> set[str]:
    found = {name for base in event.__mro__ for name in getattr(base, "__annotations__", {})}
    return found - {"name"}


def permission_list() -> str:
    """Return the page of permissions, with the routes that ask for each."""
    doors: dict[str, list[str]] = {}
    for door in entrances(create_app(Database("postgresql://"))):
        doors.setdefault(door.asks or "", []).append(f"`{door.method} {door.path}`")
    lines = [NOTE, "# Permissions", ""]
    lines += [
        "What an API key may be allowed to do; `*` grants all of them, including future ones.",
        "",
    ]
    lines += ["| permission | opens |", "|---|---|"]
    for permission in permissions.Permission:
        opened = "<br>".join(sorted(doors.get(permission, []))) or "nothing yet"
        lines.append(f"| `{permission}` | {opened} |")
    own = "<br>".join(sorted(doors.get(SIGNED_IN, [])))
    lines += ["", "These routes only require authentication, no permission:", "", own]
    return "\n".join([*lines, "", *_roles()])


def _roles() -> list[str]:
    """Return the table of roles and what each may do."""
    lines = ["## Roles", "", "What people on the staff may do, each with one role. An owner may do"]
    lines += ["everything, including what is added later."]
    lines += ["", f"| permission | {' | '.join(auth.Role)} |", f"|---{'|---' * len(auth.Role)}|"]
    for permission in sorted(permissions.ALL_PERMISSIONS):
        held = ["yes" if permission in auth.ROLES[role] else "" for role in auth.Role]
        lines.append(f"| `{permission}` | {' | '.join(held)} |")
    return lines


@dataclass(frozen=True, slots=True)
class Entrance:
    """A route and what it asks of those who come: a permission, `public`, or None said nothing."""

    method: str
    path: str
    asks: str | None


def entrances(app: FastAPI) -> list[Entrance]:
    """Return every route that the application answers, by path."""
    found: list[Entrance] = []
    for route in iter_route_contexts(app.routes):
        if not route.path:
            # What answers hot routes; each stands here with the path at which it is described.
            continue
        asks = _asked(route)
        found += [Entrance(m, route.path or "", asks) for m in sorted(route.methods or {"*"})]
    return sorted(found, key=lambda entrance: (entrance.path, entrance.method))


def _asked(route: RouteContext) -> str | None:
    if _open(getattr(route, "dependant", None)):  # codespell:ignore
        return "public"
    return permission_at(route)


def _open(needs: Needs | None) -> bool:
    if needs is None:
        return False
    return needs.call is Public.dependency or any(_open(each) for each in needs.dependencies)


# -- errors --------------------------------------------------------------------------------------


def error_list() -> str:
    """Return the page of errors, per room in the order in which they are found."""
    lines = [
        NOTE,
        "# Errors",
        "",
        "Every error is a problem document (RFC 9457); `code` is part of the API and does not"
        " change. If several errors of a table apply, the answer has the first of them.",
    ]
    for room, found in _errors_by_room().items():
        lines += ["", f"## {room}", "", "| code | status | what it says |", "|---|---|---|"]
        for error in found:
            status = errors.HTTP_STATUS[error.kind]
            lines.append(f"| `{error.code}` | {status} | {sentence_of(error)} |")
    lines += ["", "## The door", "", "| code | status | what it says |", "|---|---|---|"]
    lines += [f"| `{met.code}` | {met.status} | {met.words} |" for met in COMMON_ERRORS]
    lines += [
        "",
        "## Fields",
        "",
        "`errors` lists the fields that are wrong, at most 100. `field` is the name, with dots"
        " for nested objects and lists; its location is in `pointer` (a JSON pointer into the"
        " body), `parameter` (of the query or the path) or `header`. `code` is one of these, or"
        " the code of the problem itself.",
        "",
        "| code | what it says |",
        "|---|---|",
    ]
    lines += [f"| `{code}` | {words} |" for code, words in FAULTS.items()]
    return "\n".join(lines)


def _errors_by_room() -> dict[str, list[type[errors.AppError]]]:
    _load("errors")
    found: dict[str, list[type[errors.AppError]]] = {}
    for error in errors_known():
        room = error.__module__.split(".")[1]
        found.setdefault(room, []).append(error)
    return {room: sorted(found[room], key=_precedence) for room in sorted(found)}


def _precedence(error: type[errors.AppError]) -> tuple[int, str]:
    # The tree in the module's docstring is the order in which a room finds its errors.
    tree = getdoc(import_module(error.__module__)) or ""
    place = tree.find(f" {error.__name__} ")
    return (place if place >= 0 else len(tree), error.__name__)


# -- the database --------------------------------------------------------------------------------


def database() -> str:
    """Return the page of the schema: a diagram and the tables of every room."""
    lines = [
        NOTE,
        "# The database",
        "",
        f"All tables live in the schema `{SCHEMA}`. A tenant's table begins its keys with"
        " `tenant_id`, and row-level security lets a transaction see one tenant's rows only.",
        "",
        "## Tables of no tenant",
        "",
        "| table | why |",
        "|---|---|",
        *(f"| `{name}` | {why} |" for name, why in domains.TABLES_OF_NO_TENANT.items()),
        "| `tenants` | it is the list of tenants; its policy compares its own `id` |",
    ]
    for room, tables in tables_by_room().items():
        lines += ["", f"## {room}", "", *_diagram(tables)]
        for table in tables:
            lines += ["", *_table(table)]
    for schema, found in views.described().items():
        lines += ["", *_views(schema, found)]
    return "\n".join(lines)


def _views(schema: str, found: dict[str, views.Described]) -> list[str]:
    lines = [f"## Views: {schema}", "", found[schema].comment]
    for name, view in found.items():
        if name != schema:
            lines += ["", f"### {schema}.{name}", "", view.comment, ""]
            lines += ["| column | meaning |", "|---|---|"]
            lines += [f"| `{column}` | {meaning} |" for column, meaning in view.parts.items()]
    return lines


def tables_by_room() -> dict[str, list[Table]]:
    """Return every table under the room whose models make it, from the lowest layer up."""
    domains.load_models()
    found: dict[str, list[Table]] = {room: [] for room in ("kit", *domains.ROOMS)}
    for mapper in Base.registry.mappers:
        table = cast("Table", mapper.local_table)
        found[mapper.class_.__module__.split(".")[1]].append(table)
    return {
        room: sorted(tables, key=lambda table: table.name)
        for room, tables in found.items()
        if tables
    }


def _diagram(tables: list[Table]) -> list[str]:
    lines = ["```mermaid", "erDiagram"]
    for table in tables:
        lines.append(f"    {table.name} {{")
        lines += [
            f"        {_type(column)} {column.name} PK" for column in table.primary_key.columns
        ]
        lines.append("    }")
    links = {
        (key.elements[0].column.table.name, table.name, key.column_keys[-1])
        for table in tables
        for key in table.foreign_key_constraints
        if key.column_keys != ["tenant_id"]
    }
    lines += [f"    {to} ||--o{{ {table} : {column}" for to, table, column in sorted(links)]
    return [*lines, "```"]


def _type(column: Column[Any]) -> str:
    return _full_type(column).split("(")[0].replace(" with time zone", "tz").replace("[]", "_array")


def _full_type(column: Column[Any]) -> str:
    return column.type.compile(dialect=postgresql.dialect()).lower()


def _table(table: Table) -> list[str]:
    lines = [f"### {table.name}", "", table.comment or "", ""]
    lines += ["| column | type | null | meaning |", "|---|---|---|---|"]
    for column in table.columns:
        null = "yes" if column.nullable else ""
        lines.append(f"| `{column.name}` | {_full_type(column)} | {null} | {column.comment} |")
    rules = sorted(_rules(table))
    return [*lines, "", *rules] if rules else lines


def _rules(table: Table) -> Iterator[str]:
    yield f"- primary key ({', '.join(table.primary_key.columns.keys())})"
    for constraint in table.constraints:
        if isinstance(constraint, CheckConstraint):
            yield f"- check `{constraint.name}`: `{constraint.sqltext}`"
        elif isinstance(constraint, UniqueConstraint):
            yield f"- unique ({', '.join(constraint.columns.keys())})"
        elif isinstance(constraint, ForeignKeyConstraint):
            to = constraint.elements[0].column.table.name
            there = ", ".join(element.column.name for element in constraint.elements)
            yield f"- references {to} ({', '.join(constraint.column_keys)} → {there})"
    for index in table.indexes:
        columns = ", ".join(str(expression).split(".")[-1] for expression in index.expressions)
        where = index.dialect_options["postgresql"]["where"]
        condition = f" where `{where}`" if where is not None else ""
        yield f"- {'unique index' if index.unique else 'index'} ({columns}){condition}"
