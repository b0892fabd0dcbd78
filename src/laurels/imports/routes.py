"""Exports over HTTP: files that `laurels import` reads back."""

from typing import Annotated, Literal

from fastapi import APIRouter, Request
from starlette.responses import Response, StreamingResponse

from laurels.kit.http.access import demand, requires, token_of
from laurels.kit.http.openapi import error_responses
from laurels.kit.http.route import TransactionalRoute
from laurels.kit.work import Work
from laurels.permissions import Permission

from .errors import TooManyExports
from .exporting import note_export
from .streaming import Exports

router = APIRouter(prefix="/v1", tags=["imports"], route_class=TransactionalRoute)
Reading = Annotated[Work, requires(Permission.IMPORTS_READ)]
Kind = Literal[
    "members", "purchases", "points", "balances", "tiers", "rewards", "vouchers", "redemptions"
]
SHOWS: dict[Kind, tuple[Permission, ...]] = {
    "members": (Permission.MEMBERS_READ,),
    "purchases": (Permission.MEMBERS_READ, Permission.PURCHASES_READ),
    "points": (Permission.MEMBERS_READ, Permission.LEDGER_READ),
    "balances": (Permission.MEMBERS_READ, Permission.LEDGER_READ),
    "tiers": (Permission.MEMBERS_READ, Permission.TIERS_READ),
    "rewards": (Permission.REWARDS_READ,),
    "vouchers": (Permission.REWARDS_READ,),
    "redemptions": (Permission.MEMBERS_READ, Permission.REWARDS_READ),
}
"""What one must be allowed to read elsewhere for each kind of export."""


@router.get(
    "/exports/{kind}",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
@error_responses(TooManyExports)
async def export_rows(kind: Kind, request: Request, work: Reading) -> Response:
    """Export members, purchases, points, balances, tiers, rewards, codes or redemptions as CSV.

    Besides `imports:read`, it requires the permissions to read the data, such as `members:read`.
    The import of the same kind reads the file back. Points, tiers and redemptions are history and
    cannot be imported. Archived records are not included.

    The file is a snapshot. It is streamed, so an interrupted one ends without its last chunk;
    request it again. Cells that a spreadsheet would take for a formula are prefixed with `'`. A
    process sends one export at a time per tenant and three in total, each for at most 15 minutes.
    """
    for reads in SHOWS[kind]:
        demand(work, reads, f"The export of {kind}")
    exports: Exports = request.app.state.exports
    await note_export(work, kind)
    return exports.stream(
        work.tenant_id,
        kind,
        work.actor,
        token=token_of(request),
        permissions=(Permission.IMPORTS_READ, *SHOWS[kind]),
    )
