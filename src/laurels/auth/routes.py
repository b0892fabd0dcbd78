"""API keys over HTTP: list, make, withdraw."""

from typing import Annotated

from fastapi import APIRouter

from laurels import tenants
from laurels.kit.access import begin, once
from laurels.kit.http import Door
from laurels.kit.openapi import refuses
from laurels.kit.paging import Cursor, Limit, Page, page_of, read_cursor
from laurels.kit.work import Work
from laurels.permissions import Permission

from . import service
from .errors import KeyNotFound, ScopeNotHeld
from .schemas import ApiKeyId, ApiKeyIn, ApiKeyOut, NewApiKeyOut

router = APIRouter(prefix="/v1/api-keys", tags=["auth"], route_class=Door)
Reading = Annotated[Work, begin(Permission.AUTH_READ)]
Writing = Annotated[Work, begin(Permission.AUTH_WRITE)]


@router.get("")
async def list_api_keys(work: Reading, cursor: Cursor = None, limit: Limit = 20) -> Page[ApiKeyOut]:
    """List the tenant's API keys, the newest first, without what opens doors."""
    rows = await service.list_keys(work, after=read_cursor(cursor), limit=limit + 1)
    found = [ApiKeyOut.model_validate(row) for row in rows]
    return page_of(found, [row["id"] for row in rows], limit)


@router.post("", status_code=201, dependencies=[once("api_key")])
@refuses(ScopeNotHeld)
async def create_api_key(body: ApiKeyIn, work: Writing) -> NewApiKeyOut:
    """Make an API key. The key itself is in this answer and nowhere else, ever."""
    tenant = await tenants.current(work)
    made = await service.create_key(
        work, name=body.name, test=tenant.test, scopes=body.scopes, expires_at=body.expires_at
    )
    row = await service.get_key(work, made.id)
    return NewApiKeyOut.model_validate({**row, "api_key": made.key})


@router.delete("/{api_key_id}")
@refuses(KeyNotFound)
async def revoke_api_key(api_key_id: ApiKeyId, work: Writing) -> ApiKeyOut:
    """Withdraw an API key: it opens no door from its next request on. Repeating changes nothing."""
    await service.revoke_key(work, api_key_id)
    return ApiKeyOut.model_validate(await service.get_key(work, api_key_id))
