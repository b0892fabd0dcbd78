"""The in-transaction hook, for the stories that must be atomic across the house.

Merging two members, taking that back and erasing a person touch every room that knows members.
`within` lets all of them do their part in the same transaction, from the bottom of the stairs to
the top; if one refuses, nothing has happened. It is used for nothing else: everything that may
come later is an event in the outbox.

A room registers its part in its `people.py`, which `domains` imports.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from laurels.kit.work import Work


@dataclass(frozen=True, slots=True)
class Merging:
    """One member goes on for two: `merged_id` was found to be `survivor_id`."""

    merge_id: UUID
    merged_id: UUID
    survivor_id: UUID


@dataclass(frozen=True, slots=True)
class Unmerging:
    """A merge is taken back. `family` is the merged member and who had been merged into it."""

    merge_id: UUID
    merged_id: UUID
    survivor_id: UUID
    family: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Erasing:
    """A person disappears: the ids of their members, and the texts by which they can be found.

    `texts` are their external ids, addresses and numbers. They never leave the transaction.
    """

    member_ids: tuple[UUID, ...]
    texts: tuple[str, ...]


Story = Merging | Unmerging | Erasing
S = TypeVar("S", Merging, Unmerging, Erasing)
Handler = Callable[[Work, S], Awaitable[None]]
_parts: dict[type[Any], list[Callable[[Work, Any], Awaitable[None]]]] = {
    Merging: [],
    Unmerging: [],
    Erasing: [],
}


def takes_part(story: type[S]) -> Callable[[Handler[S]], Handler[S]]:
    """Register a room's part in a story; used as a decorator in its `people.py`."""

    def register(handler: Handler[S]) -> Handler[S]:
        _parts[story].append(handler)
        return handler

    return register


def parts(story: type[Any]) -> tuple[Callable[[Work, Any], Awaitable[None]], ...]:
    """Return the registered parts of a story, in the order in which they are played."""
    return tuple(_parts[story])


async def within(work: Work, story: Story) -> None:
    """Every room has done its part in this story, in this transaction."""
    for part in parts(type(story)):
        await part(work, story)
