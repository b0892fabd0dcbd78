"""The same orders give the same books, whichever way they come and whenever a worker runs.

Orders and refunds of two years, with tiers that multiply and one that has to be kept: through the
API at 1, 16 and 64 connections, in bulk, by import with and without a worker and with a kill in the
middle, and as a dry run. 300 orders; with `--size full`, 12,000.
"""

import asyncio
import csv
import random
import sys
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import takewhile

import httpx
import pytest

from laurels import auth, imports, tiers, worker
from laurels.api import create_app
from laurels.imports import booking, carrying
from laurels.imports.parsing import RefundRow
from laurels.kit.db.pool import Database
from laurels.kit.work import OPERATOR, open_work
from laurels.purchases import NewPurchase
from tests.support.cluster import ROOT
from tests.support.make import House, make_tenant
from tests.support.size import pick

ORDERS = pick(300, 12_000)
MEMBERS = ORDERS // 15
COLUMNS = ("external_id", "member", "occurred_at", "amount", "currency", "refund_of")
OWN = {"external_id", "number"}
"""Columns of exports that are ours and differ from tenant to tenant."""


@dataclass(frozen=True)
class Fact:
    """An order, or money that went back of one."""

    number: str
    member: str
    at: datetime
    amount: Decimal
    refund_of: str | None = None


START = datetime(2024, 7, 1, tzinfo=UTC)
"""The same in each run, so that what fails once fails again."""


def facts(seed: str, orders: int, members: int) -> list[Fact]:
    """Orders and refunds of two years, in the order in which they happened."""
    chance = random.Random(seed)
    found: list[Fact] = []
    for number in range(orders):
        at = START + timedelta(seconds=chance.randrange(729 * 86_400))
        amount = Decimal(chance.randrange(100, 40_000)) / 100
        order = Fact(str(number), f"m{chance.randrange(members)}", at, amount)
        found.append(order)
        if chance.random() < 0.12:
            back = amount if chance.random() < 0.5 else (amount / 2).quantize(Decimal("0.01"))
            later = at + timedelta(hours=chance.randrange(1, 2_000))
            found.append(Fact(f"r{number}", order.member, later, back, order.number))
    return sorted(found, key=lambda fact: (fact.at, fact.number))


FACTS = facts("eight ways", ORDERS, MEMBERS)


async def shop(database: Database) -> House:
    """A shop with four tiers that multiply; the third has to be earned again each year."""
    house = await make_tenant(database, preset="shopify")
    async with house.work() as work:
        ladder = await tiers.list_tiers(work)
        for tier, points in zip(ladder[1:], (300, 1_000, 2_500), strict=True):
            values = {"min_points": points, "qualification_period_days": 365}
            if points == 1_000:
                values |= {
                    "requires_maintenance": True, "maintenance_period_days": 365, "grace_days": 30,
                }  # fmt: skip
            await tiers.change_tier(work, tier["id"], values)
    return house


async def books(house: House) -> dict[str, list[str]]:
    """Everything that can be taken out, line by line, without ids of our own."""
    found: dict[str, list[str]] = {}
    for kind in ("members", "purchases", "points", "balances", "tiers"):
        async with imports.export(house.database, house.tenant.id, kind, actor=OPERATOR) as pages:
            text = b"".join([page async for page in pages]).decode()
        header, *rows = csv.reader(text.splitlines())
        own = OWN if kind == "balances" else set()
        kept = [place for place, name in enumerate(header) if name not in own]
        found[kind] = sorted("|".join(row[place] for place in kept) for row in rows)
    return found


@asynccontextmanager
async def doors(house: House):
    """An HTTP client of the shop, with as many connections as it likes."""
    async with house.work() as work:
        made = await auth.create_key(work, name="test", test=False)
    app = create_app(house.database, close_database=False)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app), base_url="http://laurels.test", timeout=60,
        headers={"Authorization": f"Bearer {made.key}"},
    ) as client:  # fmt: skip
        yield client


def order_of(fact: Fact) -> dict[str, str]:
    return {
        "external_id": fact.number, "source": "shop", "member": fact.member,
        "occurred_at": fact.at.isoformat(), "amount": str(fact.amount), "currency": "USD",
    }  # fmt: skip


def refund_of(fact: Fact) -> dict[str, str]:
    return {
        "external_id": fact.number, "source": "shop", "amount": str(fact.amount),
        "occurred_at": fact.at.isoformat(),
    }  # fmt: skip


async def by_api(house: House, connections: int) -> None:
    """Each member's facts in order, members side by side."""
    async with doors(house) as client:

        async def send(fact: Fact, known: dict[str, str]) -> None:
            path, body = "/v1/purchases", order_of(fact)
            if fact.refund_of is not None:
                path, body = f"/v1/purchases/{known[fact.refund_of]}/refunds", refund_of(fact)
            while True:
                answer = await client.post(path, json=body)
                if answer.status_code not in {429, 503}:
                    break
                await asyncio.sleep(0.05)
            assert answer.status_code == 201, answer.text
            known[fact.number] = answer.json()["id"]

        async def connection(number: int) -> None:
            known: dict[str, str] = {}
            for fact in FACTS:
                if int(fact.member[1:]) % connections == number:
                    await send(fact, known)

        await asyncio.gather(*(connection(number) for number in range(connections)))


async def in_bulk(house: House) -> None:
    """Runs of orders and of refunds, as they follow each other, up to 200 at a time."""
    known: dict[str, str] = {}
    async with doors(house) as client:
        place = 0
        while place < len(FACTS):
            back = FACTS[place].refund_of is not None
            rest = FACTS[place : place + 200]
            run = list(takewhile(lambda fact, back=back: bool(fact.refund_of) == back, rest))
            items = (
                [{**refund_of(fact), "purchase_id": known[fact.refund_of or ""]} for fact in run]
                if back
                else [order_of(fact) for fact in run]
            )
            path = "/v1/refunds/bulk" if back else "/v1/purchases/bulk"
            answer = await client.post(path, json={"items": items})
            assert answer.status_code == 200, answer.text
            told = answer.json()
            assert told["failed"] == 0, told
            for fact, item in zip(run, told["data"], strict=True):
                known[fact.number] = item["result"]["id"]
            place += len(run)


@pytest.fixture
def file(tmp_path):
    """The facts as a file."""
    path = tmp_path / "orders.csv"
    with path.open("w", newline="") as text:
        writer = csv.writer(text)
        writer.writerow(COLUMNS)
        for fact in FACTS:
            writer.writerow(
                [fact.number, fact.member, fact.at.isoformat(), fact.amount, "USD",
                 fact.refund_of or ""]
            )  # fmt: skip
    return path


async def by_import(house: House, file, *, dry_run: bool = False) -> imports.Report:
    """The file is imported, as an operator would."""
    options = imports.Options(
        file=file, rejects_dir=file.parent, source="shop", welcome=True, dry_run=dry_run
    )
    report = await imports.import_purchases(house.database, house.tenant.id, options)
    assert (report.rejected, report.read) == (0, len(FACTS)), report.first_rejections
    return report


@asynccontextmanager
async def working(url: str):
    """A worker runs meanwhile."""
    stop, database = asyncio.Event(), Database(url, pool_size=6)
    task = asyncio.create_task(worker.run(database, stop=stop))
    yield
    stop.set()
    await task
    await database.close()


async def killed_in_the_middle(house: House, file, app_url: str) -> None:
    """An importer is killed with -9 once it has booked something, and another one goes on."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.support.importing", app_url, str(house.tenant.id), str(file),
        str(file.parent), cwd=ROOT,
    )  # fmt: skip
    while process.returncode is None:
        async with house.work() as work:
            rows = await work.fetch(
                "select 1 from laurels.purchases where tenant_id = $1 limit 1", work.tenant_id
            )
        if rows:
            process.kill()
            await process.wait()
        await asyncio.sleep(0.005)
    await by_import(house, file)


@pytest.mark.slow
async def test_the_same_orders_give_the_same_books_eight_ways(database, app_url, file, monkeypatch):
    # Several batches also where orders are few.
    monkeypatch.setattr(carrying, "BATCH", min(carrying.BATCH, ORDERS // 5))
    found: dict[str, dict[str, list[str]]] = {}
    for connections in (1, 16, 64):
        house = await shop(database)
        await by_api(house, connections)
        found[f"api {connections}"] = await books(house)
    house = await shop(database)
    await in_bulk(house)
    found["bulk"] = await books(house)
    house = await shop(database)
    predicted = await by_import(house, file, dry_run=True)
    booked = await by_import(house, file)
    found["import"] = await books(house)
    house = await shop(database)
    async with working(app_url):
        await by_import(house, file)
        found["import with worker"] = await books(house)
    house = await shop(database)
    await killed_in_the_middle(house, file, app_url)
    found["import with a kill"] = await books(house)

    told = [(r.booked, r.skipped, r.points, r.new_members, r.revenue) for r in (predicted, booked)]
    assert told[0] == told[1]
    reference = found["import"]
    assert len(reference["tiers"]) > MEMBERS, "members rise"
    assert len({row.split("|")[1] for row in reference["tiers"]}) == 4, "to every tier"
    for way, each in found.items():
        for kind, rows in each.items():
            assert rows == reference[kind], f"{kind} of {way}"


def item_of(fact: Fact) -> NewPurchase | RefundRow:
    if fact.refund_of is not None:
        return RefundRow(fact.refund_of, fact.number, fact.amount, fact.at)
    return NewPurchase(
        amount=fact.amount, currency="USD", source="shop", external_id=fact.number,
        member=fact.member, occurred_at=fact.at,
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(pick(12, 400)))
async def test_batches_of_any_size_give_the_same_books(database, seed):
    orders = facts(f"batches {seed}", 40, 2)
    found = []
    for size in (1, 7, 60):
        house = await shop(database)
        for first in range(0, len(orders), size):
            async with open_work(database, tenant_id=house.tenant.id, actor=OPERATOR) as work:
                outcomes = await booking.book_purchases(
                    work, [item_of(fact) for fact in orders[first : first + size]],
                    source="shop", welcome=True,
                )  # fmt: skip
            assert [each for each in outcomes if isinstance(each, Exception)] == []
        found.append(await books(house))

    for kind, rows in found[0].items():
        assert found[1][kind] == rows, kind
        assert found[2][kind] == rows, kind
