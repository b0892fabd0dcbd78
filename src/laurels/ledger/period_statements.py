"""The statement of a wallet for a period: what it opened with, each movement, what it closed with.

By the moment at which things happened. What is booked later for an earlier moment is in the
statement of that period from then on, so the closing balance of one is the opening one of the next.
"""

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from laurels.kit.db.sql import statements
from laurels.kit.values.ids import encode
from laurels.kit.work import Work

from .queries import get_wallet

SQL = statements(__name__)

MAX_MOVEMENTS = 10_000
"""Movements of one statement; of a longer period only the first are listed, and all are counted."""


async def period_statement(
    work: Work, wallet_id: UUID, since: datetime | None, until: datetime | None
) -> dict[str, Any]:
    """Return what was in the wallet before the period, what moved in it, and what was left.

    Raise WalletNotFound.
    """
    wallet = await get_wallet(work, wallet_id)
    row = await work.fetchrow(SQL.period_sums, work.tenant_id, wallet_id, since, until)
    assert row is not None, "an aggregate always has a row"
    sums = dict(row)
    moves = await work.fetch(
        SQL.period_movements,
        work.tenant_id,
        wallet_id,
        since,
        until,
        MAX_MOVEMENTS,
        sums["opening_balance"],
    )
    return {
        **sums,
        "wallet_id": wallet_id,
        "member_id": wallet["member_id"],
        "unit_name": wallet["unit_name"],
        "since": since,
        "until": until,
        "closing_balance": sums["opening_balance"] + sums["points_in"] - sums["points_out"],
        "closing_debt": sums["opening_debt"] + sums["debt_change"],
        "movements": [dict(move) for move in moves],
        "left_out": sums["count"] - len(moves),
    }


COLUMNS = (
    "occurred_at transaction_id type source source_id amount debt_delta balance reason"
    " member_note".split()
)


def as_csv(statement: dict[str, Any]) -> str:
    """Return a statement as a table: opening balance, movements, closing balance."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    writer.writerow(_balance_row("opening", statement["since"], statement["opening_balance"]))
    for move in statement["movements"]:
        writer.writerow(
            [
                move["occurred_at"].isoformat(),
                encode("transaction", move["id"]),
                move["type"],
                move["source"],
                _text(move["source_id"]),
                move["amount"],
                move["debt_delta"],
                move["balance"],
                _text(move["reason"]),
                _text(move["member_note"]),
            ]
        )
    writer.writerow(_balance_row("closing", statement["until"], statement["closing_balance"]))
    return file.getvalue()


def _balance_row(kind: str, moment: datetime | None, balance: int) -> Sequence[Any]:
    return ["" if moment is None else moment.isoformat(), "", kind, "", "", "", "", balance, "", ""]


def _text(value: str | None) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    text = value or ""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text
