"""Any movements in any order: the ledger and a model in single points agree at every step.

Twice: many steps on decisions in memory, and fewer on the real database with its own check of
the books.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from laurels import ledger
from laurels.kit.db.pool import Database
from laurels.kit.errors import AppError
from laurels.ledger.movements import Movement, Posted
from tests.ledger.books import VIENNA, Books, find_flaws
from tests.ledger.model import NEVER, Earn, Hold, Purse, Spend
from tests.support.make import NOON, House, make_tenant

Program = tuple[int, int | None, int]
"""Maturity, expiry and grace, in days."""
PLAIN: Program = (0, None, 30)
LAPSING: Program = (0, 30, 3)
RIPENING: Program = (5, None, 30)
BOTH: Program = (14, 60, 7)

Figures = tuple[int, int, int, int]
Dated = dict[tuple[bool, datetime], int]


@dataclass
class Seen:
    """What a ledger says of its wallets."""

    figures: list[Figures]
    dated: list[Dated]
    flaws: list[str]


def add_up(lots: Iterable[tuple[bool, datetime | None, int]]) -> Dated:
    """Return how many points lapse when, unripe ones apart."""
    found: Dated = Counter()
    for pending, lapses, remaining in lots:
        if remaining:
            found[pending, lapses or NEVER] += remaining
    return dict(found)


class InMemory:
    """One wallet per program, decided in memory."""

    def __init__(self, programs: list[Program]) -> None:
        self.books = [Books(*program) for program in programs]

    def post(self, program: int, movement: Movement, now: datetime) -> Posted | AppError:
        """Decide one movement."""
        self.books[program].now = now
        try:
            return self.books[program].do(movement)
        except AppError as error:
            return error

    def run_jobs(self, now: datetime) -> None:
        """Let go what is due and settle all wallets."""
        for number, books in enumerate(self.books):
            due = [
                hold
                for hold in books.holds.values()
                if hold.status == "open" and hold.expires_at and hold.expires_at <= now
            ]
            for hold in sorted(due, key=lambda hold: hold.expires_at):
                self.post(number, ledger.Release(hold_id=hold.id, expired=True), now)
            books.now = now
            books.settle()

    def look(self) -> Seen:
        """See the figures and dates of each wallet, and what is wrong with the books."""
        return Seen(
            [books.figures for books in self.books],
            [
                add_up((lot.pending, lot.expires_at, lot.remaining) for lot in books.wallet.lots)
                for books in self.books
            ],
            [flaw for books in self.books for flaw in find_flaws(books)],
        )

    def close(self) -> None:
        """Nothing to put away."""


class OnTheDatabase:
    """A tenant with a member and one wallet per program, on an event loop of its own."""

    def __init__(self, url: str, programs: list[Program]) -> None:
        self.runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
        self.database = Database(url, pool_size=1)
        self.runner.run(self._furnish(programs))

    async def _furnish(self, programs: list[Program]) -> None:
        self.house: House = await make_tenant(self.database, time_zone="Europe/Vienna")
        self.member = await self.house.member()
        self.programs = [
            await self.house.program(
                default=False, maturity_days=maturity, expiry_days=expiry, grace_days=grace
            )
            for maturity, expiry, grace in programs
        ]

    def post(self, program: int, movement: Movement, now: datetime) -> Posted | AppError:
        """Post one movement in a transaction of its own."""
        movement.member_id, movement.program_id = self.member, self.programs[program]
        self.house.now = now
        return self.runner.run(self._post(movement))

    async def _post(self, movement: Movement) -> Posted | AppError:
        async with self.house.work() as work:
            (outcome,) = await ledger.post(work, [movement])
            return outcome

    def run_jobs(self, now: datetime) -> None:
        """Let go what is due and settle all wallets."""
        self.house.now = now
        self.runner.run(self._run_jobs())

    async def _run_jobs(self) -> None:
        async with self.house.work() as work:
            await ledger.release_due_holds(work)
            await ledger.apply_due_lots(work)
            assert await ledger.apply_due_lots(work) == 0

    def look(self) -> Seen:
        """See the figures and dates of each wallet, and what is wrong with the books."""
        return self.runner.run(self._look())

    async def _look(self) -> Seen:
        async with self.house.work() as work:
            wallets = await work.fetch(
                "select program_id, available, pending, held, debt from laurels.wallets"
                " where tenant_id = $1", work.tenant_id,
            )  # fmt: skip
            lots = await work.fetch(
                "select w.program_id, l.matured_at is null, l.expires_at, l.remaining"
                " from laurels.lots as l inner join laurels.wallets as w"
                "  on w.tenant_id = l.tenant_id and w.id = l.wallet_id where l.tenant_id = $1",
                work.tenant_id,
            )  # fmt: skip
            faults = await ledger.find_faults(work)
        figures = {row[0]: tuple(row)[1:] for row in wallets}
        return Seen(
            [figures.get(program, (0, 0, 0, 0)) for program in self.programs],
            [add_up(tuple(row)[1:] for row in lots if row[0] == p) for p in self.programs],
            [str(fault) for fault in faults],
        )

    def close(self) -> None:
        """Check that rebuilding changes nothing, and put the loop away."""
        self.runner.run(self._close())
        self.runner.close()

    async def _close(self) -> None:
        async with self.house.work() as work:
            rebuilt = await ledger.rebuild(work)
        await self.database.close()
        assert rebuilt == 0


@dataclass
class Known:
    """Something that happened, in which program, under which id, and what the model made of it."""

    program: int
    id: UUID
    told: Earn | Spend | Hold
    points: int


wallets = st.integers(0, 1000)
points = st.integers(1, 20)
any_of = st.integers(0, 1000)
shares = st.sampled_from([0, 10, 25, 50, 75, 100, 100, 100])
days_ahead = st.sampled_from([0.5, 1, 3, 5, 14, 31])


class Movements(RuleBasedStateMachine):
    """Every movement there is, in any order, told to the ledger and to the model."""

    programs: ClassVar = [BOTH]
    make: ClassVar = InMemory

    def __init__(self) -> None:
        super().__init__()
        self.ledger = type(self).make(self.programs)
        self.purses = [Purse(*program, VIENNA) for program in self.programs]
        self.now = NOON
        self.number = 0
        self.earns: list[Known] = []
        self.spends: list[Known] = []
        self.holds: list[Known] = []

    def post(self, program: int, movement: Movement) -> Posted | str:
        """Ask the ledger; return the name of the error when it refuses."""
        outcome = self.ledger.post(program, movement, self.now)
        return type(outcome).__name__ if isinstance(outcome, AppError) else outcome

    def let_go(self, program, *, but=None):
        """Whoever asks a wallet for anything finds the holds let go whose time is over."""
        mine = [hold for hold in self.holds if hold.program == program and hold is not but]
        due = [hold.told for hold in mine if hold.told.open and hold.told.expires]
        for told in sorted(due, key=lambda told: told.expires):
            if told.expires <= self.now:
                self.purses[program].release(told, self.now)

    @rule(wallet=wallets, points=points, days_ago=st.sampled_from([0, 0, 0, 3, 20, 70]))
    def earn(self, wallet, points, days_ago):
        """Points come in, perhaps late."""
        program = wallet % len(self.purses)
        at = self.now - timedelta(days=days_ago)
        self.let_go(program)
        told = self.purses[program].earn(points, at, self.now, None)
        done = self.post(program, ledger.Credit(points=points, occurred_at=at))
        assert done.transaction.points == points
        self.earns.append(Known(program, done.transaction.id, told, points))

    @rule(wallet=wallets, points=points, days=days_ahead)
    def earn_with_a_date(self, wallet, points, days):
        """Points come in that lapse on a day of their own, perhaps before they ripen."""
        program = wallet % len(self.purses)
        lapses = self.now + timedelta(days=days)
        self.let_go(program)
        told = self.purses[program].earn(points, self.now, self.now, lapses)
        done = self.post(program, ledger.Credit(points=points, expires_at=lapses))
        self.earns.append(Known(program, done.transaction.id, told, points))

    @rule(wallet=wallets, share=st.sampled_from([10, 50, 80, 100, 100, 110]))
    def spend(self, wallet, share):
        """A part of what seems to be there goes out, or there is too little."""
        program = wallet % len(self.purses)
        points = self.part(program, share)
        self.let_go(program)
        told = self.purses[program].spend(points, self.now)
        done = self.post(program, ledger.Debit(points=points))
        if told is None:
            assert done == "InsufficientPoints"
        else:
            self.spends.append(Known(program, done.transaction.id, told, points))

    @rule(wallet=wallets, points=st.integers(1, 60))
    def penalize(self, wallet, points):
        """Points are taken as a penalty, as many as are there."""
        program = wallet % len(self.purses)
        self.let_go(program)
        told = self.purses[program].penalize(points, self.now)
        movement = ledger.Debit(points=points, type="penalty", shortfall="forgive")
        done = self.post(program, movement)
        assert (-done.transaction.points if done.transaction else 0) == len(told.points)
        if done.transaction:
            self.spends.append(Known(program, done.transaction.id, told, len(told.points)))

    @rule(wallet=wallets, share=st.sampled_from([10, 50, 80, 100]), days=st.none() | days_ahead)
    def hold(self, wallet, share, days):
        """A part of what seems to be there is set aside, or there is too little."""
        program = wallet % len(self.purses)
        points = self.part(program, share)
        self.number += 1
        expires = days and self.now + timedelta(days=days, seconds=self.number)
        self.let_go(program)
        told = self.purses[program].hold(points, self.now, expires)
        done = self.post(program, ledger.HoldPoints(points=points, expires_at=expires))
        if told is None:
            assert done == "InsufficientPoints"
        else:
            self.holds.append(Known(program, done.hold.id, told, points))

    def part(self, program, share):
        """So many percent of what is available before anything that is due now."""
        return max(1, self.purses[program].figures[0] * share // 100)

    @precondition(lambda self: self.holds)
    @rule(which=any_of, share=st.sampled_from([10, 50, 100, 100, 110]))
    def capture(self, which, share):
        """Points set aside are spent, wholly or in part, if they still are."""
        hold = self.holds[which % len(self.holds)]
        points = max(1, hold.points * share // 100)
        self.let_go(hold.program)
        told = self.purses[hold.program].capture(hold.told, points, self.now)
        done = self.post(hold.program, ledger.Capture(hold_id=hold.id, points=points))
        if isinstance(told, str):
            assert done == told
        else:
            assert done.transaction.points == -points
            self.spends.append(Known(hold.program, done.transaction.id, told, points))

    @precondition(lambda self: self.holds)
    @rule(which=any_of)
    def release(self, which):
        """Points set aside come back, if they still are."""
        hold = self.holds[which % len(self.holds)]
        self.let_go(hold.program, but=hold)
        told = self.purses[hold.program].release(hold.told, self.now)
        done = self.post(hold.program, ledger.Release(hold_id=hold.id))
        assert (done == "HoldClosed") is not told

    @precondition(lambda self: self.earns)
    @rule(which=any_of, share=shares)
    def refund(self, which, share):
        """Earned points are taken back up to a total."""
        earn = self.earns[which % len(self.earns)]
        self.reverse(earn, share, self.purses[earn.program].take_back)

    @precondition(lambda self: self.spends)
    @rule(which=any_of, share=shares)
    def give_back(self, which, share):
        """Spent points are given back up to a total."""
        spend = self.spends[which % len(self.spends)]
        self.reverse(spend, share, self.purses[spend.program].give_back)

    def reverse(self, known, share, tell):
        """Take something back, and compare what the row is worth."""
        total = known.points * share // 100
        self.let_go(known.program)
        told = tell(known.told, total, self.now)
        done = self.post(
            known.program, ledger.Reversal(transaction_id=known.id, total=total, type="refunded")
        )
        assert (done.transaction.points if done.transaction else 0) == told

    @rule(days=days_ahead, with_jobs=st.booleans())
    def advance(self, days, with_jobs):
        """Time goes on; the jobs may run or be late."""
        self.now += timedelta(days=days)
        if with_jobs:
            self.run_jobs()

    @rule()
    def run_jobs(self):
        """Holds let go, points ripen and lapse."""
        due = [hold for hold in self.holds if hold.told.open and hold.told.expires]
        for hold in sorted(due, key=lambda hold: hold.told.expires):
            if hold.told.expires <= self.now:
                self.purses[hold.program].release(hold.told, self.now)
        for purse in self.purses:
            purse.settle(self.now)
        self.ledger.run_jobs(self.now)

    @invariant()
    def the_ledger_and_the_model_agree(self):
        """Every figure and every lot; the ledger's own check finds nothing; no point is free."""
        seen = self.ledger.look()
        assert seen.figures == [purse.figures for purse in self.purses]
        assert seen.dated == [purse.dated for purse in self.purses]
        assert seen.flaws == []
        for program, (available, pending, held, debt) in enumerate(seen.figures):
            earned = sum(e.points for e in self.earns if e.program == program)
            spent = sum(s.points - s.told.back for s in self.spends if s.program == program)
            assert available + pending + held - debt <= earned - spent

    def teardown(self):
        """Put the ledger away."""
        self.ledger.close()


def run(machine, *, examples: int, steps: int) -> None:
    """Run a machine, the same steps each time."""
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            derandomize=True,
            database=None,
        ),
    )


@pytest.mark.parametrize("program", [PLAIN, LAPSING, RIPENING, BOTH])
def test_decisions_in_memory_agree_with_the_model(program):
    class OneWallet(Movements):
        programs: ClassVar = [program]

    run(OneWallet, examples=60, steps=60)


def test_the_ledger_on_the_database_agrees_with_the_model(app_url):
    class TwoWallets(Movements):
        programs: ClassVar = [LAPSING, BOTH]
        make = staticmethod(lambda programs: OnTheDatabase(app_url, programs))

    run(TwoWallets, examples=15, steps=60)
