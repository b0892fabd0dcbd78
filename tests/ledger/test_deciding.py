"""Deciding, pure: what one movement after the other does to a wallet."""

import sys
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from laurels.kit.db.pool import MAX_POINTS
from laurels.kit.values.ids import new_id
from laurels.kit.values.time import utc_now
from laurels.ledger.deciding import decide
from laurels.ledger.drafting import Draft, Original
from laurels.ledger.errors import (
    CaptureTooLarge,
    HoldClosed,
    HoldNotFound,
    InsufficientPoints,
    PointsOverLimit,
    TransactionNotFound,
)
from laurels.ledger.lots import Dates, Wallet
from laurels.ledger.movements import Capture, Credit, Debit, HoldPoints, Release, Reversal

PLAIN = {}
EXPIRING = {"expiry": 365}
RIPENING = {"maturity": 14, "expiry": 365}


# Points in and out -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("program", "figures", "lots"),
    [
        (PLAIN, (100, 0, 0, 0), []),
        (EXPIRING, (100, 0, 0, 0), [(100, 365)]),
        ({"maturity": 14}, (0, 100, 0, 0), [(100, -1)]),
        (RIPENING, (0, 100, 0, 0), [(100, 365)]),
    ],
)
def test_earned_points_get_a_lot_when_they_ripen_or_lapse(open_books, program, figures, lots):
    books = open_books(**program)

    books.earn(100)

    assert books.figures == figures
    assert books.lots == lots
    assert books.moves() == [("earned", 100, 0)]


def test_a_lot_keeps_its_dates_when_it_was_ripe_from_the_start(open_books):
    books = open_books(**RIPENING)

    books.earn(100, occurred_at=books.now - timedelta(days=20))

    (lot,) = books.wallet.lots
    assert books.figures == (100, 0, 0, 0)
    assert lot.matures_at == lot.matured_at
    assert (books.now - lot.matures_at).days == 5
    assert books.lots == [(100, 345)]


def test_points_that_ripened_before_they_were_booked_and_never_lapse_get_no_lot(open_books):
    books = open_books(maturity=14)

    books.earn(100, occurred_at=books.now - timedelta(days=20))

    assert books.figures == (100, 0, 0, 0)
    assert books.lots == []


@pytest.mark.parametrize(
    ("spent", "left"),
    [(4, [(6, 5), (10, 30)]), (10, [(0, 5), (10, 30)]), (14, [(0, 5), (6, 30)]),
     (20, [(0, 5), (0, 30)]), (25, [(0, 5), (0, 30)])],
)  # fmt: skip
def test_points_that_lapse_first_are_spent_first_and_those_without_a_date_last(
    open_books, spent, left
):
    books = open_books()
    books.earn(10)
    books.earn(10, expires_at=books.now + timedelta(days=30))
    books.earn(10, expires_at=books.now + timedelta(days=5))

    books.spend(spent)

    assert books.figures == (30 - spent, 0, 0, 0)
    assert sorted(books.lots, key=lambda lot: lot[1]) == left


def test_more_than_is_available_is_refused_and_changes_nothing(open_books):
    books = open_books(**RIPENING)
    books.earn(100)

    with pytest.raises(InsufficientPoints) as refusal:
        books.spend(1)

    assert refusal.value.details == {"available": 0, "asked": 1}
    assert books.moves() == [("earned", 100, 0)]


def test_no_wallet_ever_earns_more_than_the_greatest_number(open_books):
    books = open_books()
    books.earn(MAX_POINTS)
    books.spend(MAX_POINTS)

    with pytest.raises(PointsOverLimit):
        books.earn(1)

    assert books.figures == (0, 0, 0, 0)


def test_what_is_not_there_has_its_own_error(open_books):
    books = open_books()
    nothing = new_id()
    refusals = [
        (Capture(hold_id=nothing), HoldNotFound),
        (Release(hold_id=nothing), HoldNotFound),
        (Reversal(transaction_id=nothing), TransactionNotFound),
    ]
    books.earn(1)

    for movement, error in refusals:
        with pytest.raises(error):
            books.do(movement)

    assert books.figures == (1, 0, 0, 0)


# What falls due ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "figures"),
    [(14, (0, 100, 0, 0)), (15, (100, 0, 0, 0)), (365, (100, 0, 0, 0)), (366, (0, 0, 0, 0))],
)
def test_points_ripen_and_lapse_when_the_last_of_their_days_is_over(open_books, days, figures):
    books = open_books(**RIPENING)
    books.earn(100)

    books.later(days=days)
    books.settle()

    assert books.figures == figures


def test_a_movement_settles_what_is_due_before_it_decides(open_books):
    books = open_books(**RIPENING)
    books.earn(100)
    books.later(days=20)
    books.spend(60)
    books.later(days=346)

    with pytest.raises(InsufficientPoints):
        books.spend(1)

    assert books.moves() == [("earned", 100, 0), ("redeemed", -60, 0), ("expired", -40, 0)]
    assert books.rows[-1].occurred_at == books.wallet.lots[0].expires_at
    assert books.wallet.lifetime_expired == 40


def test_lots_lapse_in_the_order_of_their_days_whenever_they_ripened(open_books):
    books = open_books(maturity=14, expiry=100)
    books.earn(10)
    books.later(days=20)
    books.settle()
    books.earn(5, expires_at=books.now + timedelta(days=30))

    books.later(days=200)
    books.settle()

    assert books.moves()[2:] == [("expired", -5, 0), ("expired", -10, 0)]
    moments = [row.occurred_at for row in books.rows]
    assert moments == sorted(moments)


def test_points_that_lapse_before_they_ripen_lapse_while_pending(open_books):
    books = open_books(maturity=14)
    books.earn(10, expires_at=books.now + timedelta(days=3))

    books.later(days=4)
    books.settle()

    assert books.figures == (0, 0, 0, 0)
    assert books.moves() == [("earned", 10, 0), ("expired", -10, 0)]


def test_lots_under_a_hold_do_not_expire_until_they_come_back(open_books):
    books = open_books(expiry=30)
    books.earn(100)
    held = books.hold(60)

    books.later(days=40)
    books.settle()
    assert books.figures == (0, 0, 60, 0)

    books.release(held)
    assert books.figures == (0, 0, 0, 0)
    assert books.wallet.lifetime_expired == 100


def test_expired_points_under_a_hold_can_still_be_captured(open_books):
    books = open_books(expiry=30)
    books.earn(100)
    held = books.hold(60)
    books.later(days=40)

    books.capture(held, 50)

    assert books.figures == (0, 0, 0, 0)
    assert books.moves()[1:] == [("expired", -40, 0), ("redeemed", -50, 0), ("expired", -10, 0)]


# Holds -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("captured", "figures", "left"),
    [
        (1, (69, 0, 0, 0), [(29, 5)]),
        (30, (40, 0, 0, 0), [(0, 5)]),
        (50, (20, 0, 0, 0), [(0, 5)]),
        (None, (20, 0, 0, 0), [(0, 5)]),
    ],
)
def test_a_capture_spends_what_lapses_first_and_releases_the_rest(
    open_books, captured, figures, left
):
    books = open_books()
    books.earn(40)
    books.earn(30, expires_at=books.now + timedelta(days=5))
    held = books.hold(50)

    posted = books.capture(held, captured)

    assert books.figures == figures
    assert books.lots == left
    assert posted.hold.status == "captured"
    assert posted.hold.captured == (captured or 50)


def test_a_hold_and_its_release_leave_no_row(open_books):
    books = open_books(**EXPIRING)
    books.earn(100)
    held = books.hold(70)
    assert books.lots == [(30, 365)]

    books.release(held)

    assert books.lots == [(100, 365)]
    assert books.moves() == [("earned", 100, 0)]
    assert books.events == ["points.credited", "hold.opened", "hold.released"]


def test_a_hold_is_closed_once(open_books):
    books = open_books()
    books.earn(100)
    captured, released, expired = books.hold(10), books.hold(10), books.hold(10)
    books.capture(captured)
    books.release(released)
    books.do(Release(hold_id=expired, expired=True))

    for held in (captured, released, expired):
        with pytest.raises(HoldClosed):
            books.capture(held)
        with pytest.raises(HoldClosed):
            books.release(held)

    assert books.figures == (90, 0, 0, 0)


def test_a_hold_whose_time_is_over_is_not_captured_even_before_the_job_closes_it(open_books):
    books = open_books()
    books.earn(100)
    held = books.hold(10, expires_at=books.now + timedelta(hours=1))
    books.later(hours=1)

    with pytest.raises(HoldClosed) as refusal:
        books.capture(held)

    assert refusal.value.details == {"status": "expired"}
    assert books.figures == (100, 0, 0, 0)


def test_more_than_is_held_is_not_captured(open_books):
    books = open_books()
    books.earn(100)
    held = books.hold(10)

    with pytest.raises(CaptureTooLarge):
        books.capture(held, 11)

    assert books.figures == (90, 0, 10, 0)


# Many lots ---------------------------------------------------------------------------------


def calls_of(deed):
    """How many functions are called for a deed."""
    calls = 0

    def count(frame, event, arg):
        nonlocal calls
        calls += event in {"call", "c_call"}

    sys.setprofile(count)
    try:
        deed()
    finally:
        sys.setprofile(None)
    return calls


def test_the_next_movement_costs_the_same_however_many_lots_there_are():
    """A bulk has a thousand movements: were each to look at all lots, others would wait."""
    cost = []
    for lots in (50, 2_000):
        wallet = Wallet(new_id(), new_id(), new_id(), 0, 0, 0, 0, 0, 0, 0, 0)
        dates = Dates(0, 365, 30, ZoneInfo("UTC"))
        draft = Draft(utc_now(), {wallet.program_id: dates}, {wallet.id: wallet}, {})
        for _ in range(lots):
            decide(draft, Credit(wallet_id=wallet.id, points=10))

        def move(draft=draft, wallet=wallet.id):
            earned = decide(draft, Credit(wallet_id=wallet, points=10))
            draft.originals[earned.transaction.id] = Original(earned.transaction, 0, [])
            decide(draft, Debit(wallet_id=wallet, points=15))
            held = decide(draft, HoldPoints(wallet_id=wallet, points=15)).hold
            decide(draft, Release(hold_id=held.id))
            decide(draft, Reversal(transaction_id=earned.transaction.id, type="refunded"))

        move()
        cost.append(calls_of(lambda move=move: [move() for _ in range(10)]))

    assert cost[1] < 2 * cost[0]
