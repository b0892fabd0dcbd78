"""Expansion: `?expand=wallets` puts related things into an answer, under `expanded`.

The room that knows the related things offers them for a kind of thing; the route that reads the
kind names no room above its own. A loader gets all rows of an answer at once.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, get_args, get_type_hints
from uuid import UUID

from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler, create_model
from pydantic_core import core_schema

from laurels.permissions import Permission

from ..work import Work
from .access import demand

Rows = Mapping[UUID, Mapping[str, Any]]
Loader = Callable[[Work, Rows], Awaitable[Mapping[UUID, Any]]]


@dataclass(frozen=True, slots=True)
class Offer:
    """Something that can be put into answers: who may see it, and how it is read."""

    reads: Permission
    loader: Loader


_OFFERS: dict[str, dict[str, Offer]] = {}


def offers() -> Mapping[str, Mapping[str, Offer]]:
    """Return all offers by the kind of thing and by name."""
    return _OFFERS


def offer(kind: str, name: str, loader: Loader, *, reads: Permission) -> None:
    """Let answers about this kind of thing be expanded by this name, for whoever may read that.

    The loader gets the rows by id and returns what belongs to each, ready for JSON; null stands
    for an id that it leaves out.
    """
    _OFFERS.setdefault(kind, {})[name] = Offer(reads, loader)


async def expand(
    work: Work, kind: str, asked: str | None, rows: Iterable[Mapping[str, Any]]
) -> dict[UUID, dict[str, Any]]:
    """Return what was asked for, by the rows' ids and then by name; nothing when nothing was.

    Raise Forbidden for what the one who asks may not read where it is at home.
    """
    if asked is None:
        return {}
    names = asked.split(",")
    for name in names:
        demand(work, _OFFERS[kind][name].reads, f"`expand={name}`")
    by_id = {row["id"]: row for row in rows}
    found: dict[UUID, dict[str, Any]] = {row_id: {} for row_id in by_id}
    for name in names:
        loaded = await _OFFERS[kind][name].loader(work, by_id)
        for row_id, expanded in found.items():
            expanded[name] = loaded.get(row_id)
    return found


@dataclass(frozen=True, slots=True)
class ExpansionsOf:
    """Marks the query parameter `expand` of a route that reads this kind of thing."""

    kind: str

    def check(self, text: str) -> str:
        """Return the names. Raise ValueError, with those that there are, for one that is not."""
        offers = _OFFERS.get(self.kind, {})
        names = text.split(",")
        for name in names:
            if name not in offers:
                msg = f"`{name[:40]}` cannot be expanded here; use {', '.join(offers)}"
                raise ValueError(msg)
        return ",".join(dict.fromkeys(names))

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        offers = sorted(_OFFERS.get(self.kind, {}))
        return {
            **handler(schema),
            "pattern": f"^({'|'.join(offers)})(,({'|'.join(offers)}))*$",
            "description": "Objects to include under `expanded`, separated by commas: "
            + ", ".join(f"`{name}`" for name in offers)
            + ". Each requires the permission to read it.",
        }


def describe(document: dict[str, Any]) -> None:
    """Type what `expand` puts into answers: of `member`, `expanded` of the schema `MemberOut`.

    A loader says by its annotation what belongs to each row.
    """
    schemas = document["components"]["schemas"]
    for kind, offers in _OFFERS.items():
        name = "".join(part.capitalize() for part in kind.split("_"))
        fields: dict[str, Any] = {
            offered: (
                get_args(get_type_hints(found.loader)["return"])[1] | None,
                Field(default=None, description="Present if requested with `expand`."),
            )
            for offered, found in sorted(offers.items())
        }
        model = create_model(
            f"{name}Expanded", __doc__="The objects requested with `expand`, by name.", **fields
        )
        form = model.model_json_schema(
            mode="serialization", ref_template="#/components/schemas/{model}"
        )
        for inner, schema in form.pop("$defs", {}).items():
            schemas.setdefault(inner, schema)
        schemas[model.__name__] = form
        schemas[f"{name}Out"]["properties"]["expanded"] = {
            "$ref": f"#/components/schemas/{model.__name__}",
            "description": "The objects requested with `expand`; absent if none were.",
        }


def _absent(value: object) -> bool:
    return value is None


Expanded = Annotated[
    dict[str, Any] | None,
    Field(
        exclude_if=_absent,
        description="The objects requested with `expand`, by name; absent if none were.",
    ),
]
