"""Taking back, pure: refunds of what was earned, debt, and spent points that come back."""

from datetime import timedelta

import pytest

from laurels.ledger.errors import NotReversible
from tests.ledger.books import Books

EXPIRING = {"expiry": 365}


# Taken back: earned points -----------------------------------------------------------------


def test_partial_refunds_end_where_one_full_refund_ends(open_books):
    books = open_books(**EXPIRING)
    earned = books.earn(100)

    for total in (33, 66, 66, 50, 100, 100):
        books.take_back(earned, total)

    assert books.moves()[1:] == [("refunded", -33, 0), ("refunded", -33, 0), ("refunded", -34, 0)]
    assert books.figures == (0, 0, 0, 0)
    assert books.wallet.lifetime_earned == 0


def test_a_refund_whose_floor_is_zero_writes_no_row(open_books):
    books = open_books()
    earned = books.earn(100)

    posted = books.take_back(earned, 0)

    assert posted.transaction is None
    assert books.moves() == [("earned", 100, 0)]


def test_a_refund_never_takes_more_than_was_earned(open_books):
    books = open_books()
    books.earn(50)
    earned = books.earn(100)

    books.take_back(earned, 1000)

    assert books.figures == (50, 0, 0, 0)


def test_a_refund_takes_from_its_own_lot_first_even_while_pending(open_books):
    books = open_books(maturity=14, expiry=365)
    books.earn(50, occurred_at=books.now - timedelta(days=30))
    earned = books.earn(100)

    books.take_back(earned, 40)

    assert books.figures == (50, 60, 0, 0)
    assert books.lots == [(50, 335), (60, 365)]


def test_a_refund_takes_its_own_lot_then_the_earliest_expiry_then_makes_debt(open_books):
    books = open_books(**EXPIRING)
    earned = books.earn(100)
    books.spend(70)
    books.earn(5)
    books.earn(20, expires_at=books.now + timedelta(days=9))

    books.take_back(earned, 45)
    assert books.lots == [(0, 365), (5, 365), (5, 9)]

    books.take_back(earned)
    assert books.figures == (0, 0, 0, 45)
    assert books.moves()[-1] == ("refunded", -10, 45)


def test_what_expired_of_its_lot_counts_as_taken(open_books):
    books = open_books(expiry=30)
    earned = books.earn(100)
    books.spend(60)
    books.later(days=31)
    books.earn(500)

    first = books.take_back(earned, 25)
    second = books.take_back(earned, 100)

    assert first.transaction is None
    assert first.details == {"lapsed": True}
    assert second.transaction.points == -60
    assert books.figures == (440, 0, 0, 0)
    assert books.take_back(earned).transaction is None


def test_a_refund_does_not_touch_what_is_held(open_books):
    books = open_books(**EXPIRING)
    earned = books.earn(100)
    held = books.hold(100)

    books.take_back(earned)
    assert books.figures == (0, 0, 100, 100)

    books.release(held)
    assert books.figures == (0, 0, 0, 0)
    assert books.moves() == [("earned", 100, 0), ("refunded", 0, 100), ("adjusted", -100, -100)]


# Debt --------------------------------------------------------------------------------------


def in_debt(books: Books, points: int) -> Books:
    """Make books with this debt: earned and spent points that were refunded."""
    earned = books.earn(points, expires_at=books.now + timedelta(days=900))
    books.spend(points)
    books.take_back(earned)
    assert books.figures == (0, 0, 0, points)
    return books


@pytest.mark.parametrize(
    ("earned", "row", "figures"),
    [
        (10, ("earned", 0, -10), (0, 0, 0, 20)),
        (30, ("earned", 0, -30), (0, 0, 0, 0)),
        (100, ("earned", 70, -30), (70, 0, 0, 0)),
    ],
)
def test_the_next_earn_pays_the_debt_first(open_books, earned, row, figures):
    books = in_debt(open_books(), 30)

    posted = books.earn(earned)

    assert books.moves()[-1] == row
    assert books.figures == figures
    assert posted.transaction.points == earned


def test_points_still_ripening_pay_debt_when_they_are_earned(open_books):
    books = in_debt(open_books(maturity=0), 30)
    books.maturity = 14

    books.earn(100)

    assert books.figures == (0, 70, 0, 0)
    assert [lot.initial for lot in books.wallet.lots] == [30, 70]


def test_what_ripens_pays_debt_before_it_lapses(open_books):
    books = open_books(maturity=14, expiry=30)
    earned = books.earn(100, occurred_at=books.now - timedelta(days=20))
    books.spend(100)
    books.earn(50)
    books.take_back(earned, 30)
    assert books.figures == (0, 50, 0, 30)

    books.later(days=100)
    books.settle()

    assert books.moves()[-2:] == [("adjusted", -30, -30), ("expired", -20, 0)]
    assert books.rows[-2].source == "debt"
    assert books.rows[-2].points == 0
    assert books.figures == (0, 0, 0, 0)


def test_a_partial_capture_under_debt_pays_with_what_it_releases(open_books):
    books = open_books(**EXPIRING)
    earned = books.earn(100)
    held = books.hold(100)
    books.take_back(earned)

    books.capture(held, 40)

    assert books.moves()[-2:] == [("redeemed", -40, 0), ("adjusted", -60, -60)]
    assert books.figures == (0, 0, 0, 40)


def test_a_hold_that_comes_back_after_its_lot_lapsed_pays_debt_first(open_books):
    books = open_books(expiry=30)
    earned = books.earn(100)
    held = books.hold(100)
    books.take_back(earned, 70)
    books.later(days=40)

    books.release(held)

    assert books.moves()[-2:] == [("adjusted", -70, -70), ("expired", -30, 0)]
    assert books.figures == (0, 0, 0, 0)


# Taken back: spent points ------------------------------------------------------------------


def test_spent_points_come_back_to_their_lots_the_longest_lasting_first(open_books):
    books = open_books()
    books.earn(10)
    books.earn(10, expires_at=books.now + timedelta(days=5))
    books.earn(10, expires_at=books.now + timedelta(days=30))
    spent = books.spend(25)
    assert books.lots == [(0, 5), (0, 30)]

    books.take_back(spent, 5)
    assert books.lots == [(0, 5), (0, 30)]
    books.take_back(spent, 12)
    assert books.lots == [(0, 5), (7, 30)]
    books.take_back(spent)

    assert books.lots == [(10, 5), (10, 30)]
    assert books.figures == (30, 0, 0, 0)
    assert books.wallet.lifetime_redeemed == 0
    assert [row.points for row in books.rows[-3:]] == [5, 7, 13]


def test_points_that_come_back_to_an_expired_lot_get_days_of_grace(open_books):
    books = open_books(expiry=30, grace=7)
    books.earn(100)
    spent = books.spend(60)
    books.later(days=40)

    books.take_back(spent, 50)
    books.take_back(spent)

    assert books.figures == (60, 0, 0, 0)
    assert books.lots == [(0, -10), (50, 7), (10, 7)]
    books.later(days=7)
    books.settle()
    assert books.figures == (60, 0, 0, 0)
    books.later(days=1)
    books.settle()
    assert books.figures == (0, 0, 0, 0)
    assert books.wallet.lifetime_expired == 100


def test_points_that_come_back_pay_debt_first_and_the_rest_goes_where_it_was(open_books):
    books = open_books(**EXPIRING)
    earned = books.earn(100)
    spent = books.spend(100)
    books.take_back(earned, 30)

    books.take_back(spent, 20)
    books.take_back(spent)

    assert books.moves()[-2:] == [("refunded", 0, -20), ("refunded", 70, -10)]
    assert books.figures == (70, 0, 0, 0)
    assert books.lots == [(70, 365)]


def test_points_without_a_lot_pay_debt_before_those_that_lapse_when_both_come_back(open_books):
    books = open_books()
    earned = books.earn(50)
    books.earn(50, expires_at=books.now + timedelta(days=9))
    spent = books.spend(100)
    books.take_back(earned, 30)

    books.take_back(spent, 90)
    assert books.lots == [(40, 9)]
    books.take_back(spent)

    assert books.figures == (70, 0, 0, 0)
    assert books.lots == [(50, 9)]


def test_a_capture_is_given_back_like_any_spending(open_books):
    books = open_books(**EXPIRING)
    books.earn(100)
    captured = books.capture(books.hold(80), 50)

    books.take_back(captured)

    assert books.figures == (100, 0, 0, 0)
    assert books.lots == [(100, 365)]


@pytest.mark.parametrize("kind", ["expired", "refunded", "transferred", "debt"])
def test_some_rows_are_never_taken_back(open_books, kind):
    books = open_books(expiry=30)
    earned = books.earn(100, type="transferred" if kind == "transferred" else "earned")
    if kind == "refunded":
        earned = books.take_back(earned)
    if kind == "expired":
        books.later(days=31)
        books.settle()
        earned.transaction = books.rows[-1]
    if kind == "debt":
        held = books.hold(100)
        books.take_back(earned)
        books.release(held)
        earned.transaction = books.rows[-1]
    before = books.figures

    with pytest.raises(NotReversible):
        books.take_back(earned)

    assert books.figures == before


@pytest.mark.parametrize("kind", ["bonus", "adjusted"])
def test_a_bonus_and_a_correction_are_taken_back_like_earned_points(open_books, kind):
    books = open_books()
    given = books.earn(100, type=kind)

    books.take_back(given, 30)

    assert books.figures == (70, 0, 0, 0)


@pytest.mark.parametrize("kind", ["penalty", "adjusted"])
def test_a_penalty_and_a_correction_downwards_are_given_back(open_books, kind):
    books = open_books()
    books.earn(100)
    taken = books.spend(60, type=kind)

    books.take_back(taken, 30)

    assert books.figures == (70, 0, 0, 0)
