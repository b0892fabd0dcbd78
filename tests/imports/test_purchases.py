"""Importing purchases: what is booked, skipped and refused."""

import csv
import stat
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from laurels import imports, ledger, tenants
from laurels.imports import booking, carrying

from .conftest import summary


async def test_purchases_become_points_and_members_date_from_their_first_purchase(desk):
    file = desk.purchases(
        {"amount": "10.90"}, {"amount": "0.00"}, {"member": ""},
        {"member": "ben", "occurred_at": "2024-03-01"},
    )  # fmt: skip

    report = await desk.load(file)

    assert summary(report) == (4, 4, 0, 0)
    assert (report.new_members, report.points) == (2, 20)
    assert report.revenue == {"completed": Decimal("30.90")}
    assert await desk.points("anna") == 10
    rows = await desk.fetch(
        "select external_id, enrolled_at from laurels.members where tenant_id = $1 order by 1"
    )
    assert [tuple(row) for row in rows] == [
        ("anna", datetime(2024, 5, 1, tzinfo=UTC)),
        ("ben", datetime(2024, 3, 1, tzinfo=UTC)),
    ]
    (outbox,) = await desk.fetch(
        "select bool_and(historical) from laurels.outbox where tenant_id = $1"
    )
    assert outbox[0] is True


async def test_a_second_run_skips_everything_and_changes_nothing(desk):
    file = desk.purchases({}, {"amount": "5"}, {"refund_of": "1", "amount": "4"})
    await desk.load(file)
    before = await desk.counts()

    report = await desk.load(file)

    assert summary(report) == (3, 0, 3, 0)
    assert (report.points, report.revenue, report.new_members) == (0, {}, 0)
    after = await desk.counts()
    assert after.pop("laurels.import_runs") == before.pop("laurels.import_runs") + 1
    assert after == before


async def test_the_source_is_the_files_name_unless_another_is_given(desk):
    file = desk.purchases({})
    await desk.load(file)

    assert summary(await desk.load(file, source="elsewhere")) == (1, 1, 0, 0)
    assert summary(await desk.load(file, source="shop.csv")) == (1, 0, 1, 0)


async def test_refunds_take_points_back_in_the_order_of_the_file(desk):
    file = desk.purchases(
        {"amount": "100"},
        {"external_id": "r1", "refund_of": "1", "amount": "25"},
        {"external_id": "2", "amount": "7"},
        {"external_id": "r2", "refund_of": "1", "amount": ""},
    )

    report = await desk.load(file)

    assert summary(report) == (4, 4, 0, 0)
    assert report.points == 100 - 25 + 7 - 75
    assert report.revenue == {"completed": Decimal(107), "refunded": Decimal(100)}
    assert await desk.points("anna") == 7


async def test_refunds_that_cannot_be_are_refused_alone(desk):
    file = desk.purchases(
        {"external_id": "r0", "refund_of": "1", "amount": "5"},
        {"external_id": "1"},
        {"external_id": "r1", "refund_of": "1", "amount": "11"},
        {"external_id": "2", "status": "pending"},
        {"external_id": "r2", "refund_of": "2", "amount": "5"},
        {"external_id": "r3", "refund_of": "1", "amount": "10"},
    )

    report = await desk.load(file)

    assert summary(report) == (6, 3, 0, 3)
    assert [(r.line, r.field, r.code) for r in report.first_rejections] == [
        (2, "refund_of", "origin_missing"),
        (4, "amount", "refund_exceeds_purchase"),
        (6, None, "purchase_not_completed"),
    ]


async def test_states_other_than_completed_earn_nothing_until_a_later_file_completes_them(desk):
    file = desk.purchases({"status": "pending"}, {"status": "failed"}, {"status": "cancelled"})
    assert (await desk.load(file)).points == 0

    report = await desk.load(desk.purchases({"status": "completed"}))

    assert summary(report) == (1, 1, 0, 0)
    assert await desk.points("anna") == 10


async def test_lines_are_kept(desk):
    lines = '[{"sku": "A1", "category": "wine", "quantity": 2, "unit_price": "4.50"}]'
    await desk.load(desk.purchases({"amount": "9", "lines": lines, "channel": "online"}))

    (row,) = await desk.fetch(
        "select sku, category, quantity, unit_price, amount from laurels.purchase_lines"
        " where tenant_id = $1"
    )
    assert tuple(row) == ("A1", "wine", 2, Decimal("4.5"), Decimal(9))


async def test_columns_may_have_other_names_and_errors_use_them(desk):
    file = desk.file("Order;Buyer;Day;Total;Cur;Till\n1;anna;20240501;5;USD;x\n2;b;x;5;USD;y\n")
    mapping = {
        "external_id": "order", "member": "Buyer", "occurred_at": "Day", "amount": "Total",
        "currency": "Cur",
    }  # fmt: skip

    report = await desk.load(file, mapping=mapping)

    assert summary(report) == (2, 1, 0, 1)
    assert report.first_rejections[0].field == "Day"
    assert report.ignored_columns == ["Till"]


async def test_bad_rows_are_refused_with_their_reasons_and_the_rest_is_booked(desk):
    header = "external_id,member,occurred_at,amount,currency"
    file = desk.file(
        f"{header}\n1,anna,2024-05-01,5,USD\n2,anna,2024-05-01,--5,USD\n"
        f"3,anna,2024-05-01\n4,anna,9999-12-31,5,USD\n5,anna,2024-05-01,5,XYZ\n"
        f'6,"anna,2024-05-01,5,USD\n7,a\x00b,2024-05-01,5,USD\n8,anna,2024-05-01,5.001,USD\n'
        f"9,anna,2024-05-01,6,USD\n"
    )

    report = await desk.load(file)

    assert summary(report) == (9, 2, 0, 7)
    assert report.suspicious
    found = [(r.line, r.field, r.code) for r in report.first_rejections]
    assert found == [
        (3, "amount", "row_invalid"),
        (4, None, "wrong_number_of_fields"),
        (5, "occurred_at", "row_invalid"),
        (6, "currency", "row_invalid"),
        (7, None, "unclosed_quote"),
        (8, None, "null_byte"),
        (9, "amount", "purchase_invalid"),
    ]
    stored = await desk.fetch(
        "select line, field, code, message, row from laurels.rejected_rows"
        " where tenant_id = $1 order by line"
    )
    assert [(row[0], row[1], row[2]) for row in stored] == found
    assert stored[0]["row"]["amount"] == "--5"
    with report.rejected_file.open(encoding="utf-8", newline="") as lines:
        written = list(csv.DictReader(lines))
    assert [(int(row["line"]), row["field"] or None, row["code"]) for row in written] == found
    assert [row["message"] for row in written] == [row["message"] for row in stored]
    assert written[0]["external_id"] == "2"
    assert stat.S_IMODE(report.rejected_file.stat().st_mode) == 0o600


async def test_the_file_of_rejected_rows_can_be_mended_and_imported(desk):
    file = desk.purchases({}, {"amount": "x"})
    report = await desk.load(file)
    mended = report.rejected_file.read_text().replace(",x,", ",5,")

    again = await desk.load(desk.file(mended, "mended.csv"), source="shop.csv")

    assert summary(again) == (1, 1, 0, 0)
    assert again.ignored_columns == []
    assert summary(await desk.load(desk.purchases({}, {"amount": "5"}))) == (2, 0, 2, 0)


async def test_repeats_within_a_file_are_skipped_and_changed_ones_refused(desk):
    file = desk.purchases(
        {"external_id": "1"}, {"external_id": "1"}, {"external_id": "1", "amount": "11"}
    )

    report = await desk.load(file)

    assert summary(report) == (3, 1, 1, 1)
    assert report.reasons == {"purchase_altered": 1}
    assert await desk.points("anna") == 10


async def test_a_dry_run_says_the_same_and_changes_nothing(desk, monkeypatch):
    monkeypatch.setattr(carrying, "BATCH", 2)
    await desk.load(desk.purchases({"external_id": "0", "member": "old"}))
    file = desk.purchases(
        {"external_id": "1"}, {"external_id": "2", "status": "pending"},
        {"external_id": "3"}, {"external_id": "1"},
        {"external_id": "0", "member": "old"}, {"external_id": "r", "refund_of": "1"},
        {"external_id": "5", "amount": "x"}, {"external_id": "6", "refund_of": "no"},
    )  # fmt: skip
    before = await desk.counts()

    dry = await desk.load(file, dry_run=True)

    assert await desk.counts() == before
    assert (dry.run_id, dry.rejected_file) == (None, None)
    assert not (desk.folder / "rejected").exists()
    real = await desk.load(file)
    assert summary(dry) == summary(real) == (8, 4, 2, 2)
    assert (dry.new_members, dry.revenue) == (real.new_members, real.revenue)
    assert dry.reasons == real.reasons


async def test_a_row_that_breaks_its_batch_fails_alone(desk, monkeypatch):
    settle = booking.settlement.settle
    calls = []

    async def poisoned(work, items, **options):
        calls.append(len(items))
        if any(item.external_id == "7" for item in items):
            await work.fetch("select 1 / 0")
        return await settle(work, items, **options)

    monkeypatch.setattr(booking.settlement, "settle", poisoned)
    report = await desk.load(desk.purchases(*[{} for _ in range(20)], {"amount": "x"}))

    assert summary(report) == (21, 19, 0, 2)
    assert [(r.line, r.code) for r in report.first_rejections] == [
        (8, "unexpected"), (22, "row_invalid"),
    ]  # fmt: skip
    assert "division by zero" in report.first_rejections[0].message
    assert calls[:2] == [20, 20]
    (run,) = await desk.fetch(
        "select read, booked, skipped, rejected, status from laurels.import_runs"
        " where tenant_id = $1"
    )
    assert tuple(run) == (21, 19, 0, 2, "finished")


async def test_a_batch_that_fails_once_is_simply_tried_again(desk, monkeypatch):
    settle = booking.settlement.settle
    calls = []

    async def unlucky(work, items, **options):
        settled = await settle(work, items, **options)
        calls.append(len(items))
        if len(calls) == 1:
            await work.fetch("select 1 / 0")
        return settled

    monkeypatch.setattr(booking.settlement, "settle", unlucky)

    assert summary(await desk.load(desk.purchases({}, {}, {}))) == (3, 3, 0, 0)
    assert calls == [3, 3]


async def test_a_run_in_which_everything_breaks_gives_up(desk, monkeypatch):
    async def broken(work, items, **options):
        await work.fetch("select 1 / 0")

    monkeypatch.setattr(booking.settlement, "settle", broken)
    monkeypatch.setattr(carrying, "MAX_BROKEN", 3)

    with pytest.raises(imports.TooManyBroken, match="division by zero"):
        await desk.load(desk.purchases(*[{} for _ in range(10)]))
    (run,) = await desk.fetch("select status from laurels.import_runs where tenant_id = $1")
    assert run[0] == "failed"


async def test_a_lost_database_ends_the_run_and_the_next_one_goes_on(desk, monkeypatch):
    monkeypatch.setattr(carrying, "BATCH", 2)
    settle = booking.settlement.settle
    calls = []

    async def dying(work, items, **options):
        calls.append(len(items))
        if len(calls) == 3:
            raise ConnectionResetError("the server closed the connection")
        return await settle(work, items, **options)

    file = desk.purchases(*[{} for _ in range(10)])
    with monkeypatch.context() as patch:
        patch.setattr(booking.settlement, "settle", dying)
        with pytest.raises(ConnectionResetError):
            await desk.load(file)

    report = await desk.load(file)

    assert summary(report) == (10, 6, 4, 0)
    runs = await desk.fetch(
        "select status, booked, skipped from laurels.import_runs where tenant_id = $1 order by id"
    )
    assert [tuple(run) for run in runs] == [("failed", 4, 0), ("finished", 6, 4)]
    assert await desk.points("anna") == 100


async def test_a_suspended_tenant_and_a_wrong_file_leave_no_trace(desk):
    file = desk.purchases({})
    with pytest.raises(imports.FileRefused):
        await desk.load(desk.file("a,b\n1,2\n"))
    with pytest.raises(imports.FileRefused, match="--source"):
        await desk.load(file, source="x" * 65)
    async with desk.house.work() as work:
        await tenants.set_status(work, "suspended")
    before = await desk.counts()

    with pytest.raises(tenants.TenantSuspended):
        await desk.load(file)

    assert await desk.counts() == before
    async with desk.house.work() as work:
        assert await ledger.find_faults(work) == []


async def test_progress_counts_rows_and_bytes(desk, monkeypatch):
    monkeypatch.setattr(carrying, "BATCH", 2)
    seen = []
    file = desk.purchases(*[{} for _ in range(5)])
    options = imports.Options(file=file, rejects_dir=desk.folder)

    await imports.import_purchases(
        desk.house.database, desk.house.tenant.id, options,
        lambda report, read: seen.append((report.read, read)),
    )  # fmt: skip

    assert [rows for rows, _ in seen] == [2, 4, 5]
    assert seen[-1][1] == file.stat().st_size


async def test_a_refund_row_of_another_member_is_refused(desk):
    file = desk.purchases(
        {"amount": "50"}, {"member": "", "amount": "9"},
        {"member": "bo", "refund_of": "1", "amount": "20"},
        {"member": "anna", "refund_of": "2", "amount": "1"},
        {"member": "anna", "refund_of": "1", "amount": "5"},
        {"member": "", "refund_of": "1", "amount": "5"},
    )  # fmt: skip

    report = await desk.load(file)

    assert summary(report) == (6, 4, 0, 2)
    assert await desk.points("anna") == 40


async def test_a_refund_row_names_lines_and_keeps_its_note(desk):
    lines = '[{"sku": "A", "quantity": 3, "unit_price": "10"}, {"sku": "B", "unit_price": "2"}]'
    back = '[{"sku": "A", "quantity": 1}, {"line": 2}]'
    file = desk.purchases(
        {"amount": "32", "lines": lines},
        {"refund_of": "1", "amount": "", "lines": back, "note": "broken"},
        {"refund_of": "1", "amount": "", "lines": '[{"sku": "A", "quantity": 3}]'},
        {"refund_of": "1", "amount": "", "lines": '[{"sku": "A", "line": 1}]'},
    )

    report = await desk.load(file)

    assert summary(report) == (4, 2, 0, 2)
    rows = await desk.fetch("select amount, reason from laurels.refunds where tenant_id = $1")
    assert [tuple(row) for row in rows] == [(Decimal(12), "broken")]
    assert await desk.points("anna") == 20
