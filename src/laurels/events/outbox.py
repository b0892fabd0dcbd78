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
OutboxEvent = tuple[UUID, Event, UUID | None, int]
AT_ONCE = 2_000
"""Events that are written in one go; with more, others have their turn in between."""
_EMITTED = "events emitted in the transaction"


def emit(work: Work, events: Sequence[Event], *, historical: bool = False) -> None:
    """Events are written beside their cause just before the commit, in the order given.

    They are numbered per member under a lock that is taken last and held shortest. Historical ones
    are told together, in one `history.imported` that names their members, and never to the outside.
    """
    if not events:
        return
    emitted: tuple[Batch, ...] = work.memo.get(_EMITTED, ())
    if not emitted:
        work.before_commit.append(_write_outbox)
    # A new tuple each time: a savepoint that is undone puts the old one back.
    work.memo[_EMITTED] = (*emitted, (historical, work.cause, work.depth, events))


async def _write_outbox(work: Work) -> None:
    emitted: tuple[Batch, ...] = work.memo.pop(_EMITTED)
    for historical in (False, True):
        outbox_events = [
            (new_id(), event, cause, depth)
            for past, cause, depth, batch in emitted
            if past is historical
            for event in batch
        ]
        if not outbox_events:
            continue
        if historical:
            outbox_events = list(_summaries(work, outbox_events))
        dry_runs.note(work, "events", [event_id for event_id, _, _, _ in outbox_events])
        for part in _parts(outbox_events):
            _write_events(work, part, historical=historical)
            if len(part) < len(outbox_events):
                await work.flush()


def _summaries(work: Work, events: Sequence[OutboxEvent]) -> Iterator[OutboxEvent]:
    """Yield what stands for history, which comes in millions: nobody acts on single events."""
    kinds = Counter(event.name for _, event, _, _ in events)
    depth = max(depth for _, _, _, depth in events)
    ids = sorted({event.member_id for _, event, _, _ in events if event.member_id is not None})
    for at in range(0, len(ids) or 1, AT_ONCE):
        counted = {} if at else dict(kinds)
        summary = HistoryImported(None, work.now, counted, ids[at : at + AT_ONCE])
        yield new_id(), summary, None, depth


def _parts(events: Sequence[OutboxEvent]) -> Iterator[Sequence[OutboxEvent]]:
    """Return what is written together. Members are locked in order, also from part to part."""
    if len(events) > AT_ONCE:
        events = sorted(events, key=lambda entry: entry[1].member_id or UUID(int=0))
    for at in range(0, len(events), AT_ONCE):
        yield events[at : at + AT_ONCE]


def _write_events(work: Work, events: Sequence[OutboxEvent], *, historical: bool) -> None:
    causes = {(cause, depth) for _, _, cause, depth in events}
    cause, depth = next(iter(causes)) if len(causes) == 1 else (None, 0)
    many_causes = len(causes) > 1
    counts: dict[UUID, int] = {}
    afters: list[int] = []
    for _, event, _, _ in reversed(events):
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
        [event_id for event_id, _, _, _ in events],
        [event.name for _, event, _, _ in events],
        [orjson.dumps(event, default=_plain).decode() for _, event, _, _ in events],
        [event.member_id for _, event, _, _ in events],
        afters,
        [event.occurred_at for _, event, _, _ in events],
        numbered,
        [counts[member_id] for member_id in numbered],
        historical,
        cause,
        depth,
        [cause for _, _, cause, _ in events] if many_causes else None,
        [depth for _, _, _, depth in events] if many_causes else None,
    )


def _plain(value: Any) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value)
