"""Writing the audit log."""

from typing import Any

import orjson

from laurels.kit.ids import new_id
from laurels.kit.work import Work


async def record(
    work: Work,
    *,
    action: str,
    target_type: str,
    target_id: str,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Note who changed what; it is kept if and only if the change itself is."""
    await work.fetch(
        "insert into laurels.audit_log (tenant_id, id, action, target_type, target_id,"
        " before, after, actor_type, actor_id, request_id, created_at)"
        " values ($1, $2, $3, $4, $5, $6::text::jsonb, $7::text::jsonb, $8, $9, $10, now())",
        work.tenant_id, new_id(), action, target_type, target_id, _json(before), _json(after),
        work.actor.kind, work.actor.id, work.request_id,
    )  # fmt: skip


def _json(values: dict[str, Any] | None) -> str | None:
    return None if values is None else orjson.dumps(values, default=str).decode()
