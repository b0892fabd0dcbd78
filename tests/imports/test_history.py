"""What happened is taken out whole, and purchases come back as they were."""

import csv
import io
from decimal import Decimal

from laurels import imports, settlement
from laurels.kit.work import OPERATOR
from laurels.purchases import Line, NewPurchase, NewRefund, RefundLine
from tests.support.make import make_tenant

from .conftest import Desk


async def written(house, kind: str) -> str:
    async with imports.export(house.database, house.tenant.id, kind, actor=OPERATOR) as pages:
        return b"".join([page async for page in pages]).decode()


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


async def fill(house) -> None:
    """A shop with two tills whose numbers collide, lines, states, refunds by line, and a guest."""
    lines = [
        Line(sku="mug", quantity=Decimal(3), unit_price=Decimal("5.00"), amount=Decimal("15.00"),
             tax_amount=Decimal("2.40")),
        Line(sku="bag", quantity=Decimal(1), unit_price=Decimal("2.00"), amount=Decimal("2.00")),
    ]  # fmt: skip
    async with house.work() as work:
        settled = await settlement.settle(
            work,
            [
                NewPurchase(
                    amount=Decimal("17.00"), currency="USD", member="anna", source="till-1",
                    external_id="1", lines=lines, note="=1+1", attributes={"table": 4},
                ),
                NewPurchase(
                    amount=Decimal("8.00"), tax_amount=Decimal("0.00"), currency="USD",
                    source="till-2", external_id="1",
                ),
                NewPurchase(
                    amount=Decimal("9.00"), currency="USD", member="ben", status="pending",
                ),
            ],
        )  # fmt: skip
        assert all(isinstance(each, settlement.Settled) for each in settled), settled
    async with house.work() as work:
        (done,) = await settlement.refund(
            work,
            [
                NewRefund(
                    purchase_id=settled[0].purchase_id, source="till-1", external_id="r-1",
                    lines=[RefundLine(sku="mug", quantity=Decimal(1))], reason="chipped",
                )
            ],
        )  # fmt: skip
        assert isinstance(done, settlement.Refunded), done


async def test_purchases_and_refunds_come_back_as_they_were(house, tmp_path):
    await fill(house)
    text = await written(house, "purchases")
    other = await make_tenant(house.database)
    desk = Desk(other, tmp_path)

    report = await desk.load(desk.file(text), welcome=False)

    assert (report.booked, report.rejected) == (4, 0), report.first_rejections
    again = await written(other, "purchases")
    # A purchase that had no number is called by our own id, which is its number there.
    assert [row for row in rows_of(again) if row["status"] != "pending"] == [
        row for row in rows_of(text) if row["status"] != "pending"
    ]
    assert [row["tax_amount"] for row in rows_of(text)] == ["", "", "0.00", ""]
    assert '"tax_amount":"2.40"' in rows_of(text)[0]["lines"]
    assert {row["source"] for row in rows_of(text)} == {"till-1", "till-2", "api"}
    assert (await desk.load(desk.file(text))).booked == 0


async def test_points_tell_every_movement_and_tiers_every_standing(house):
    await fill(house)

    points = rows_of(await written(house, "points"))
    tiers = rows_of(await written(house, "tiers"))

    assert [
        (row["member"], row["number"], row["type"], row["points"], row["balance_after"],
         row["purchase"])
        for row in points
    ] == [
        ("anna", "1", "earned", "17", "17", "1"), ("anna", "2", "refunded", "-5", "12", "1"),
    ]  # fmt: skip
    assert tiers == []
