"""A dry run of an import is the import itself, undone: what it predicts is what is then booked."""

import random
from datetime import date, timedelta
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from laurels import imports
from laurels.imports import carrying
from laurels.kit.work import open_work
from tests.support.make import make_tenant
from tests.support.size import pick

from .conftest import Desk

pytestmark = pytest.mark.slow


FIRST = date(2024, 1, 1)


def told(report: imports.Report):
    """Return everything that a dry run predicts."""
    return (
        report.read, report.booked, report.skipped, report.rejected, report.new_members,
        report.points, report.revenue, report.reasons,
        [(each.line, each.field, each.code) for each in report.first_rejections],
    )  # fmt: skip


@st.composite
def files(draw):
    """Rows of a shop: purchases, refunds of earlier and later rows, repeats, and what is wrong."""
    chance = random.Random(draw(st.integers(0, 2**32)))
    rows = []
    for number in range(draw(st.integers(1, 25))):
        day = FIRST + timedelta(days=chance.randrange(700))
        row = {
            "external_id": str(number), "member": chance.choice(["anna", "ben", "cleo", ""]),
            "occurred_at": day.isoformat(), "amount": f"{chance.randrange(40_000) / 100:.2f}",
            "status": chance.choice(["completed", "completed", "pending", "cancelled"]),
            "refund_of": "",
        }  # fmt: skip
        match chance.randrange(8):
            case 0 | 1 | 2 if rows:
                origin = chance.choice(rows)
                row |= {
                    "external_id": f"r{number}", "refund_of": origin["external_id"],
                    "member": origin["member"], "status": "",
                    "amount": chance.choice(["", origin["amount"], "1.00"]),
                }  # fmt: skip
            case 3 if rows:
                row = dict(chance.choice(rows))
            case 4 if len(rows) % 3 == 1:  # many of them would be taken for the lines of orders
                row = chance.choice(rows) | {"amount": "7.77"}
            case 5:
                row["amount"] = chance.choice(["x", "-1", "1.999"])
            case 6 if rows:
                row = chance.choice(rows) | {"status": "completed"}
        rows.append(row)
    return rows


@pytest.fixture
def small_batches():
    """Files of a few rows have several batches."""
    with patch.object(carrying, "BATCH", 4):
        yield


@settings(
    max_examples=pick(30, 400),
)  # fmt: skip
@given(rows=files())
@pytest.mark.parametrize("preset", ["plain", "shopify"])
async def test_what_a_dry_run_predicts_is_booked(database, tmp_path, small_batches, preset, rows):
    house = await make_tenant(database, preset=preset)
    desk = Desk(house, tmp_path)
    file = desk.purchases(*rows)
    before = await desk.counts()

    predicted = await desk.load(file, dry_run=True)
    unchanged = await desk.counts()
    booked = await desk.load(file)
    again = await desk.load(file, dry_run=True)

    assert unchanged == before
    assert told(predicted) == told(booked)
    # A refund that came before its purchase was paid for finds it paid the second time.
    assert told(again) == told(await desk.load(file))


async def test_refunds_of_purchases_in_an_earlier_batch_take_their_points_back(desk, small_batches):
    bought = [{"external_id": str(n)} for n in range(10)]
    refunded = [{"external_id": f"r{n}", "refund_of": str(n)} for n in range(10)]
    file = desk.purchases(*bought, *refunded)

    assert (await desk.load(file, dry_run=True)).points == 0
    assert (await desk.load(file)).points == 0


async def test_a_number_that_comes_again_with_other_content_is_predicted_as_refused(
    desk, small_batches
):
    rows = [{"external_id": str(n)} for n in range(9)]
    file = desk.purchases(*rows, *[row | {"amount": "11"} for row in rows])

    predicted = await desk.load(file, dry_run=True)

    assert (predicted.booked, predicted.skipped, predicted.rejected) == (9, 0, 9)
    assert told(predicted) == told(await desk.load(file))


async def test_members_balances_and_codes_are_predicted_too(desk, small_batches):
    members = "external_id,email\na,a@b.example\nb,a@b.example\n" + "".join(
        f"m{n % 7},m{n % 5}@b.example\n" for n in range(20)
    )
    balances = "external_id,member,points\n" + "".join(
        f"{n % 9},m{n % 4},{n * 10 + 1}\n" for n in range(20)
    )
    for text, activity in ((members, imports.import_members), (balances, imports.import_balances)):
        file = desk.file(text)

        predicted = await desk.load(file, activity=activity, dry_run=True)

        assert told(predicted) == told(await desk.load(file, activity=activity))


async def test_a_dry_run_leaves_no_lock_and_no_setting_behind(desk):
    await desk.load(desk.purchases({}, {"member": "ben"}), dry_run=True)

    async with open_work(desk.house.database, tenant_id=desk.house.tenant.id) as work:
        (scans,) = await work.fetch("select current_setting('enable_seqscan')")
        (locks,) = await work.fetch(
            "select count(*) from pg_locks where locktype = 'transactionid'"
            " and pid <> pg_backend_pid()"
            " and database = (select oid from pg_database where datname = current_database())"
        )
    assert (scans[0], locks[0]) == ("on", 0)
