"""Hooks that run in the transaction, for what must be atomic across all rooms.

Merging two members, undoing a merge and erasing a person touch every room that knows members.
`run_lifecycle_hooks` lets each of them do its part in the same transaction, from the lowest layer
to the highest; if one refuses, nothing has happened. It is used for nothing else: everything that
may come later is an event in the outbox.

A room registers its part in its `member_lifecycle.py`, which `domains` imports.
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


MemberLifecycle = Merging | Unmerging | Erasing
S = TypeVar("S", Merging, Unmerging, Erasing)
Handler = Callable[[Work, S], Awaitable[None]]
_parts: dict[type[Any], list[Callable[[Work, Any], Awaitable[None]]]] = {
    Merging: [],
    Unmerging: [],
    Erasing: [],
}


def lifecycle_hook(change: type[S]) -> Callable[[Handler[S]], Handler[S]]:
    """Register a room's part in a change; used as a decorator in its `member_lifecycle.py`."""

    def register(handler: Handler[S]) -> Handler[S]:
        _parts[change].append(handler)
        return handler

    return register


def parts(change: type[Any]) -> tuple[Callable[[Work, Any], Awaitable[None]], ...]:
    """Return the registered parts of a change, in the order in which they run."""
    return tuple(_parts[change])


async def run_lifecycle_hooks(work: Work, change: MemberLifecycle) -> None:
    """Every room has done its part in this change, in this transaction."""
    for part in parts(type(change)):
        await part(work, change)
