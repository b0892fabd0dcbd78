"""Writing the outbox, set-based."""

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson

from laurels.kit import dry_runs
from laurels.kit.values.ids import new_id
from laurels.kit.work import Work

from .catalogue import Event
from .catalogue.events import HistoryImported

Batch = tuple[bool, UUID | None, int, Sequence[Event]]
Told = tuple[UUID, Event, UUID | None, int]
AT_ONCE = 2_000
"""Events that are written in one go; with more, others have their turn in between."""
_WAITING = "events waiting for the end of the transaction"


def emit(work: Work, events: Sequence[Event], *, historical: bool = False) -> None:
    """Events are written beside their cause when the transaction ends, in the order given.

    They are numbered per member under a lock that is taken last and held shortest. Historical ones
    are told together, in one `history.imported` that names their members, and never to the outside.
    """
    if not events:
        return
    waiting: tuple[Batch, ...] = work.memo.get(_WAITING, ())
    if not waiting:
        work.before_commit.append(_write)
    # A new tuple each time: a savepoint that is undone puts the old one back.
    work.memo[_WAITING] = (*waiting, (historical, work.cause, work.depth, events))


async def _write(work: Work) -> None:
    waiting: tuple[Batch, ...] = work.memo.pop(_WAITING)
    for historical in (False, True):
        told = [
            (new_id(), event, cause, depth)
            for past, cause, depth, batch in waiting
            if past is historical
            for event in batch
        ]
        if not told:
            continue
        if historical:
            told = list(_summaries(work, told))
        dry_runs.note(work, "events", [event_id for event_id, _, _, _ in told])
        for part in _parts(told):
            _book(work, part, historical=historical)
            if len(part) < len(told):
                await work.flush()


def _summaries(work: Work, told: Sequence[Told]) -> Iterator[Told]:
    """Yield what stands for history, which comes in millions: nobody acts on single events."""
    kinds = Counter(event.name for _, event, _, _ in told)
    depth = max(depth for _, _, _, depth in told)
    ids = sorted({event.member_id for _, event, _, _ in told if event.member_id is not None})
    for at in range(0, len(ids) or 1, AT_ONCE):
        counted = {} if at else dict(kinds)
        summary = HistoryImported(None, work.now, counted, ids[at : at + AT_ONCE])
        yield new_id(), summary, None, depth


def _parts(told: Sequence[Told]) -> Iterator[Sequence[Told]]:
    """Return what is written together. Members are locked in order, also from part to part."""
    if len(told) > AT_ONCE:
        told = sorted(told, key=lambda each: each[1].member_id or UUID(int=0))
    for at in range(0, len(told), AT_ONCE):
        yield told[at : at + AT_ONCE]


def _book(work: Work, told: Sequence[Told], *, historical: bool) -> None:
    causes = {(cause, depth) for _, _, cause, depth in told}
    cause, depth = next(iter(causes)) if len(causes) == 1 else (None, 0)
    each = len(causes) > 1
    counts: dict[UUID, int] = {}
    afters: list[int] = []
    for _, event, _, _ in reversed(told):
        if event.member_id is None:
            afters.append(0)
            continue
        later = counts.get(event.member_id, 0)
        afters.append(later)
        counts[event.member_id] = later + 1
    afters.reverse()
    numbered = sorted(counts)
    work.write(
        "laurels.book_outbox",
        work.tenant_id,
        [event_id for event_id, _, _, _ in told],
        [event.name for _, event, _, _ in told],
        [orjson.dumps(event, default=_plain).decode() for _, event, _, _ in told],
        [event.member_id for _, event, _, _ in told],
        afters,
        [event.occurred_at for _, event, _, _ in told],
        numbered,
        [counts[member_id] for member_id in numbered],
        historical,
        cause,
        depth,
        [cause for _, _, cause, _ in told] if each else None,
        [depth for _, _, _, depth in told] if each else None,
    )


def _plain(value: Any) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value)
