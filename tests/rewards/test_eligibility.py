"""The pure verdict: a table of examples, and that what is shown and what is refused are one."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from laurels.rewards.eligibility import Asker, Offer, judge, most

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
GOLD, SILVER, VIP, NEW = (UUID(int=number) for number in range(1, 5))
RICH = Asker(now=NOW, available=1000, tier_level=2, tier_id=SILVER, segment_ids=frozenset({VIP}))


def codes(offer, asker=RICH, quantity=1):
    """What stands in the way, by code."""
    return [reason.code for reason in judge(offer, asker, quantity)]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, []),
        ({"active": False}, ["reward_paused"]),
        ({"archived": True, "active": False}, ["reward_archived", "reward_paused"]),
        ({"starts_at": NOW}, []),
        ({"starts_at": NOW + timedelta(seconds=1)}, ["reward_not_open"]),
        ({"ends_at": NOW}, ["reward_ended"]),
        ({"ends_at": NOW + timedelta(seconds=1)}, []),
        ({"min_tier_level": 2}, []),
        ({"min_tier_level": 3}, ["tier_too_low"]),
        ({"tier_ids": frozenset({GOLD, SILVER})}, []),
        ({"tier_ids": frozenset({GOLD})}, ["tier_not_allowed"]),
        ({"segment_ids": frozenset({NEW, VIP})}, []),
        ({"segment_ids": frozenset({NEW})}, ["segment_required"]),
        ({"max_redemptions_total": 5, "redemptions": 4}, []),
        ({"max_redemptions_total": 5, "redemptions": 5}, ["reward_limit_reached"]),
        ({"max_redemptions_total": 5, "redemptions": 9}, ["reward_limit_reached"]),
        ({"stock": 1}, []),
        ({"stock": 0}, ["out_of_stock"]),
        ({"stock": 9, "codes_left": 0}, ["out_of_stock"]),
        ({"cost_points": 1000}, []),
        ({"cost_points": 1001}, ["insufficient_points"]),
    ],
)
def test_a_table_of_offers(values, expected):
    assert codes(Offer(**{"cost_points": 10, **values})) == expected


def test_everything_at_once_comes_in_the_order_in_which_it_is_refused():
    offer = Offer(
        cost_points=10, active=False, starts_at=NOW + timedelta(days=1), ends_at=NOW,
        min_tier_level=3, tier_ids=frozenset({GOLD}), segment_ids=frozenset({NEW}), stock=0,
        redemptions=1, max_redemptions_total=1, max_redemptions_per_member=1,
    )  # fmt: skip
    asker = Asker(
        now=NOW, available=0, loyalty=False, enabled=False, minimum_points=20, had=1, pending=1,
        max_pending=1,
    )  # fmt: skip

    assert codes(offer, asker) == [
        "loyalty_disabled", "rewards_off", "reward_paused", "reward_not_open", "reward_ended",
        "tier_too_low", "tier_not_allowed", "segment_required", "member_limit_reached",
        "reward_limit_reached", "out_of_stock", "too_many_pending", "below_minimum_redemption",
        "insufficient_points",
    ]  # fmt: skip


def test_what_is_missing_is_said_in_numbers():
    (reason,) = judge(Offer(cost_points=400), RICH, 3)

    assert reason.missing == {"available": 1000, "asked": 1200, "missing": 200}
    assert reason.error().message == "It costs 1200 points; 1000 are available."
    assert reason.error().fields[0].field == "member_id"


small = st.integers(0, 6)
some = st.none() | small
offers = st.builds(
    Offer,
    cost_points=st.integers(1, 6),
    active=st.booleans(),
    archived=st.booleans(),
    starts_at=st.none() | st.just(NOW + timedelta(days=1)) | st.just(NOW),
    ends_at=st.none() | st.just(NOW + timedelta(days=1)) | st.just(NOW),
    min_tier_level=some,
    tier_ids=st.frozensets(st.sampled_from([GOLD, SILVER])),
    segment_ids=st.frozensets(st.sampled_from([VIP, NEW])),
    stock=some,
    codes_left=some,
    redemptions=small,
    max_redemptions_total=some,
    max_redemptions_per_member=some,
)
askers = st.builds(
    Asker,
    now=st.just(NOW),
    available=st.integers(0, 20),
    enabled=st.booleans(),
    loyalty=st.booleans(),
    minimum_points=st.integers(0, 8),
    had=small,
    pending=small,
    max_pending=st.integers(1, 6),
    tier_level=some,
    tier_id=st.none() | st.sampled_from([GOLD, SILVER]),
    segment_ids=st.frozensets(st.sampled_from([VIP, NEW])),
)
LIMITS = {"member_limit_reached", "reward_limit_reached", "out_of_stock", "too_many_pending"}


@given(offers, askers, st.integers(1, 8))
def test_as_many_as_are_said_to_be_left_can_be_had_and_not_one_more(offer, asker, quantity):
    bound = most(offer, asker)
    in_the_way = LIMITS & set(codes(offer, asker, quantity))

    assert bool(in_the_way) == (bound is not None and quantity > bound)


@given(offers, askers, st.integers(1, 8))
def test_asking_for_more_never_takes_a_reason_away_but_that_it_was_too_little(
    offer, asker, quantity
):
    less, more = set(codes(offer, asker, quantity)), set(codes(offer, asker, quantity + 1))

    assert less - more <= {"below_minimum_redemption"}


@given(offers, askers, st.integers(1, 8))
def test_each_reason_is_an_error_with_words_a_field_and_a_code_of_its_own(offer, asker, quantity):
    reasons = judge(offer, asker, quantity)

    assert len({reason.code for reason in reasons}) == len(reasons)
    for reason in reasons:
        error = reason.error()
        assert error.message
        assert error.fields[0].code == reason.code
        assert error.details == reason.missing
