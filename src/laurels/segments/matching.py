"""Criteria as parts of statements: who they mean, and what was found of each."""

from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from laurels import tenants
from laurels.kit.conditions import Condition, Kind, Leaf, fields_of
from laurels.kit.values.time import zone
from laurels.kit.work import Work

from . import criteria as registry
from .compiling import Compiler, Values, certain, leaves_of
from .fields import STATUS

_PAIRS = 40
"""Keys and values of one call of jsonb_build_object; it takes a hundred arguments."""
_EXACT = {Kind.MONEY, Kind.NUMBER}
_ACTIVE, _ANY = "= 'active'", "in ('active', 'blocked', 'archived')"


@dataclass(slots=True)
class Question:
    """A statement in the making that asks criteria of a tenant's members; `m` is the member.

    With `few` the statement is about some members, and nothing is worked out for all.
    """

    criteria: Condition
    values: Values
    few: bool = False
    compiler: Compiler = field(init=False)
    where: str = field(init=False)
    _columns: list[str] | None = None

    def __post_init__(self) -> None:
        self.compiler = Compiler(self.values, registry.column_of, registry.COLLECTIONS)
        self.where = self.compiler.predicate(self.criteria)

    @property
    def standing(self) -> str:
        """Whether blocked and archived members are meant too, as SQL after `m.status`."""
        return standing_of(self.criteria)

    def goes_by_day(self) -> bool:
        """Whether days alone change who is meant."""
        self.rows()
        return self.values.timed

    def mark(self, value: Any, kind: str) -> str:
        """Return the place of a value of this type."""
        return self.values.mark(value, kind)

    def rows(self) -> str:
        """Return from where and who, up to the last condition; call it after all expressions."""
        sources = registry.joins(self.compiler.needs, few=self.few)
        joins = " ".join(self.values.write(sql) for sql in sources)
        return f"""
            laurels.members as m {joins}
            where m.tenant_id = $1 and m.status {self.standing} and {self.where}
        """

    def found(self, columns: list[str] | None = None) -> str:
        """Return the JSON of the comparisons that held, by field, with what was found.

        Where the criteria cannot hold without a comparison nothing is asked again. With `columns`
        the JSON is made of columns of a subselect `h`, and these are what it has to select: so
        only the rows that are left in the end cost the making.
        """
        self._columns = columns
        by_name: dict[str, list[Leaf]] = {}
        for leaf in leaves_of(self.criteria):
            by_name.setdefault(leaf.name, []).append(leaf)
        sure = certain(self.criteria)
        pairs = [self._pair(name, by_name[name][0]) for name in by_name if name in sure]
        parts = [f"jsonb_build_object({', '.join(some)})" for some in _in_pieces(pairs)]
        for name, leaves in by_name.items():
            if name in sure:
                continue
            held = self._named(" or ".join(self.compiler.predicate(leaf) for leaf in leaves))
            pair = self._pair(name, leaves[0])
            parts.append(f"case when {held} then jsonb_build_object({pair}) else '{{}}'::jsonb end")
        return f"({' || '.join(parts)})" if parts else "'{}'::jsonb"

    def _pair(self, name: str, leaf: Leaf) -> str:
        return f"{self.mark(name, 'text')}, {self._told(leaf)}"

    def _named(self, expression: str) -> str:
        if self._columns is None:
            return expression
        self._columns.append(f"{expression} as x{len(self._columns)}")
        return f"h.x{len(self._columns) - 1}"

    def _told(self, leaf: Leaf) -> str:
        if leaf.field.private:
            return "'private'::text"
        value = self._named(self.compiler.expression(leaf))
        # JSON readers make floats of numbers with places.
        return f"trim_scale({value})::text" if leaf.field.kind in _EXACT else value


def standing_of(criteria: Condition) -> str:
    """Return whom criteria mean by status, as SQL after `m.status`."""
    return _ANY if STATUS in fields_of(criteria) else _ACTIVE


def _in_pieces(pairs: list[str]) -> list[list[str]]:
    return [pairs[start : start + _PAIRS] for start in range(0, len(pairs), _PAIRS)]


@asynccontextmanager
async def looking_at_all(work: Work, *, seconds: int) -> AsyncGenerator[None]:
    """Let statements of the block take so long, and let them join all members by hashing.

    The planner cannot know how many rows ten conditions leave. Where it guesses one, it would work
    out the scores of all members again for each row; with hashing a wrong guess costs nothing.
    """
    await work.fetch(f"set local statement_timeout = '{seconds}s'")
    await work.fetch("set local enable_nestloop = off")
    yield
    await work.fetch("set local enable_nestloop = on")


async def values_of(work: Work) -> Values:
    """Return the values of a statement that begins with the tenant; the present is this work's."""
    tenant = await tenants.current(work)
    return Values(work.now, zone(tenant.time_zone), [work.tenant_id])


async def question(work: Work, criteria: Condition, *, few: bool = False) -> Question:
    """Return the criteria as a question to the tenant's members, or to a few of them, now."""
    return Question(criteria, await values_of(work), few)


async def start_of_today(work: Work) -> datetime:
    """Return the first moment of the tenant's present day."""
    return (await values_of(work)).start_of_day(0)


async def facts_of(work: Work, names: Iterable[str]) -> list[dict[str, Any]]:
    """Return these fields of every active member as the criteria would find them, with `id`."""
    values = await values_of(work)
    compiler = Compiler(values, registry.column_of, registry.COLLECTIONS)
    wanted = [(name, registry.FIELDS.find(name)) for name in names]
    told = [
        f'{compiler.expression(found[0])} as "{name}"'
        for name, found in wanted
        if found is not None
    ]
    joins = " ".join(values.write(sql) for sql in registry.joins(compiler.needs))
    statement = f"""
        select m.id, {", ".join(told)}
        from laurels.members as m {joins}
        where m.tenant_id = $1 and m.status = 'active'
        order by m.id
    """
    rows = await work.fetch(statement, *values.given)
    return [dict(row) for row in rows]
