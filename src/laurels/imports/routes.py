"""Exports over HTTP: files that `laurels import` reads back."""

from typing import Annotated, Literal

from fastapi import APIRouter, Request
from starlette.responses import Response, StreamingResponse

from laurels.kit.access import begin, demand
from laurels.kit.http import Door
from laurels.kit.openapi import refuses
from laurels.kit.work import Work
from laurels.permissions import Permission

from .errors import TooManyExports
from .exporting import note_export
from .streaming import Exports

router = APIRouter(prefix="/v1", tags=["imports"], route_class=Door)
Reading = Annotated[Work, begin(Permission.IMPORTS_READ)]
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
@refuses(TooManyExports)
async def export_rows(kind: Kind, request: Request, work: Reading) -> Response:
    """Take out members, purchases, points, balances, tiers, rewards, codes or redemptions as CSV.

    Beside `imports:read` it asks for the rights to read what is in it, such as `members:read`.
    The import of the same kind reads it back. Points, tiers and redemptions are history, for
    reading: there is no import of them. Archived things are not in it.

    The file is of one moment. It is sent while it is read, so one that broke off ends without its
    last chunk; ask again. Cells that a spreadsheet would take for a formula have a `'` in front.
    A process sends one at a time for a tenant and three in all, each for at most 15 minutes.
    """
    for reads in SHOWS[kind]:
        demand(work, reads, f"The export of {kind}")
    exports: Exports = request.app.state.exports
    await note_export(work, kind)
    return exports.stream(work.tenant_id, kind, work.actor)
