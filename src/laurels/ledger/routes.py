"""Wallets, transactions and holds over HTTP."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter

from laurels import audit
from laurels.kit.access import begin
from laurels.kit.errors import Invalid
from laurels.kit.http import Door
from laurels.kit.ids import encode
from laurels.kit.paging import Cursor, Limit, Page, page_of, read_cursor
from laurels.kit.work import Work
from laurels.permissions import Permission

from . import posting, programs, queries
from .movements import Capture, Credit, Debit, HoldPoints, Posted, Release, Reversal
from .schemas import (
    CaptureIn,
    CreditIn,
    HoldId,
    HoldIn,
    HoldOut,
    LotsOut,
    MemberId,
    MovedOut,
    MoveIn,
    ProgramId,
    ProgramIn,
    ProgramOut,
    ProgramPatch,
    ProgramsOut,
    ReleaseIn,
    ReverseIn,
    TransactionId,
    TransactionOut,
    WalletId,
    WalletOut,
    WalletsOut,
)

router = APIRouter(prefix="/v1", tags=["ledger"], route_class=Door)
Reading = Annotated[Work, begin(Permission.LEDGER_READ)]
Adjusting = Annotated[Work, begin(Permission.LEDGER_ADJUST)]
Configuring = Annotated[Work, begin(Permission.LEDGER_CONFIGURE)]


@router.get("/members/{member_id}/wallets")
async def list_wallets(member_id: MemberId, work: Reading) -> WalletsOut:
    """List a member's wallets, the default program's first."""
    rows = await queries.list_wallets(work, member_id)
    return WalletsOut(data=[WalletOut.model_validate(dict(row)) for row in rows])


@router.get("/members/{member_id}/transactions")
async def list_transactions(
    member_id: MemberId, work: Reading, cursor: Cursor = None, limit: Limit = 20
) -> Page[TransactionOut]:
    """List a member's point transactions, newest first, wallet by wallet."""
    rows = await queries.list_transactions(
        work, member_id=member_id, after=read_cursor(cursor), limit=limit + 1
    )
    found = [TransactionOut.model_validate(dict(row)) for row in rows]
    return page_of(found, [row["id"] for row in rows], limit)


@router.get("/wallets/{wallet_id}")
async def get_wallet(wallet_id: WalletId, work: Reading) -> WalletOut:
    """Read one wallet."""
    return WalletOut.model_validate(dict(await queries.get_wallet(work, wallet_id)))


@router.get("/wallets/{wallet_id}/lots")
async def list_lots(wallet_id: WalletId, work: Reading) -> LotsOut:
    """List the points that mature or expire, in the order they are consumed, at most 1,000."""
    await queries.get_wallet(work, wallet_id)
    rows = await queries.list_lots(work, wallet_id)
    return LotsOut.model_validate({"data": [dict(row) for row in rows]})


@router.post("/wallets/{wallet_id}/credit", status_code=201)
async def credit(wallet_id: WalletId, body: CreditIn, work: Adjusting) -> MovedOut:
    """Credit points by hand. Debt is paid first."""
    _in_future(body.expires_at, work)
    posted = await posting.credit(
        work,
        Credit(
            wallet_id=wallet_id, points=body.points, type="adjusted", source=body.source,
            source_id=body.external_id, key=body.external_id, reason=body.reason,
            expires_at=body.expires_at,
        ),
    )  # fmt: skip
    return await _moved(work, posted, "ledger.credited")


@router.post("/wallets/{wallet_id}/debit", status_code=201)
async def debit(wallet_id: WalletId, body: MoveIn, work: Adjusting) -> MovedOut:
    """Debit points by hand, earliest expiry first. 409 `insufficient_points` when too few."""
    posted = await posting.debit(
        work,
        Debit(
            wallet_id=wallet_id, points=body.points,
            type="redeemed" if body.source == "redemption" else "adjusted", source=body.source,
            source_id=body.external_id, key=body.external_id, reason=body.reason,
        ),
    )  # fmt: skip
    return await _moved(work, posted, "ledger.debited")


@router.post("/transactions/{transaction_id}/reverse", status_code=201)
async def reverse(transaction_id: TransactionId, body: ReverseIn, work: Adjusting) -> MovedOut:
    """Take an earlier transaction back; once it is back, again changes nothing."""
    posted = await posting.reverse(
        work, Reversal(transaction_id=transaction_id, reason=body.reason)
    )
    return await _moved(work, posted, "ledger.reversed")


@router.post("/wallets/{wallet_id}/holds", status_code=201)
async def hold(wallet_id: WalletId, body: HoldIn, work: Adjusting) -> HoldOut:
    """Set points aside until they are captured or released."""
    _in_future(body.expires_at, work)
    posted = await posting.hold(
        work,
        HoldPoints(
            wallet_id=wallet_id, points=body.points, reason=body.reason,
            expires_at=body.expires_at,
        ),
    )  # fmt: skip
    return await _held(work, posted, "ledger.held")


@router.get("/holds/{hold_id}")
async def get_hold(hold_id: HoldId, work: Reading) -> HoldOut:
    """Read one hold."""
    return HoldOut.model_validate(dict(await queries.get_hold(work, hold_id)))


@router.post("/holds/{hold_id}/capture")
async def capture(hold_id: HoldId, work: Adjusting, body: CaptureIn | None = None) -> HoldOut:
    """Spend points that were set aside; what is not captured is released."""
    asked = body or CaptureIn()
    posted = await posting.capture(
        work,
        Capture(
            hold_id=hold_id, points=asked.points, reason=asked.reason, source="redemption",
            source_id=encode("hold", hold_id),
        ),
    )  # fmt: skip
    return await _held(work, posted, "ledger.captured")


@router.post("/holds/{hold_id}/release")
async def release(hold_id: HoldId, work: Adjusting, body: ReleaseIn | None = None) -> HoldOut:
    """Give points back that were set aside."""
    asked = body or ReleaseIn()
    posted = await posting.release(work, Release(hold_id=hold_id, reason=asked.reason))
    return await _held(work, posted, "ledger.released")


def _in_future(moment: datetime | None, work: Work) -> None:
    if moment is not None and moment <= work.now:
        msg = "lies in the past; points and holds end in the future"
        raise Invalid(msg, field="expires_at")


async def _moved(work: Work, posted: Posted, action: str) -> MovedOut:
    row: dict[str, Any] | None = None
    if posted.transaction is not None:
        row = dict(await queries.get_transaction(work, posted.transaction.id))
        if not posted.replayed:
            await _note(work, action, posted.balance.wallet_id, row["points"], row["reason"])
    wallet = dict(await queries.get_wallet(work, posted.balance.wallet_id))
    return MovedOut.model_validate({"transaction": row, "wallet": wallet})


async def _held(work: Work, posted: Posted, action: str) -> HoldOut:
    assert posted.hold is not None, "hold movements always have a hold"
    hold_row = dict(await queries.get_hold(work, posted.hold.id))
    await _note(work, action, posted.balance.wallet_id, hold_row["points"], hold_row["reason"])
    return HoldOut.model_validate(hold_row)


async def _note(work: Work, action: str, wallet_id: UUID, points: int, reason: str | None) -> None:
    await audit.record(
        work,
        action=action,
        target_type="wallet",
        target_id=encode("wallet", wallet_id),
        after={"points": points, "reason": reason},
    )


@router.get("/programs")
async def list_programs(work: Reading) -> ProgramsOut:
    """List the kinds of points, the default one first, at most 1,000."""
    rows = await programs.list_programs(work)
    return ProgramsOut.model_validate({"data": [dict(row) for row in rows]})


@router.post("/programs", status_code=201)
async def create_program(body: ProgramIn, work: Configuring) -> ProgramOut:
    """Make a kind of points."""
    program_id = await programs.create_program(work, **body.values())
    return ProgramOut.model_validate(dict(await programs.get_program(work, program_id)))


@router.get("/programs/{program_id}")
async def get_program(program_id: ProgramId, work: Reading) -> ProgramOut:
    """Read a kind of points."""
    return ProgramOut.model_validate(dict(await programs.get_program(work, program_id)))


@router.patch("/programs/{program_id}")
async def change_program(
    program_id: ProgramId, body: ProgramPatch, work: Configuring
) -> ProgramOut:
    """Change a kind of points; points already earned keep the dates they came with."""
    await programs.change_program(work, program_id, body.values())
    return ProgramOut.model_validate(dict(await programs.get_program(work, program_id)))
