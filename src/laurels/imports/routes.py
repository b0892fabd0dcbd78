"""Exports over HTTP: files that `laurels import` reads back."""

from typing import Annotated, Literal

from fastapi import APIRouter, Request
from starlette.responses import Response, StreamingResponse

from laurels.kit.access import begin
from laurels.kit.http import Door
from laurels.kit.openapi import refuses
from laurels.kit.work import Work
from laurels.permissions import Permission

from .errors import TooManyExports
from .exporting import note_export
from .streaming import Exports

router = APIRouter(prefix="/v1", tags=["imports"], route_class=Door)
Reading = Annotated[Work, begin(Permission.IMPORTS_READ)]
Kind = Literal["members", "balances", "rewards", "vouchers", "redemptions"]


@router.get(
    "/exports/{kind}",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
@refuses(TooManyExports)
async def export_rows(kind: Kind, request: Request, work: Reading) -> Response:
    """Take out members, balances, rewards, free codes or redemptions as CSV.

    The import of the same kind reads it back, redemptions aside. Archived things are not in it.

    The file is of one moment. It is sent while it is read, so one that broke off ends without its
    last chunk; ask again. Cells that a spreadsheet would take for a formula have a `'` in front.
    A process sends one at a time for a tenant and three in all, each for at most 15 minutes.
    """
    exports: Exports = request.app.state.exports
    await note_export(work, kind)
    return exports.stream(work.tenant_id, kind, work.actor)
