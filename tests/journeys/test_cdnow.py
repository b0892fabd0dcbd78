"""69,659 real purchases become an exact ledger, whatever is killed on the way.

CDNOW: the purchases of 23,570 customers of a music shop in 1997 and 1998, public for research.
`LAURELS_TEST_DATA` names the folder in which `cdnow_purchases.txt` lies.
"""

import csv
import os
import random
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from laurels import imports, jobs, ledger, members, tenants, tiers
from laurels.kit.work import OPERATOR
from tests.support.outside import Outside, kill, outside
from tests.support.size import pick
from tests.support.waiting import PATIENCE_SECONDS, until_true

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        "LAURELS_TEST_DATA" not in os.environ,
        reason="set LAURELS_TEST_DATA to the folder that holds cdnow_purchases.txt",
    ),
]
LAYERS = {"Bronze": 0, "Silver": 1000, "Gold": 5000, "Platinum": 15_000}
"""The tiers of the preset, and the points that they ask for."""
ROWS = pick(12_000, 70_000)
SLICE = 20_000
KILLS = 3


def write_csv(file: Path, limit: int | None = None) -> Path:
    """Write the purchases as CSV; rows carry no order number, so the line is the external id."""
    source = Path(os.environ["LAURELS_TEST_DATA"]) / "cdnow_purchases.txt"
    with source.open() as lines, file.open("w", newline="") as target:
        next(lines)
        writer = csv.writer(target)
        writer.writerow(["external_id", "member", "occurred_at", "amount", "currency"])
        for number, line in enumerate(lines, start=1):
            if line.split() and (limit is None or number <= limit):
                customer, day, _, amount = line.split()
                writer.writerow([number, customer, day, amount, "USD"])
    return file


@dataclass(frozen=True)
class Facts:
    """What a file says, counted from its rows alone: a point for each whole dollar."""

    rows: int
    members: int
    revenue: Decimal
    points: int
    free: int
    most: dict[str, int]
    """The points of each member in their life."""

    @classmethod
    def of(cls, file: Path) -> "Facts":
        with file.open(newline="") as lines:
            rows = list(csv.DictReader(lines))
        amounts = [Decimal(row["amount"]) for row in rows]
        most: dict[str, int] = dict.fromkeys((row["member"] for row in rows), 0)
        for row, amount in zip(rows, amounts, strict=True):
            most[row["member"]] += int(amount)
        return cls(
            len(rows),
            len(most),
            sum(amounts, Decimal()),
            sum(most.values()),
            amounts.count(0),
            most,
        )

    def shares(self, steps: dict[str, int]) -> dict[str, int]:
        """Return how many members reach each step at most."""
        found = dict.fromkeys(steps, 0)
        for points in self.most.values():
            found[max((step, name) for name, step in steps.items() if step <= points)[1]] += 1
        return found


async def test_cdnow_becomes_an_exact_ledger_and_a_second_run_changes_nothing(house, tmp_path):
    file = write_csv(tmp_path / "cdnow.csv", limit=ROWS)
    facts = Facts.of(file)
    if facts.rows > 69_000:
        assert (facts.rows, facts.members, facts.free) == (69_659, 23_570, 80)
        assert (facts.revenue, facts.points) == (Decimal("2500315.63"), 2_453_159)
    options = imports.Options(file=file, rejects_dir=tmp_path)
    await build_ladder(house)

    report = await imports.import_purchases(house.database, house.tenant.id, options)

    assert (report.read, report.booked, report.rejected) == (facts.rows, facts.rows, 0)
    assert report.new_members == facts.members
    assert report.revenue == {"completed": facts.revenue}
    assert report.points == facts.points
    await check_totals(house, facts)

    again = await imports.import_purchases(house.database, house.tenant.id, options)

    assert (again.read, again.booked, again.skipped) == (facts.rows, 0, facts.rows)
    assert (again.points, again.new_members) == (0, 0)
    await check_totals(house, facts)
    await check_tiers(house, facts)


async def check_totals(house, facts):
    """Check what the books say, and that they agree with themselves."""
    async with house.work() as work:
        figures = await ledger.figures(work)
        assert (figures.members, figures.points_outstanding) == (facts.members, facts.points)
        (totals,) = await work.fetch(
            "select count(*), sum(amount), count(*) filter (where amount = 0)"
            " from laurels.purchases where tenant_id = $1",
            work.tenant_id,
        )
        assert tuple(totals) == (facts.rows, facts.revenue, facts.free)
        best = max(facts.most, key=facts.most.__getitem__)
        (member,) = await members.list_members(work, external_id=best)
        assert (await ledger.balance(work, member["id"]))["available"] == facts.most[best]
        assert await ledger.find_faults(work) == []


async def build_ladder(house):
    """Four tiers by the points of a whole life, which multiply nothing."""
    async with house.work() as work:
        await tiers.apply_preset(work, "shopify")
        for tier in await tiers.list_tiers(work):
            await tiers.change_tier(work, tier["id"], {"qualification_period_days": 0})
        await tenants.change_section(work, "tiers", {"multipliers_enabled": False})


async def check_tiers(house, facts):
    """Check that all stand where their purchases brought them, and that a review moves nobody."""
    async with house.work() as work:
        shares, without = await tiers.distribution(work)
        said = await tiers.preview(work, tiers.Proposal(changed={}, new=[]))
    found = {share["name"]: share["members"] for share in shares}
    assert found == facts.shares(LAYERS)
    if facts.rows > 69_000:
        assert found == {"Bronze": 23_375, "Silver": 190, "Gold": 5, "Platinum": 0}
    assert (without, said.members, said.up, said.down) == (0, facts.members, 0, 0)

    ended = await jobs.run_now(house.database, house.tenant.id, "tiers.review", actor=OPERATOR)

    assert ended is not None
    assert (ended.done, ended.total) == (facts.members, facts.members)
    async with house.work() as work:
        again, _ = await tiers.distribution(work)
    assert again == shares


class Shop(Outside):
    """A Laurels of its own with a slice of the purchases."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.file = write_csv(folder / "slice.csv", SLICE)
        with self.file.open(newline="") as lines:
            rows = list(csv.DictReader(lines))
        self.members = len({row["member"] for row in rows})
        self.points = sum(int(Decimal(row["amount"])) for row in rows)

    def load(self, tenant: str) -> tuple[str, ...]:
        """Return the words that import the slice."""
        return ("import", "purchases", str(self.file), "--tenant", tenant)

    def check(self, tenant: str) -> None:
        """Check the totals of the slice and the books."""
        found = self.run("ledger", "verify", "--tenant", tenant)
        assert (found["members"], found["points_outstanding"]) == (self.members, self.points)
        assert found["clean"] is True

    def wait_until_booking(self, since: int) -> None:
        """Wait until the importer has written something: a moment worth a kill."""
        until_true(lambda: self.progress() > since)

    def progress(self) -> int:
        """Return how many rows all runs have gone through."""
        return int(self.ask("select coalesce(sum(booked + skipped), 0) from laurels.import_runs"))


@pytest.fixture
def shop() -> Iterator[Shop]:
    """A shop of its own."""
    with outside("cdnow", Shop) as made:
        yield made


@pytest.mark.parametrize("victim", ["importer", "database"])
def test_after_kills_at_random_points_another_run_ends_at_the_same_totals(shop, victim):
    chance = random.Random(f"cdnow {victim}")
    shop.run("tenant", "create", victim, "--preset", "plain")
    kills = 0
    for _ in range(KILLS):
        before = shop.progress()
        importer = shop.start(*shop.load(victim))
        shop.wait_until_booking(before)
        time.sleep(chance.uniform(0.0, 0.4))
        if victim == "importer":
            kill(importer.pid)
        else:
            shop.kill_database()
        _, complained = importer.communicate(timeout=PATIENCE_SECONDS)
        if importer.returncode == 0:
            break  # On a busy machine it may be done before it can be killed.
        kills += 1
        assert "Traceback" not in complained
        if victim == "database":
            # Killed between two transactions it is found gone when the next one begins.
            assert re.search(
                r"the (connection to the database was lost|database cannot be reached)", complained
            ), complained

    report = shop.run(*shop.load(victim))

    assert kills > 0
    assert report["skipped"] + report["booked"] == SLICE
    assert report["skipped"] > 0
    shop.check(victim)
