"""Lists as files: what a list answers to the same query, page by page, as rows of CSV.

Each page is asked of the list's own route with the credentials of whoever exports, so nobody reads
here what they may not read there, and whose key ends meanwhile reads no more.
"""

import asyncio
import csv
import io
import logging
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

import orjson
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Message

from laurels import audit
from laurels.kit.http.access import AuthenticatedRequest
from laurels.kit.http.paging import MAX_PAGE
from laurels.kit.work import open_work

from .cells import guard

log = logging.getLogger("laurels.exports")

LISTS: dict[str, str] = {
    "members": "/v1/members",
    "purchases": "/v1/purchases",
    "refunds": "/v1/refunds",
    "activities": "/v1/activities",
    "redemptions": "/v1/redemptions",
    "wallets": "/v1/wallets",
    "audit-log": "/v1/audit-log",
}
"""The lists that can be exported, and where they are asked."""
MAX_SECONDS = 900.0
_APART = {"expanded", "matched"}
_OF_MEMBER = ("external_id", "email", "first_name", "last_name")


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: Sequence[tuple[bytes, bytes]]
    body: bytes


Query = Sequence[tuple[str, str]]


async def answer(
    request: Request, visitor: AuthenticatedRequest, name: str, asked: str
) -> Response:
    """Return the list as a file; or what the list itself answers when it refuses the query."""
    sent = parse_qsl(asked, keep_blank_values=True)
    query = [(key, value) for key, value in sent if key not in {"cursor", "limit"}]
    first = await _ask(request, LISTS[name], query, None)
    if first.status != 200:
        named = {key.decode("latin-1"): value.decode("latin-1") for key, value in first.headers}
        named.pop("content-length", None)
        return Response(first.body, first.status, named)
    await _note(visitor, name, asked)
    columns = _columns(request.app, LISTS[name])
    members = any(key == "expand" and "member" in value.split(",") for key, value in query)
    head = [column for column in columns if column not in _APART]
    return StreamingResponse(
        _rows(request, name, query, first.body, head, members=members),
        media_type="text/csv",
        headers={
            "Content-Disposition": f'attachment; filename="{name}.csv"',
            "Cache-Control": "no-store",
            "X-Accel-Buffering": "no",
        },
    )


async def _note(visitor: AuthenticatedRequest, name: str, asked: str) -> None:
    """That somebody took these rows out is in the audit log."""
    who, origin = visitor.principal, visitor.origin
    async with open_work(origin.database, tenant_id=who.tenant_id, actor=who.actor) as work:
        work.request_id, work.ip = origin.request_id, origin.ip
        work.user_agent = origin.user_agent
        await audit.record(work, "imports.exported", "export", name, after={"query": asked})


def _columns(app: FastAPI, path: str) -> list[str]:
    """Return the fields of the list's rows, as its document names them."""
    document = app.openapi()
    schemas = document["components"]["schemas"]
    answer = document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]
    page = schemas[answer["schema"]["$ref"].rpartition("/")[2]]
    row = schemas[page["properties"]["data"]["items"]["$ref"].rpartition("/")[2]]
    names = list(row["properties"])
    return ["id", *(name for name in names if name != "id")]


async def _rows(
    request: Request,
    name: str,
    query: Query,
    page: bytes,
    head: Sequence[str],
    *,
    members: bool,
) -> AsyncGenerator[bytes]:
    more = [f"member_{part}" for part in _OF_MEMBER] if members else []
    yield _line([*head, *more])
    async with asyncio.timeout(MAX_SECONDS):
        while True:
            found: dict[str, Any] = orjson.loads(page)
            yield b"".join(
                _line([*(_cell(row.get(key)) for key in head), *_member(row, members=members)])
                for row in found["data"]
            )
            if (cursor := found["next_cursor"]) is None:
                return
            following = await _ask(request, LISTS[name], query, cursor)
            if following.status != 200:
                # What was sent cannot be taken back: an answer without its end is not whole.
                msg = f"a page of {name} was refused with {following.status}"
                raise RuntimeError(msg)
            page = following.body


def _member(row: Mapping[str, Any], *, members: bool) -> list[str]:
    if not members:
        return []
    expanded: Mapping[str, Any] = row.get("expanded") or {}
    member: Mapping[str, Any] = expanded.get("member") or {}
    return [_cell(member.get(part)) for part in _OF_MEMBER]


def _cell(value: Any) -> str:
    """Return a value as no spreadsheet computes it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return orjson.dumps(value).decode() if value else ""
    return guard(str(value))


def _line(cells: Sequence[str]) -> bytes:
    file = io.StringIO()
    csv.writer(file).writerow(cells)
    return file.getvalue().encode()


async def _ask(request: Request, path: str, query: Query, cursor: str | None) -> _Answer:
    """Return what the list answers to whoever asks for the file."""
    wanted = [*query, ("limit", str(MAX_PAGE)), *([] if cursor is None else [("cursor", cursor)])]
    scope = {
        **request.scope,
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": urlencode(wanted).encode(),
        "path_params": {},
        "state": dict(request.scope.get("state", {})),
    }
    said: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        said.append(message)

    await request.app.router(scope, receive, send)
    body = b"".join(message.get("body", b"") for message in said[1:])
    return _Answer(said[0]["status"], said[0].get("headers", []), body)
