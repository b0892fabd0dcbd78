"""Lots, pure: local days, what is consumed first, when lots fall due."""

from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from laurels.ledger.lots import Dates, Lot, Wallet, draw

DAY_1 = datetime(2026, 3, 2, tzinfo=UTC)


def day(number: int) -> datetime:
    """Midnight of a day of January 2026, UTC."""
    return datetime(2026, 1, number, tzinfo=UTC)


def lot(
    number: int,
    *,
    has: int = 10,
    expires: datetime | None = None,
    matures: datetime | None = None,
    ripe: bool = True,
) -> Lot:
    """A lot whose id sorts by its number."""
    return Lot(
        id=UUID(int=number),
        wallet_id=UUID(int=1),
        transaction_id=UUID(int=1000 + number),
        initial=10,
        remaining=has,
        matures_at=matures,
        matured_at=day(1) if ripe else None,
        expires_at=expires,
    )


def wallet(*lots: Lot) -> Wallet:
    """A wallet with these lots."""
    return Wallet(UUID(int=1), UUID(int=2), UUID(int=3), 0, 0, 0, 0, 0, 0, 0, 0, list(lots))


@pytest.mark.parametrize(
    ("maturity", "expiry", "matures", "expires"),
    [
        (0, None, None, None),
        (14, None, "2026-03-17", None),
        (0, 365, None, "2027-03-03"),
        (14, 365, "2026-03-17", "2027-03-03"),
    ],
)
def test_a_program_says_when_points_ripen_and_lapse(maturity, expiry, matures, expires):
    dates = Dates(maturity, expiry, 30, ZoneInfo("UTC"))

    found = (dates.matures_at(DAY_1), dates.expires_at(DAY_1))

    assert tuple(at and at.date().isoformat() for at in found) == (matures, expires)
    assert dates.grace_until(DAY_1).date().isoformat() == "2026-04-02"


@pytest.mark.parametrize(
    ("lots", "order"),
    [
        ([], []),
        ([lot(1, expires=day(9)), lot(2, expires=day(5))], [2, 1]),
        ([lot(2, expires=day(9)), lot(1, expires=day(9))], [1, 2]),
        ([lot(1), lot(2, expires=day(5))], [2, 1]),
        ([lot(1, expires=day(5), has=0), lot(2)], [2]),
        ([lot(1, expires=day(5), matures=day(3), ripe=False), lot(2)], [2]),
    ],
)
def test_the_earliest_expiry_is_consumed_first_and_then_the_oldest(lots, order):
    found = [each.id.int for each in wallet(*lots).spendable_lots()]

    assert found == order


@pytest.mark.parametrize(
    ("has", "points", "taken"),
    [
        ([10, 10], 0, []),
        ([10, 10], 4, [4]),
        ([10, 10], 10, [10]),
        ([10, 10], 11, [10, 1]),
        ([0, 10], 3, [3]),
        ([3, 2], 9, [3, 2]),
        ([], 9, []),
    ],
)
def test_a_draw_empties_one_lot_after_the_other_and_leaves_the_rest_to_points_without_lot(
    has, points, taken
):
    lots = [lot(number, has=each) for number, each in enumerate(has)]

    found = [part for _, part in draw(lots, points)]

    assert found == taken


@pytest.mark.parametrize(
    ("by", "lots", "due"),
    [
        (9, [lot(1, expires=day(10))], []),
        (10, [lot(1, expires=day(10))], ["1 lapses on 10"]),
        (10, [lot(1, expires=day(10), has=0)], []),
        (10, [lot(1, matures=day(10), ripe=False)], ["1 ripens on 10"]),
        (9, [lot(1, matures=day(10), ripe=False)], []),
        (10, [lot(1, matures=day(5))], []),
        (10, [lot(1, expires=day(9)), lot(2, expires=day(8))], ["2 lapses on 8", "1 lapses on 9"]),
        # A ripe lot is due when it lapses, however long ago it ripened.
        (
            10,
            [lot(1, matures=day(2), expires=day(9)), lot(2, expires=day(8))],
            ["2 lapses on 8", "1 lapses on 9"],
        ),
        # One may ripen, another lapse, and then the first one lapse.
        (
            10,
            [lot(1, matures=day(2), expires=day(9), ripe=False), lot(2, expires=day(8))],
            ["1 ripens on 2", "2 lapses on 8", "1 lapses on 9"],
        ),
        # On the same day points ripen before others lapse.
        (
            10,
            [lot(1, expires=day(8)), lot(2, matures=day(8), ripe=False)],
            ["2 ripens on 8", "1 lapses on 8"],
        ),
        # One that lapses before it ripens only lapses; otherwise it would stay due for ever.
        (10, [lot(1, matures=day(20), expires=day(9), ripe=False)], ["1 lapses on 9"]),
        (30, [lot(1, matures=day(20), expires=day(9), ripe=False)], ["1 lapses on 9"]),
    ],
)
def test_lots_fall_due_in_the_order_of_their_days(by, lots, due):
    found = [
        f"{each.id.int} {'lapses' if lapses else 'ripens'} on {at.day}"
        for at, lapses, each in wallet(*lots).due(day(by))
    ]

    assert found == due


def test_a_lot_never_gives_more_than_it_has_nor_takes_more_than_it_had():
    full = lot(1, has=4)

    with pytest.raises(AssertionError):
        full.take(5)
    with pytest.raises(AssertionError):
        lot(1).take(-1)
