"""The policy alone: values in, verdicts out."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from laurels.tiers.policy import (
    Clock,
    Doubt,
    Ladder,
    Metrics,
    Move,
    Standing,
    Tier,
    Touch,
    ends,
    judge,
    meets,
    resolve,
)

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
CLOCK = Clock(NOW, ZoneInfo("UTC"), 30)
ANN = UUID(int=99)


def tier(level: int, **values) -> Tier:
    told = {
        "id": UUID(int=level), "name": f"T{level}", "level": level, "criteria": "points",
        "min_points": 100 * (level - 1), "min_spend": Decimal(0), "min_orders": 0,
        "period_days": 365, "points_multiplier": Decimal(1), "birthday_bonus_points": 0,
        "requires_maintenance": False, "maintenance_days": 365, "grace_days": 0,
        "is_default": level == 1,
    }  # fmt: skip
    return Tier(**{**told, **values})


def ladder(*tiers: Tier) -> Ladder:
    return Ladder(tiers or tuple(tier(level) for level in range(1, 5)))


def on(level: int, **values) -> Standing:
    told = {
        "id": UUID(int=1000 + level), "member_id": ANN, "tier_id": UUID(int=level),
        "level": level, "basis": "qualification", "achieved_at": NOW - timedelta(days=400),
        "qualified_at": NOW - timedelta(days=400),
    }  # fmt: skip
    return Standing(**{**told, **values})


def met(*levels: int) -> frozenset[UUID]:
    return frozenset(UUID(int=level) for level in levels)


@pytest.mark.parametrize(
    ("criteria", "done", "expected"),
    [
        ("points", (100, 0, 0), True),
        ("points", (99, 1000, 9), False),
        ("spend", (0, 50, 0), True),
        ("spend", (1000, 49, 9), False),
        ("orders", (0, 0, 0), True),
        ("hybrid", (100, 50, 0), True),
        ("hybrid", (100, 49, 0), False),
        ("hybrid", (99, 50, 0), False),
    ],
)
def test_criteria(criteria, done, expected):
    asked = tier(2, criteria=criteria, min_points=100, min_spend=Decimal(50))

    assert meets(asked, Metrics(done[0], Decimal(done[1]), done[2])) is expected


@pytest.mark.parametrize("criteria", ["points", "spend", "orders", "hybrid"])
def test_a_minimum_of_orders_counts_with_any_criteria(criteria):
    asked = tier(2, criteria=criteria, min_points=0, min_orders=3)

    assert not meets(asked, Metrics(10**9, Decimal(10**9), 2))
    assert meets(asked, Metrics(0, Decimal(0), 3))


def test_the_highest_tier_that_is_met_wins_also_over_one_between_that_is_not():
    verdict = judge(on(1), ladder(), met(1, 2, 4), CLOCK, cause="refund")

    assert isinstance(verdict, Move)
    assert (verdict.tier and verdict.tier.level, verdict.reason) == (4, "qualification")


def test_what_is_not_met_any_more_is_in_doubt_and_stays_while_it_holds():
    standing = on(3)
    verdict = judge(standing, ladder(), met(1), CLOCK, cause="refund")

    assert verdict == Doubt("refund")
    kept = resolve(
        standing, ladder(), met(1), CLOCK,
        doubt=Doubt("refund"), holding=[standing], step_down="highest_met",
    )  # fmt: skip
    assert kept is None


def test_who_falls_lands_on_the_highest_of_what_holds_and_what_is_met():
    standing, earlier = on(4), on(2, achieved_at=NOW - timedelta(days=900))

    def fall(*levels, holding=(earlier,)):
        found = resolve(
            standing, ladder(), met(*levels), CLOCK,
            doubt=Doubt("refund"), holding=holding, step_down="one_level",
        )  # fmt: skip
        assert isinstance(found, Move)
        assert found.tier is not None
        return found.tier.level, found.carried

    assert fall(1) == (2, earlier)
    assert fall(1, 3) == (3, None)
    assert fall(holding=()) == (1, None)


BERLIN = Clock(datetime(2026, 3, 28, 11, tzinfo=UTC), ZoneInfo("Europe/Berlin"), 1)
KEPT = tier(3, requires_maintenance=True, maintenance_days=2, grace_days=3)


def test_a_tier_is_had_until_the_last_of_its_days_is_over():
    # Summer time began on the 29th: an hour less until the midnight that ends the 30th.
    assert ends(KEPT, BERLIN) == datetime(2026, 3, 30, 22, tzinfo=UTC)
    assert ends(tier(3), BERLIN) is None


@pytest.mark.parametrize(
    ("moment", "since"),
    [
        ("2026-03-31T21:59:00+00:00", "2026-03-28T23:00:00+00:00"),
        ("2026-03-31T22:01:00+00:00", "2026-03-29T22:00:00+00:00"),
        ("2026-03-29T05:00:00+00:00", "2026-03-26T23:00:00+00:00"),
    ],
)
def test_so_many_days_back_are_whole_days(moment, since):
    moment, since = datetime.fromisoformat(moment), datetime.fromisoformat(since)

    assert BERLIN.back(moment, 2) == since
    assert BERLIN.back(moment, 0) is None


def test_renewal_and_grace_are_as_many_more_days_as_they_say():
    end = ends(KEPT, BERLIN)
    over = replace(BERLIN, now=end)
    standing = on(3, expires_at=end, due_at=end)

    renewed = judge(standing, ladder(tier(1), KEPT), met(1, 3), over, cause="refund")
    graced = judge(standing, ladder(tier(1), KEPT), met(1), over, cause="refund")
    hard = replace(KEPT, grace_days=0)
    lost = judge(standing, ladder(tier(1), hard), met(1), over, cause="refund")

    assert renewed.expires_at == datetime(2026, 4, 1, 22, tzinfo=UTC), "no day is lost or won"
    assert graced.standing.grace_until == datetime(2026, 4, 2, 22, tzinfo=UTC)
    assert lost == Doubt("downgrade")


def test_notice_is_given_whole_days_before_the_end():
    end = datetime(2026, 4, 4, 22, tzinfo=UTC)

    assert BERLIN.look_at(end) == datetime(2026, 4, 3, 22, tzinfo=UTC)
    assert BERLIN.look_at(end + timedelta(hours=15)) == end - timedelta(days=1)


@pytest.mark.parametrize(
    ("lasting", "noticed", "announced", "due_in"),
    [(False, False, True, 10), (True, False, False, 1), (False, True, False, 10)],
)
def test_the_end_is_told_once_if_it_would_be_one(lasting, noticed, announced, due_in):
    kept = tier(3, requires_maintenance=True)
    end = NOW + timedelta(days=10)
    standing = on(3, expires_at=end, due_at=NOW, noticed_at=NOW if noticed else None)

    verdict = judge(
        standing, ladder(tier(1), kept), met(1, 3), CLOCK, cause="refund", lasting=lasting
    )

    assert isinstance(verdict, Touch)
    assert verdict.announced is announced
    assert verdict.standing.due_at == NOW + timedelta(days=due_in)


def test_without_notice_time_matters_only_at_the_end():
    assert replace(CLOCK, notice_days=0).look_at(NOW + timedelta(days=5)) == NOW + timedelta(days=5)
    assert CLOCK.look_at(NOW + timedelta(days=5)) == NOW
    assert CLOCK.look_at(None) is None


LEVELS = st.frozensets(st.integers(1, 4), max_size=4)


@given(
    level=st.integers(1, 4),
    levels=LEVELS,
    basis=st.sampled_from(["default", "qualification", "granted", "manual"]),
    fixed=st.booleans(),
    expires=st.none() | st.integers(-400, 400),
    step_down=st.sampled_from(["highest_met", "one_level"]),
    holds=st.booleans(),
)
def test_nobody_falls_below_the_default_nor_below_what_they_meet(
    level, levels, basis, fixed, expires, step_down, holds
):
    tiers = tuple(tier(n, requires_maintenance=n > 1) for n in range(1, 5))
    standing = on(
        level, basis=basis, fixed=fixed and basis == "manual",
        qualified_at=NOW if basis == "qualification" else None,
        expires_at=None if expires is None else NOW + timedelta(days=expires),
        due_at=None if expires is None else NOW,
    )  # fmt: skip

    verdict = judge(standing, ladder(*tiers), met(*levels), CLOCK, cause="refund")
    if isinstance(verdict, Doubt):
        verdict = resolve(
            standing, ladder(*tiers), met(*levels), CLOCK, doubt=verdict,
            holding=[standing] if holds else [], step_down=step_down,
        )  # fmt: skip

    after = verdict.tier.level if isinstance(verdict, Move) and verdict.tier else level
    over = expires is not None and expires <= 0
    assert after >= 1
    if not standing.fixed or over:
        assert after >= max(levels, default=1)
    if after < level and step_down == "one_level" and isinstance(verdict, Move):
        assert verdict.reason != "downgrade" or after == max(level - 1, *levels, 1)
    if basis == "manual" and not over:
        assert after >= level
