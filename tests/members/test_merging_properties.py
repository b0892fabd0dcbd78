"""Merges among all other movements, in any order: the books hold, and a clean merge is undone."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from laurels import ledger, members
from laurels.kit.db.pool import Database
from laurels.kit.errors import AppError
from laurels.ledger.errors import MergeNotUndoable
from laurels.ledger.movements import Movement
from tests.support.make import House, make_tenant

PROGRAMS = ({}, {"maturity_days": 3, "expiry_days": 20, "grace_days": 2})
PEOPLE = 3
who = st.integers(0, 1000)
which = st.integers(0, len(PROGRAMS) - 1)
points = st.integers(1, 30)


@dataclass
class Standing:
    """A merge that may be undone: both as they were, and whether anything touched them since."""

    survivor: int
    merged: int
    before: tuple[Any, Any]
    clean: bool = True
    earned: int = 0


class Lives(RuleBasedStateMachine):
    """Three members with two wallets each, on the real database."""

    url = ""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
        self.database = Database(self.url, pool_size=1)
        self.runner.run(self._furnish())
        self.merged: dict[int, int] = {}
        self.merges: list[Standing] = []
        self.holds: list[UUID] = []
        self.rows: list[UUID] = []

    async def _furnish(self) -> None:
        self.house: House = await make_tenant(self.database, time_zone="Europe/Vienna")
        self.people = [await self.house.member() for _ in range(PEOPLE)]
        self.programs = [await self.house.program(default=False, **p) for p in PROGRAMS]

    # What is asked -----------------------------------------------------------------------------

    def someone(self, number: int) -> int:
        """One of those who are members of their own."""
        there = [n for n in range(PEOPLE) if n not in self.merged]
        return there[number % len(there)]

    def post(self, movement: Movement) -> Any:
        """Post one movement; what is refused moves nothing."""

        async def do() -> Any:
            async with self.house.work() as work:
                (outcome,) = await ledger.post(work, [movement])
                return outcome

        return self.runner.run(do())

    def dirty(self) -> None:
        """Nothing is known any more of what undoing gives back."""
        for merge in self.merges:
            merge.clean = False

    @rule(who=who, program=which, points=points)
    def earn(self, who: int, program: int, points: int) -> None:
        person = self.someone(who)
        posted = self.post(
            ledger.Credit(
                member_id=self.people[person], program_id=self.programs[program], points=points
            )
        )
        self.rows.append(posted.transaction.id)
        for merge in self.merges:
            if merge.survivor == person:
                merge.earned += points

    @rule(who=who, program=which, points=points)
    def spend(self, who: int, program: int, points: int) -> None:
        posted = self.post(ledger.Debit(
            member_id=self.people[self.someone(who)], program_id=self.programs[program],
            points=points))  # fmt: skip
        if not isinstance(posted, AppError):
            self.rows.append(posted.transaction.id)
            self.dirty()

    @rule(who=who, points=points)
    def owe(self, who: int, points: int) -> None:
        """Earn, spend it all, and have it taken back: what debt comes from."""
        person = self.people[self.someone(who)]
        asked = {"member_id": person, "program_id": self.programs[0], "points": points}
        earned = self.post(ledger.Credit(**asked))
        self.post(ledger.Debit(**asked))
        self.post(ledger.Reversal(transaction_id=earned.transaction.id, type="refunded"))
        self.dirty()

    @rule(who=who, program=which, points=points)
    def hold(self, who: int, program: int, points: int) -> None:
        posted = self.post(ledger.HoldPoints(
            member_id=self.people[self.someone(who)], program_id=self.programs[program],
            points=points))  # fmt: skip
        if not isinstance(posted, AppError):
            self.holds.append(posted.hold.id)
            self.dirty()

    @precondition(lambda self: self.holds)
    @rule(number=who, capture=st.booleans())
    def close_hold(self, number: int, capture: bool) -> None:
        hold = self.holds.pop(number % len(self.holds))
        self.post(ledger.Capture(hold_id=hold) if capture else ledger.Release(hold_id=hold))
        self.dirty()

    @precondition(lambda self: self.rows)
    @rule(number=who, share=st.sampled_from([1, 5, 100]))
    def take_back(self, number: int, share: int) -> None:
        row = self.rows[number % len(self.rows)]
        outcome = self.post(ledger.Reversal(transaction_id=row, total=share, type="refunded"))
        assert not isinstance(outcome, AppError), outcome
        self.dirty()

    @rule(days=st.sampled_from([1, 3, 8, 21]))
    def later(self, days: int) -> None:
        self.house.now += timedelta(days=days)

        async def due() -> None:
            async with self.house.work() as work:
                await ledger.apply_due_lots(work)

        self.runner.run(due())
        self.dirty()

    @precondition(lambda self: len(self.merged) < PEOPLE - 1)
    @rule(one=who, two=who)
    def merge(self, one: int, two: int) -> None:
        survivor, merged = self.someone(one), self.someone(two)
        if survivor == merged:
            return
        before = self.figures(survivor), self.figures(merged)
        self.runner.run(self._merge(survivor, merged))
        self.merged[merged] = survivor
        self.merges.append(Standing(survivor, merged, before))
        assert self.figures(merged) == {}
        assert self.worth(survivor) == sum(worth_of(figures) for figures in before)

    async def _merge(self, survivor: int, merged: int) -> None:
        async with self.house.work() as work:
            await members.merge(
                work, survivor_id=self.people[survivor], merged_id=self.people[merged]
            )

    @precondition(lambda self: self.merges)
    @rule()
    def unmerge(self) -> None:
        last = self.merges[-1]
        try:
            self.runner.run(self._unmerge(last.merged))
        except MergeNotUndoable:
            assert not last.clean, "nothing but earning happened since"
            return
        self.merges.pop()
        del self.merged[last.merged]
        if last.clean:
            assert self.figures(last.merged) == last.before[1]
            assert self.worth(last.survivor) == worth_of(last.before[0]) + last.earned
            if not last.earned:
                assert self.figures(last.survivor) == last.before[0]

    async def _unmerge(self, merged: int) -> None:
        async with self.house.work() as work:
            await members.unmerge(work, self.people[merged])

    # What must hold ----------------------------------------------------------------------------

    def figures(self, person: int) -> dict[UUID, Any]:
        """Figures, open lots and open holds of each wallet that has any."""
        return self.runner.run(self._figures(self.people[person]))

    async def _figures(self, member: UUID) -> dict[UUID, Any]:
        async with self.house.work() as work:
            rows = await work.fetch(
                "select w.program_id, w.available, w.pending, w.held, w.debt,"
                " (select coalesce(jsonb_agg(jsonb_build_array(l.id, l.remaining) order by l.id),"
                "  '[]') from laurels.lots as l where l.tenant_id = $1 and l.wallet_id = w.id"
                "  and l.remaining > 0),"
                " (select coalesce(jsonb_agg(h.id order by h.id), '[]') from laurels.holds as h"
                "  where h.tenant_id = $1 and h.wallet_id = w.id and h.status = 'open')"
                " from laurels.wallets as w where w.tenant_id = $1 and w.member_id = $2",
                work.tenant_id, member,
            )  # fmt: skip
        return {row[0]: tuple(row)[1:] for row in rows if any(row[n] for n in range(1, 5))}

    def worth(self, person: int) -> int:
        """All points less all debt of a member."""
        return worth_of(self.figures(person))

    @invariant()
    def the_books_hold(self) -> None:
        faults, rebuilt = self.runner.run(self._check())
        assert faults == []
        assert rebuilt == 0

    async def _check(self) -> tuple[list[str], int]:
        async with self.house.work() as work:
            return [str(f) for f in await ledger.find_faults(work)], await ledger.rebuild(work)

    def teardown(self) -> None:
        self.runner.run(self.database.close())
        self.runner.close()


def worth_of(figures: dict[UUID, Any]) -> int:
    """Points less debt."""
    return sum(available + pending + held - debt for available, pending, held, debt, *_ in
               figures.values())  # fmt: skip


@pytest.mark.slow
def test_merging_among_all_movements_keeps_the_books(app_url):
    machine = type("Machine", (Lives,), {"url": app_url})

    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=25,
            stateful_step_count=30,
            phases=(Phase.explicit, Phase.generate),
            suppress_health_check=list(HealthCheck),
        ),
    )
