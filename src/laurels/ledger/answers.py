"""What the routes of wallets answer, for many movements at once: posted together, rendered once."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from laurels import audit, tenants
from laurels.kit.errors import AppError
from laurels.kit.hot import Item
from laurels.kit.http.idempotency import Answer
from laurels.kit.values.ids import encode
from laurels.kit.values.time import require_future
from laurels.kit.work import Work

from . import posting, queries
from .movements import (
    Balance,
    Capture,
    Credit,
    Debit,
    HoldPoints,
    Movement,
    Posted,
    Release,
    Reversal,
)
from .programs import load_programs
from .schemas import HoldOut, MovedOut, TransactionOut, WalletOut


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the answers of a batch need beside what was posted."""

    written_at: datetime
    transactions: dict[UUID, Any]
    wallets: dict[UUID, Any]


async def move(work: Work, items: Sequence[Item]) -> list[Answer | AppError]:
    """Post what is asked for: 201 with the movement and its wallet, or 200 with a hold."""
    movements: list[Movement] = [item.content for item in items]
    outcomes = await post(work, items)
    seen = await look(work, outcomes)
    return [
        outcome
        if isinstance(outcome, AppError)
        else _answer(work, movement, outcome, seen, await load_programs(work))
        for movement, outcome in zip(movements, outcomes, strict=True)
    ]


async def post(work: Work, items: Sequence[Item]) -> list[Posted | AppError]:
    """Post movements that people and systems ask for by hand, and note each in the audit log."""
    movements: list[Movement] = [item.content for item in items]
    for movement, item in zip(movements, items, strict=True):
        movement.by = item.actor
    off = not await tenants.loyalty_enabled(work)
    refused = {
        n: error
        for n, m in enumerate(movements)
        if (error := _late(work, m) or (_spending(m) if off else None)) is not None
    }
    chosen = [m for n, m in enumerate(movements) if n not in refused]
    async with AsyncExitStack() as around:
        if ids := [m.transaction_id for m in chosen if isinstance(m, Reversal)]:
            reversals = await queries.about_reversals(work, ids)
            for react in _around_reversals:
                await around.enter_async_context(react(work, reversals))
        posted = iter(await posting.post(work, chosen))
    outcomes = [refused.get(n) or next(posted) for n in range(len(movements))]
    await audit.record_all(
        work,
        [
            _note(item, outcome)
            for item, outcome in zip(items, outcomes, strict=True)
            if isinstance(outcome, Posted)
            and not outcome.replayed
            and (outcome.transaction is not None or outcome.hold is not None)
        ],
    )
    return outcomes


AroundReversals = Callable[
    [Work, Sequence[queries.AboutReversal]], AbstractAsyncContextManager[None]
]
_around_reversals: list[AroundReversals] = []


def around_reversals(react: AroundReversals) -> AroundReversals:
    """Have this done in the same transaction where transactions are reversed by hand.

    Before the `yield` no wallet is locked: that is the time for locks on whatever comes before
    wallets. After it they are reversed, or were before.
    """
    _around_reversals.append(react)
    return react


def _late(work: Work, movement: Movement) -> AppError | None:
    expires_at = movement.expires_at if isinstance(movement, Credit | HoldPoints) else None
    try:
        require_future(expires_at, work.now, field="expires_at")
    except AppError as error:
        return error
    return None


def _spending(movement: Movement) -> AppError | None:
    """Refuse what would give a member something for points while the programme is off.

    What was set aside before may still be captured: that was promised while it was on.
    """
    spends = isinstance(movement, HoldPoints) or (
        isinstance(movement, Debit) and movement.type == "redeemed"
    )
    return tenants.LoyaltyOff() if spends else None


def _note(item: Item, posted: Posted) -> audit.Note:
    verbs: dict[type[Movement], str] = {
        Credit: "credited",
        Debit: "debited",
        Reversal: "reversed",
        HoldPoints: "held",
        Capture: "captured",
        Release: "released",
    }
    subject = posted.hold if posted.hold is not None else posted.transaction
    assert subject is not None, "what moved nothing is not noted"
    penalty = isinstance(item.content, Debit) and item.content.type == "penalty"
    return audit.Note(
        action=f"ledger.{'penalized' if penalty else verbs[type(item.content)]}",
        target_type="wallet",
        target_id=encode("wallet", posted.balance.wallet_id),
        after={"points": subject.points, "reason": subject.reason} | _for_member(subject),
        actor=item.actor,
        request_id=item.request_id,
        ip=item.ip,
        user_agent=item.user_agent,
    )


def _for_member(subject: Any) -> dict[str, str]:
    words: str | None = getattr(subject, "member_note", None)
    return {"member_note": words} if words else {}


async def look(work: Work, outcomes: Sequence[Posted | AppError]) -> _Seen:
    """Read what was booked earlier and is only said again, and what was not touched."""
    posted = [outcome for outcome in outcomes if isinstance(outcome, Posted)]
    again = [p.transaction.id for p in posted if p.replayed and p.transaction is not None]
    still = [p.balance.wallet_id for p in posted if p.replayed or p.transaction is None]
    return _Seen(
        await work.began_at(),
        await queries.find_transactions(work, again) if again else {},
        await queries.find_wallets(work, still) if still else {},
    )


def _answer(work: Work, movement: Movement, posted: Posted, seen: _Seen, programs: Any) -> Answer:
    if posted.hold is not None:
        status = 201 if isinstance(movement, HoldPoints) else 200
        return Answer(status, _rendered(HoldOut.model_validate(posted.hold)))
    return Answer(201, _rendered(show(work, posted, seen, programs)))


def _rendered(view: HoldOut | MovedOut) -> bytes:
    return view.__pydantic_serializer__.to_json(view)


def show(work: Work, posted: Posted, seen: _Seen, programs: Any) -> MovedOut:
    """Return a movement and its wallet as this movement left it."""
    return MovedOut.model_construct(
        transaction=_transaction(work, posted, seen), wallet=_wallet(posted.balance, seen, programs)
    )


def _transaction(work: Work, posted: Posted, seen: _Seen) -> TransactionOut | None:
    row = posted.transaction
    if row is None:
        return None
    before = seen.transactions.get(row.id)
    if before is not None:
        return TransactionOut.model_validate(dict(before))
    actor = row.by or work.actor
    return TransactionOut.model_construct(
        id=row.id,
        wallet_id=row.wallet_id,
        seq=row.seq,
        type=row.type,
        source=row.source,
        source_id=row.source_id,
        points=row.points,
        amount=row.amount,
        debt_delta=row.debt_delta,
        balance_after=row.balance_after,
        reverses_id=row.reverses_id,
        reason=row.reason,
        member_note=row.member_note,
        attributes=row.attributes or {},
        actor_type=actor.kind,
        actor_id=actor.id,
        occurred_at=row.occurred_at,
        created_at=seen.written_at,
    )


def _wallet(balance: Balance, seen: _Seen, programs: Any) -> WalletOut:
    wallet = seen.wallets.get(balance.wallet_id)
    named = programs.named[balance.program_id]
    return WalletOut.model_construct(
        id=balance.wallet_id,
        member_id=balance.member_id,
        program_id=balance.program_id,
        program_name=named.name,
        unit_name=named.unit_name,
        point_value=named.point_value,
        minimum_redemption_points=named.minimum,
        available=balance.available,
        pending=balance.pending,
        held=balance.held,
        debt=balance.debt,
        balance=balance.available + balance.pending + balance.held,
        lifetime_earned=balance.lifetime_earned,
        lifetime_redeemed=balance.lifetime_redeemed,
        lifetime_expired=balance.lifetime_expired,
        updated_at=wallet["updated_at"] if wallet is not None else seen.written_at,
    )
