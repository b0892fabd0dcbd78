"""Facts that rooms above supply: each with its type and meaning, found for a whole batch at once.

    earning.supply(
        Field("club.days", Kind.INTEGER, "Days of membership in the wine club."),
        on=[PurchaseCompleted.name],
        by=days_of_members,
    )

Rules may ask a fact from then on, and a rule over one that nobody supplies is refused. A supplier
is asked once per batch, and only where a rule in force asks for one of its facts.
"""

from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from laurels.kit.conditions import Field
from laurels.kit.work import Work

from .facts import FIELDS, LINE_QUANTITY, LINES, ROOTS
from .judging import Occurrence

Gather = Callable[[Work, Sequence[Occurrence]], Awaitable[Sequence[Mapping[str, Any]]]]
"""Given the events of a batch, in the order in which they happened, it returns the facts of each,
by name, in that order; a fact that is left out is missing. What it locks is locked after members
and before the usage of caps and wallets. It reads what is true when the batch begins."""


@dataclass(frozen=True, slots=True)
class Supplier:
    """Who knows these facts about these events."""

    names: frozenset[str]
    on: frozenset[str]
    by: Gather


_suppliers: list[Supplier] = []


def supply(*fields: Field, on: Collection[str], by: Gather) -> None:
    """Rules on these events may ask these facts."""
    strange = [trigger for trigger in on if trigger not in ROOTS]
    assert not strange, f"these events earn nothing: {strange}"
    assert all(field.collection is None for field in fields), "elements come with their event"
    for field in fields:
        FIELDS.add(field)
    _suppliers.append(Supplier(frozenset(f.name for f in fields), frozenset(on), by))


def is_supplied(trigger: str, wanted: frozenset[str]) -> bool:
    """Whether rooms above supply any of the wanted facts of this event."""
    return any(
        trigger in supplier.on and not wanted.isdisjoint(supplier.names) for supplier in _suppliers
    )


async def gather(
    work: Work, trigger: str, wanted: frozenset[str], events: Sequence[Occurrence]
) -> None:
    """Add to the events the wanted facts that rooms above supply."""
    for supplier in _suppliers:
        if trigger not in supplier.on or wanted.isdisjoint(supplier.names):
            continue
        supplied = await supplier.by(work, events)
        for event, facts in zip(events, supplied, strict=True):
            if not supplier.names.issuperset(facts):
                raise KeyError(*sorted(facts.keys() - supplier.names))
            event.facts.update(facts)


def triggers_of(field: Field) -> list[str]:
    """Return the events that have this field."""
    name = field.collection or field.name
    return [trigger for trigger in ROOTS if _has(trigger, name)]


def facts_on(trigger: str) -> list[str]:
    """Return what this event has, in short: a star for all facts that begin so."""
    supplied = {
        name for supplier in _suppliers if trigger in supplier.on for name in supplier.names
    }
    return [*(f"{root}.*" for root in ROOTS[trigger]), *sorted(supplied)]


def missing_facts(trigger: str, conditions: Any, award: Mapping[str, Any]) -> list[str]:
    """Return the facts that a rule, as it is stored, reads and nobody supplies for its event."""
    names = set(_named(conditions))
    if award["type"] == "per_unit":
        names.add(award["of"])
    return sorted(name for name in names if not _known(trigger, name))


def _named(raw: Any) -> Iterator[str]:
    """Yield what a condition reads, collections as a whole."""
    if isinstance(raw, list):
        for part in cast("list[Any]", raw):
            yield from _named(part)
    elif isinstance(raw, dict):
        node = cast("dict[str, Any]", raw)
        for head in ("field", "some", "every", "none"):
            if head in node:
                yield node[head]
        for head in ("all", "any", "not"):
            yield from _named(node.get(head))


def _known(trigger: str, name: str) -> bool:
    if name in {LINES, LINE_QUANTITY}:
        return _has(trigger, LINES)
    field = FIELDS.find(name)
    return field is not None and _has(trigger, field[0].name)


def _has(trigger: str, name: str) -> bool:
    suppliers = [supplier for supplier in _suppliers if name in supplier.names]
    if suppliers:
        return any(trigger in supplier.on for supplier in suppliers)
    return name.partition(".")[0] in ROOTS[trigger]
