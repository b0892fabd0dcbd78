"""Wallets, transactions and holds over HTTP."""

from collections.abc import Mapping
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from laurels.kit.hot import Caller, requires_batched
from laurels.kit.http import bulk
from laurels.kit.http import expand as expanding
from laurels.kit.http.access import requires
from laurels.kit.http.bulk import BulkIn, BulkOut
from laurels.kit.http.expand import ExpansionsOf, Rows, offer
from laurels.kit.http.openapi import error_responses
from laurels.kit.http.paging import Asked, Page
from laurels.kit.http.query import Switch
from laurels.kit.http.route import TransactionalRoute
from laurels.kit.values.fields import Code, Moment
from laurels.kit.values.ids import encode
from laurels.kit.work import Work
from laurels.permissions import Permission
from laurels.tenants import FeatureOff, LoyaltyOff, PlanExceeded, TenantSuspended

from . import answers, period_statements, programs, queries
from .errors import (
    BelowMinimum,
    CaptureTooLarge,
    HoldClosed,
    HoldNotFound,
    InsufficientPoints,
    NotReversible,
    PointsOverLimit,
    PostingKeyTaken,
    ProgramArchived,
    ProgramInUse,
    ProgramInvalid,
    ProgramManaged,
    ProgramNameTaken,
    ProgramNotFound,
    TransactionNotFound,
    WalletClosed,
    WalletNotFound,
)
from .movements import Capture, HoldPoints, Release, Reversal
from .schemas import (
    CaptureIn,
    CreditIn,
    HoldId,
    HoldIn,
    HoldOut,
    HoldStatus,
    LotOut,
    MemberId,
    MovedOut,
    MoveIn,
    MovementIn,
    PenaltyIn,
    ProgramId,
    ProgramIn,
    ProgramOut,
    ProgramPatch,
    ReleaseIn,
    ReverseIn,
    StatementOut,
    TransactionId,
    TransactionOut,
    TransactionType,
    WalletId,
    WalletOut,
)

router = APIRouter(prefix="/v1", tags=["ledger"], route_class=TransactionalRoute)
Reading = Annotated[Work, requires(Permission.LEDGER_READ)]
Adjusting = Annotated[Work, requires(Permission.LEDGER_ADJUST, dry_run=True)]
InBulk = Annotated[Work, requires(Permission.LEDGER_ADJUST, feature="bulk", dry_run=True)]
Moving = Annotated[Caller, requires_batched(Permission.LEDGER_ADJUST)]
Configuring = Annotated[Work, requires(Permission.LEDGER_CONFIGURE)]
WALLET = "wallet"
ExpandWallet = Annotated[str, ExpansionsOf(WALLET), Query()]


async def _wallets(work: Work, rows: Rows) -> Mapping[UUID, list[WalletOut]]:
    wallets = await queries.wallets_of(work, list(rows))
    return {
        member_id: [WalletOut.model_validate(row) for row in wallets.get(member_id, [])]
        for member_id in rows
    }


async def _programs(work: Work, rows: Rows) -> Mapping[UUID, ProgramOut]:
    programs_by_id = await programs.find_programs(
        work, {row["program_id"] for row in rows.values()}
    )
    views = {
        program_id: ProgramOut.model_validate(row) for program_id, row in programs_by_id.items()
    }
    return {wallet_id: views[row["program_id"]] for wallet_id, row in rows.items()}


offer("member", "wallets", _wallets, reads=Permission.LEDGER_READ)
# Whose they are is known above; settlement offers `member`.
offer(WALLET, "program", _programs, reads=Permission.LEDGER_READ)


@router.get("/members/{member_id}/wallets")
@error_responses(WalletNotFound)
async def list_wallets(
    member_id: MemberId,
    work: Reading,
    asked: Annotated[Asked, Depends(queries.WALLETS)],
    expand: ExpandWallet | None = None,
) -> Page[WalletOut]:
    """List a member's wallets, the default program's first."""
    rows = await queries.list_wallets(work, member_id, asked)
    more = await expanding.expand(work, WALLET, expand, rows)
    return rows.page(
        WalletOut.model_validate({**row, "expanded": more.get(row["id"])}) for row in rows
    )


@router.get("/members/{member_id}/transactions")
@error_responses(WalletNotFound)
async def list_transactions(
    member_id: MemberId,
    work: Reading,
    asked: Annotated[Asked, Depends(queries.TRANSACTIONS)],
    kind: Annotated[
        TransactionType | None, Query(alias="type", description="Only movements of this type.")
    ] = None,
    source: Annotated[
        Code | None, Query(description="Only movements from this source, such as `purchase`.")
    ] = None,
) -> Page[TransactionOut]:
    """List a member's point transactions by wallet, newest first."""
    rows = await queries.list_transactions(
        work, member_id=member_id, kind=kind, source=source, asked=asked
    )
    return rows.page(TransactionOut.model_validate(row) for row in rows)


@router.get("/transactions/{transaction_id}")
@error_responses(TransactionNotFound)
async def get_transaction(transaction_id: TransactionId, work: Reading) -> TransactionOut:
    """Read one transaction, such as one named by an event or a redemption."""
    return TransactionOut.model_validate(dict(await queries.get_transaction(work, transaction_id)))


@router.get("/wallets/{wallet_id}")
@error_responses(WalletNotFound)
async def get_wallet(
    wallet_id: WalletId, work: Reading, expand: ExpandWallet | None = None
) -> WalletOut:
    """Read one wallet."""
    row = dict(await queries.get_wallet(work, wallet_id))
    more = await expanding.expand(work, WALLET, expand, [row])
    return WalletOut.model_validate({**row, "expanded": more.get(wallet_id)})


@router.get("/wallets")
async def list_all_wallets(
    work: Reading,
    asked: Annotated[Asked, Depends(queries.ALL_WALLETS)],
    in_debt: Annotated[Switch, Query(description="Only those that owe points.")] = False,
    expand: ExpandWallet | None = None,
) -> Page[WalletOut]:
    """List the wallets of all members, newest first."""
    rows = await queries.list_all_wallets(work, in_debt=in_debt, asked=asked)
    more = await expanding.expand(work, WALLET, expand, rows)
    return rows.page(
        WalletOut.model_validate({**row, "expanded": more.get(row["id"])}) for row in rows
    )


@router.get(
    "/wallets/{wallet_id}/statement",
    response_model=StatementOut,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
@error_responses(WalletNotFound)
async def get_statement(
    wallet_id: WalletId,
    work: Reading,
    since: Annotated[Moment | None, Query(description="Beginning of the period.")] = None,
    until: Annotated[Moment | None, Query(description="End of the period, exclusive.")] = None,
    format: Annotated[  # noqa: A002 - the field's name
        Literal["json", "csv"], Query(description="`csv` for a spreadsheet.")
    ] = "json",
) -> StatementOut | Response:
    """Read a wallet's statement for a period: opening balance, movements, closing balance."""
    found = await period_statements.period_statement(work, wallet_id, since, until)
    if format == "csv":
        return Response(period_statements.as_csv(found), media_type="text/csv; charset=utf-8")
    return StatementOut.model_validate(found)


@router.get("/wallets/{wallet_id}/lots")
@error_responses(WalletNotFound)
async def list_lots(
    wallet_id: WalletId, work: Reading, asked: Annotated[Asked, Depends(queries.LOTS)]
) -> Page[LotOut]:
    """List the points that mature or expire, in the order they are consumed."""
    await queries.get_wallet(work, wallet_id)
    rows = await queries.list_lots(work, wallet_id, asked)
    return rows.page(LotOut.model_validate(row) for row in rows)


@router.post("/wallets/{wallet_id}/credit", status_code=201, response_model=MovedOut)
@error_responses(
    TenantSuspended, WalletNotFound, WalletClosed, ProgramArchived, PostingKeyTaken, PointsOverLimit
)
async def credit_points(wallet_id: WalletId, body: CreditIn, caller: Moving) -> Response:
    """Credit points by hand. Debt is paid off first."""
    return await caller.submit(answers.move, body.to_credit(wallet_id))


@router.post("/wallets/{wallet_id}/debit", status_code=201, response_model=MovedOut)
@error_responses(
    TenantSuspended,
    WalletNotFound,
    WalletClosed,
    PostingKeyTaken,
    LoyaltyOff,
    BelowMinimum,
    InsufficientPoints,
)
async def debit_points(wallet_id: WalletId, body: MoveIn, caller: Moving) -> Response:
    """Debit points by hand, earliest expiry first. Answers 409 `insufficient_points` if too few."""
    return await caller.submit(answers.move, body.to_debit(wallet_id))


@router.post("/wallets/{wallet_id}/penalty", status_code=201, response_model=MovedOut)
@error_responses(TenantSuspended, WalletNotFound, WalletClosed, PostingKeyTaken)
async def penalize(wallet_id: WalletId, body: PenaltyIn, caller: Moving) -> Response:
    """Take points as a penalty, at most those that are there, pending ones last.

    Works for blocked members too. `transaction` says how many were taken; null: there were none.
    """
    return await caller.submit(answers.move, body.to_penalty(wallet_id))


@router.post("/transactions/{transaction_id}/reverse", status_code=201, response_model=MovedOut)
@error_responses(TenantSuspended, TransactionNotFound, WalletClosed, NotReversible, PointsOverLimit)
async def reverse_transaction(
    transaction_id: TransactionId, body: ReverseIn, caller: Moving
) -> Response:
    """Reverse an earlier transaction. Repeating the request changes nothing."""
    movement = Reversal(
        transaction_id=transaction_id, reason=body.reason, attributes=body.attributes
    )
    return await caller.submit(answers.move, movement)


@router.post("/wallets/{wallet_id}/holds", status_code=201, response_model=HoldOut)
@error_responses(
    TenantSuspended, WalletNotFound, WalletClosed, LoyaltyOff, BelowMinimum, InsufficientPoints
)
async def hold_points(wallet_id: WalletId, body: HoldIn, caller: Moving) -> Response:
    """Set points aside until they are captured or released."""
    movement = HoldPoints(
        wallet_id=wallet_id,
        points=body.points,
        reason=body.reason,
        expires_at=body.expires_at,
        attributes=body.attributes,
    )
    return await caller.submit(answers.move, movement)


@router.get("/wallets/{wallet_id}/holds")
@error_responses(WalletNotFound)
async def list_holds(
    wallet_id: WalletId,
    work: Reading,
    asked: Annotated[Asked, Depends(queries.HOLDS)],
    status: Annotated[HoldStatus | None, Query(description="Only those of this status.")] = None,
) -> Page[HoldOut]:
    """List the holds of a wallet, newest first."""
    rows = await queries.list_holds(work, wallet_id, status=status, asked=asked)
    return rows.page(HoldOut.model_validate(row) for row in rows)


@router.get("/holds")
async def list_all_holds(
    work: Reading,
    asked: Annotated[Asked, Depends(queries.HOLDS)],
    status: Annotated[HoldStatus, Query(description="Only those of this status.")] = "open",
) -> Page[HoldOut]:
    """List the holds of all members with one status, by default the open ones, newest first."""
    rows = await queries.list_all_holds(work, status=status, asked=asked)
    return rows.page(HoldOut.model_validate(row) for row in rows)


@router.get("/holds/{hold_id}")
@error_responses(HoldNotFound)
async def get_hold(hold_id: HoldId, work: Reading) -> HoldOut:
    """Read one hold."""
    return HoldOut.model_validate(dict(await queries.get_hold(work, hold_id)))


@router.post("/holds/{hold_id}/capture", response_model=HoldOut)
@error_responses(
    TenantSuspended, WalletClosed, HoldNotFound, HoldClosed, CaptureTooLarge, BelowMinimum
)
async def capture_hold(hold_id: HoldId, caller: Moving, body: CaptureIn | None = None) -> Response:
    """Spend points that were set aside; points that are not captured are released."""
    capture = body or CaptureIn()
    movement = Capture(
        hold_id=hold_id,
        points=capture.points,
        reason=capture.reason,
        source="redemption",
        source_id=encode("hold", hold_id),
    )
    return await caller.submit(answers.move, movement)


@router.post("/holds/{hold_id}/release", response_model=HoldOut)
@error_responses(TenantSuspended, WalletClosed, HoldNotFound, HoldClosed)
async def release_hold(hold_id: HoldId, caller: Moving, body: ReleaseIn | None = None) -> Response:
    """Release points that were set aside."""
    reason = body.reason if body else None
    return await caller.submit(answers.move, Release(hold_id=hold_id, reason=reason))


@router.post("/movements/bulk", response_model=BulkOut[MovedOut])
@error_responses(TenantSuspended, FeatureOff)
async def move_points(body: BulkIn[MovementIn], work: InBulk) -> Response:
    """Book up to 1,000 credits, debits and penalties at once. Each succeeds or fails on its own."""
    return await bulk.run(work, body.items, MovementIn, MovementIn.to_movement, answers.move)


@router.get("/programs")
async def list_programs(
    work: Reading,
    asked: Annotated[Asked, Depends(programs.PROGRAMS)],
    archived: Annotated[
        bool, Query(description="Archived programs instead of active ones.")
    ] = False,
) -> Page[ProgramOut]:
    """List the kinds of points, the default one first."""
    rows = await programs.list_programs(work, archived=archived, asked=asked)
    return rows.page(ProgramOut.model_validate(row) for row in rows)


@router.post("/programs", status_code=201)
@error_responses(ProgramNameTaken, ProgramInvalid, ProgramManaged, PlanExceeded)
async def create_program(body: ProgramIn, work: Configuring) -> ProgramOut:
    """Create a kind of points."""
    program_id = await programs.create_program(work, **body.values())
    return ProgramOut.model_validate(dict(await programs.get_program(work, program_id)))


@router.get("/programs/{program_id}")
@error_responses(ProgramNotFound)
async def get_program(program_id: ProgramId, work: Reading) -> ProgramOut:
    """Read a kind of points."""
    return ProgramOut.model_validate(dict(await programs.get_program(work, program_id)))


@router.patch("/programs/{program_id}")
@error_responses(ProgramNotFound, ProgramArchived, ProgramNameTaken, ProgramInvalid, ProgramManaged)
async def change_program(
    program_id: ProgramId, body: ProgramPatch, work: Configuring
) -> ProgramOut:
    """Change a kind of points; points already earned keep their dates."""
    await programs.change_program(work, program_id, body.values())
    return ProgramOut.model_validate(dict(await programs.get_program(work, program_id)))


@router.post("/programs/{program_id}/archive")
@error_responses(ProgramNotFound, ProgramInUse)
async def archive_program(program_id: ProgramId, work: Configuring) -> ProgramOut:
    """Archive a kind of points: no more are credited; members can still spend what they have."""
    await programs.set_archived(work, program_id, archived=True)
    return ProgramOut.model_validate(dict(await programs.get_program(work, program_id)))


@router.post("/programs/{program_id}/restore")
@error_responses(ProgramNotFound, ProgramNameTaken)
async def restore_program(program_id: ProgramId, work: Configuring) -> ProgramOut:
    """Restore an archived kind of points."""
    await programs.set_archived(work, program_id, archived=False)
    return ProgramOut.model_validate(dict(await programs.get_program(work, program_id)))
