"""What criteria may ask of a member: the registry of fields, and where SQL finds each.

Rooms above add theirs with one call when they are loaded:

    segments.register_source("clubs", "left join laurels.club_enrollments as clubs on …")
    segments.register(Field("club.level", Kind.INTEGER, "…"), "clubs.level", needs=("clubs",))

A source is joined only where a field needs it. It must leave one row per member: the member's
table is `m`, and a source is a left join that finds at most one row.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from laurels.kit.conditions import Condition, ConditionError, Field, Fields, fields_of, parse

from .compiling import Column
from .errors import CriteriaInvalid

FIELDS = Fields()
_columns: dict[tuple[str | None, str], Column] = {}
_relative: set[str] = set()
COLLECTIONS: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class Source:
    """A join beside the member, with the sources that it stands on.

    `few` is the same join where a few members are asked: worked out for each of them, not for all.
    """

    sql: str
    needs: tuple[str, ...]
    few: str


_sources: dict[str, Source] = {}


def register(
    field: Field,
    sql: str,
    *,
    needs: Iterable[str] = (),
    since: str | None = None,
    relative: bool = False,
) -> None:
    """Criteria may ask this field; `sql` says it, null where the fact is missing.

    `since` is the moment of a field that counts days since one. A `relative` field depends on
    other members too, so its segments are recomputed at night only.
    """
    unknown = [name for name in needs if name not in _sources]
    assert not unknown, f"{field.name} needs sources that nobody registered: {unknown}"
    FIELDS.add(field)
    _columns[field.collection, field.name] = Column(sql, tuple(needs), since)
    if relative:
        _relative.add(field.name)


def register_source(
    name: str, sql: str, *, needs: Iterable[str] = (), few: str | None = None
) -> None:
    """Fields may need this join, which finds at most one row per member.

    One that is worked out for all members at once has another form for when `few` are asked: each
    is looked up by itself there, which `offset 0` sees to.
    """
    assert name not in _sources, f"there are two sources `{name}`"
    _sources[name] = Source(sql, tuple(needs), few or sql)


def register_collection(name: str, sql: str) -> None:
    """Quantifiers may ask this collection: `sql` is its rows of the member `m`, up to a `where`."""
    assert name not in COLLECTIONS, f"there are two collections `{name}`"
    COLLECTIONS[name] = sql


def column_of(field: Field) -> Column:
    """Return how SQL says a field."""
    return _columns[field.collection, field.name]


def joins(needs: Iterable[str], *, few: bool = False) -> list[str]:
    """Return the joins of these sources and of those that they stand on, those first."""
    wanted: set[str] = set()
    open_ends = list(needs)
    while open_ends:
        name = open_ends.pop()
        if name not in wanted:
            wanted.add(name)
            open_ends += _sources[name].needs
    # A source is registered after those that it needs, so this order is one that works.
    found = [source for name, source in _sources.items() if name in wanted]
    return [source.few if few else source.sql for source in found]


def is_relative(condition: Condition) -> bool:
    """Whether others' facts decide too, so that one member's news is not all there is to know."""
    return not _relative.isdisjoint(fields_of(condition))


def is_relative_field(field: Field) -> bool:
    """Whether a field depends on other members."""
    return field.collection is None and field.name in _relative


def read(raw: Any) -> Condition:
    """Return the criteria. Raise CriteriaInvalid with the place, the reason and the remedy."""
    try:
        return parse(raw, FIELDS)
    except ConditionError as error:
        place = "/".join(str(step) for step in ("criteria", *error.path))
        msg = f"{error.reason}. {error.remedy}"
        raise CriteriaInvalid(msg, field=place, pointer=error.pointer) from None
