"""Saved views: what stood in the address of a list (filters, order, columns), under a name.

A person's own views are theirs alone. Shared ones are seen by everyone of the tenant and changed by
whoever may invite colleagues. When a person is removed, their own views go; those that they shared
stay. They are no configuration: nothing that happens depends on them, so they leave no audit
entry.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from laurels.kit.db.sql import statements
from laurels.kit.http.access import AuthenticatedRequest
from laurels.kit.values.ids import decode, new_id
from laurels.kit.versions import check_version
from laurels.kit.work import Work
from laurels.permissions import Permission

from .errors import (
    PersonRequired,
    SavedViewExists,
    SavedViewNotFound,
    SavedViewsFull,
    SharingForbidden,
)
from .sessions import working

SQL = statements(__name__)

MAX_VIEWS = 500
"""Of one person, shared ones included."""


class Desk:
    """A person at work: their transaction, who they are, and whether they may share."""

    def __init__(self, work: Work, staff_id: UUID, *, may_share: bool) -> None:
        """Take what is known of them."""
        self.work, self.staff_id, self.may_share = work, staff_id, may_share

    async def list_views(self, screen: str | None) -> list[dict[str, Any]]:
        """Return the person's own views and the shared ones by name, of one screen or of all."""
        rows = await self.work.fetch(f"{SQL.saved_views}{_LISTED}", *self._who, screen)
        return [self._shown(row) for row in rows]

    async def get(self, view_id: UUID) -> dict[str, Any]:
        """Return a view that this person sees. Raise SavedViewNotFound."""
        row = await self.work.fetchrow(f"{SQL.saved_views} and v.id = $3", *self._who, view_id)
        if row is None:
            raise SavedViewNotFound
        return self._shown(row)

    async def save(
        self, *, screen: str, name: str, search: dict[str, Any], shared: bool
    ) -> dict[str, Any]:
        """A view of this person is kept.

        Raise SharingForbidden, SavedViewExists or SavedViewsFull.
        """
        if shared:
            self._require_share()
        view_id = new_id()
        row = await self.work.fetchrow(SQL.count_saved_views, *self._who)
        if row is not None and row[0] >= MAX_VIEWS:
            raise SavedViewsFull
        values = (view_id, screen, name, orjson.dumps(search).decode(), shared)
        await self._write(SQL.add_saved_view, *self._who, *values)
        return await self.get(view_id)

    async def change(
        self,
        view_id: UUID,
        *,
        name: str | None,
        search: dict[str, Any] | None,
        shared: bool | None,
        version: int | None,
    ) -> dict[str, Any]:
        """What is given of a view is as given.

        Raise SavedViewNotFound, SharingForbidden, SavedViewExists or VersionConflict.
        """
        before = await self._take(view_id)
        check_version(version, before["version"])
        if shared:
            self._require_share()
        found = None if search is None else orjson.dumps(search).decode()
        await self._write(SQL.change_saved_view, self.work.tenant_id, view_id, name, found, shared)
        if shared is False:
            await self.work.fetch(SQL.forget_defaults_of_others, self.work.tenant_id, view_id)
        return await self.get(view_id)

    async def delete(self, view_id: UUID) -> dict[str, Any]:
        """The view is gone, for everyone. Raise SavedViewNotFound or SharingForbidden."""
        before = await self._take(view_id)
        await self.work.fetch(SQL.delete_saved_view, self.work.tenant_id, view_id)
        return before

    async def set_default(self, screen: str, view_id: UUID | None) -> None:
        """The screen opens with this view for this person, or as it is without one.

        Raise SavedViewNotFound, also for a view of another screen.
        """
        if view_id is None:
            await self.work.fetch(SQL.forget_default_view, *self._who, screen)
            return
        if (await self.get(view_id))["screen"] != screen:
            raise SavedViewNotFound
        await self.work.fetch(SQL.set_default_view, *self._who, screen, view_id)

    @property
    def _who(self) -> tuple[UUID, UUID]:
        return self.work.tenant_id, self.staff_id

    def _shown(self, row: asyncpg.Record) -> dict[str, Any]:
        own_alone = row["mine"] and not row["shared"]
        return {**dict(row), "can_change": own_alone or self.may_share}

    async def _take(self, view_id: UUID) -> dict[str, Any]:
        """Return a view that this person may change, locked."""
        await self.work.fetch(SQL.lock_saved_view, self.work.tenant_id, view_id)
        view = await self.get(view_id)
        if not view["can_change"]:
            self._require_share()
        return view

    def _require_share(self) -> None:
        if not self.may_share:
            raise SharingForbidden(field="shared", permission=str(Permission.AUTH_INVITE))

    async def _write(self, statement: str, *values: Any) -> None:
        try:
            await self.work.fetch(statement, *values)
        except asyncpg.UniqueViolationError:
            raise SavedViewExists(field="name") from None


_LISTED = """
  and ($3::text is null or v.screen = $3)
order by v.shared, laurels.plain(v.name) collate "C", v.id
"""


@asynccontextmanager
async def at_desk(visitor: AuthenticatedRequest) -> AsyncGenerator[Desk]:
    """Run the block in a transaction of who asks. Raise PersonRequired for a machine."""
    who = visitor.principal
    if who.actor.kind != "staff" or who.actor.id is None:
        raise PersonRequired
    staff_id = decode("staff", who.actor.id)
    async with working(visitor.origin, who.tenant_id, staff_id=staff_id) as work:
        yield Desk(work, staff_id, may_share=Permission.AUTH_INVITE in who.permissions)
