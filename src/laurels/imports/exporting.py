"""Taking everything out: files that the import of the same kind reads back as it was.

An export is read page by page in one snapshot, so it is of one moment, however long it takes and
whoever writes meanwhile; no more than a page is in memory.
"""

import csv
import io
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any
from uuid import UUID

import orjson

from laurels import audit, ledger, members, purchases, rewards
from laurels.kit.db.pool import Database
from laurels.kit.values.fields import trim_money
from laurels.kit.values.ids import encode
from laurels.kit.work import SNAPSHOT, Actor, Work, open_work

from .balances import BALANCE_COLUMNS, NEVER, NOW
from .catalogue import REWARD_COLUMNS, VOUCHER_COLUMNS
from .cells import guard
from .history import POINT_COLUMNS, TIER_COLUMNS, walk_points, walk_purchases, walk_tiers
from .parsing import MEMBER_COLUMNS, PURCHASE_COLUMNS
from .sheets import PAGE, Cell, Cells, Sheet, name_of

OnExported = Callable[[int, int, int], None]
"""Is told how many things were looked through, of how many, and how many rows that made."""


@dataclass(frozen=True, slots=True)
class Exported:
    """A kind of export: its columns, how many things there are, and how a page of them is read."""

    columns: Sequence[str]
    count: Callable[[Work], Awaitable[int]]
    read: Callable[[Work, UUID | None], Awaitable[Sheet]]


async def _members(work: Work, after: UUID | None) -> Sheet:
    found = await members.walk(work, after=after, limit=PAGE)
    rows: list[Cells] = []
    for each in found:
        known = each["external_id"] or (None if each["email"] else name_of(each))
        plain = (each[name] for name in MEMBER_COLUMNS[1:-2])
        rows.append([known, *plain, _json(each["identities"]), _json(each["attributes"])])
    return Sheet(rows, len(found), found[-1]["id"] if found else None)


def _json(facts: Mapping[str, Any]) -> str | None:
    return orjson.dumps(facts, option=orjson.OPT_SORT_KEYS).decode() if facts else None


async def _balances(work: Work, after: UUID | None) -> Sheet:
    portions, wallets = await ledger.list_portions(work, after=after, limit=PAGE)
    people = await members.get_facts(work, list({each.member_id for each in portions}))
    rows: list[Cells] = []
    for each in portions:
        member = people[each.member_id]
        if each.lot_id is not None:
            number = encode("lot", each.lot_id)
        else:
            number = encode("wallet", each.wallet_id) + ("-owed" if each.points < 0 else "")
        by_mail = member["external_id"] is None and member["email"] is not None
        has_dates = each.points > 0
        rows.append(
            [
                number,
                None if by_mail else name_of(member),
                member["email"] if by_mail else None,
                each.program,
                each.points,
                each.earned_at,
                (each.matures_at or NOW) if has_dates else None,
                (each.expires_at or NEVER) if has_dates else None,
                each.redeemed or None,
                each.expired or None,
                None,
            ]
        )
    return Sheet(rows, len(wallets), wallets[-1] if wallets else None)


async def _rewards(work: Work, after: UUID | None) -> Sheet:
    found = await rewards.walk_rewards(work, after=after, limit=PAGE)
    rows: list[Cells] = []
    for each in found:
        lists = {name: _text(each[name]) for name in ("value", "tiers", "segments")}
        told = {**each, **lists}
        rows.append([told[name] for name in REWARD_COLUMNS])
    return Sheet(rows, len(found), found[-1]["id"] if found else None)


def _text(value: Any) -> str | None:
    """Return JSON in a cell, nothing for what is empty."""
    return orjson.dumps(value).decode() if value else None


async def _vouchers(work: Work, after: UUID | None) -> Sheet:
    found = await rewards.walk_codes(work, after=after, limit=PAGE)
    rows: list[Cells] = [[each["reward"], each["code"]] for each in found]
    return Sheet(rows, len(found), found[-1]["id"] if found else None)


REDEMPTION_COLUMNS = tuple(
    """
    id member reward state quantity points_spent code discount_amount redeemed_at completed_at
    expires_at used_at used_order ended_at failure_reason source external_id
    """.split()
)


async def _redemptions(work: Work, after: UUID | None) -> Sheet:
    found = await rewards.walk_redemptions(work, after=after, limit=PAGE)
    people = await members.get_facts(work, list({each["member_id"] for each in found}))
    rows: list[Cells] = []
    for each in found:
        told = {
            **each,
            "id": encode("redemption", each["id"]),
            "member": name_of(people[each["member_id"]]),
            "reward": each["reward"]["name"],
        }
        rows.append([told[name] for name in REDEMPTION_COLUMNS])
    return Sheet(rows, len(found), found[-1]["id"] if found else None)


EXPORTS: Mapping[str, Exported] = MappingProxyType(
    {
        "members": Exported(MEMBER_COLUMNS, members.count_active, _members),
        "balances": Exported(BALANCE_COLUMNS, ledger.count_wallets, _balances),
        "rewards": Exported(REWARD_COLUMNS, rewards.count_rewards, _rewards),
        "vouchers": Exported(VOUCHER_COLUMNS, rewards.count_codes, _vouchers),
        "purchases": Exported(PURCHASE_COLUMNS, purchases.count, walk_purchases),
        "points": Exported(POINT_COLUMNS, members.count_active, walk_points),
        "tiers": Exported(TIER_COLUMNS, members.count_active, walk_tiers),
        "redemptions": Exported(REDEMPTION_COLUMNS, rewards.count_redemptions, _redemptions),
    }
)
"""The kinds of exports, by name."""


async def note_export(work: Work, kind: str) -> None:
    """That somebody took these rows out is in the audit log."""
    await audit.record(work, "imports.exported", "export", kind)


@asynccontextmanager
async def export(
    database: Database,
    tenant_id: UUID,
    kind: str | Exported,
    *,
    actor: Actor,
    on_progress: OnExported | None = None,
) -> AsyncGenerator[AsyncGenerator[bytes]]:
    """Lend the lines of an export, read in one snapshot that lasts as long as the block."""
    async with open_work(database, tenant_id=tenant_id, actor=actor, kind=SNAPSHOT) as work:
        yield _pages(work, EXPORTS[kind] if isinstance(kind, str) else kind, on_progress)


async def _pages(
    work: Work, what: Exported, on_progress: OnExported | None
) -> AsyncGenerator[bytes]:
    total = await what.count(work) if on_progress is not None else 0
    yield _lines([what.columns])
    after: UUID | None = None
    seen = rows = 0
    while True:
        sheet = await what.read(work, after)
        if sheet.last is None:
            return
        if sheet.rows:
            yield _lines(sheet.rows)
        after, seen, rows = sheet.last, seen + sheet.seen, rows + len(sheet.rows)
        if on_progress is not None:
            on_progress(seen, total, rows)


def _lines(rows: Sequence[Cells]) -> bytes:
    # With both marks as the end of a line, cells with either of them are put in quotes.
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([_cell(cell) for cell in row] for row in rows)
    return text.getvalue().encode()


def _cell(value: Cell) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case datetime() | date():
            return value.isoformat()
        case int():
            return str(value)
        case Decimal():
            return trim_money(value)
        case _:
            return guard(value)
