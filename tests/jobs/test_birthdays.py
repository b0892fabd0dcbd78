"""Birthdays by the test clock: days go by, and each comes once, on its day."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from laurels import earning, settlement
from laurels.earning.schemas import EarningRuleIn
from laurels.kit.work import open_work

pytestmark = pytest.mark.slow


BERLIN = ZoneInfo("Europe/Berlin")
GIFT = {
    "name": "Happy birthday",
    "trigger": "member.birthday",
    "award": {"type": "fixed", "points": 250},
}


async def test_the_clock_brings_birthdays_year_by_year(clocked):
    await clocked.advance("PT1S")
    start = await clocked.now()
    async with open_work(clocked.database, tenant_id=clocked.tenant_id) as work:
        await earning.create_rule(work, EarningRuleIn.model_validate(GIFT))
        profile = {"external_id": "leap", "birthday": date(1992, 2, 29)}
        member = (await settlement.enrol(work, profile)).id

    for _ in range(16):
        await clocked.advance("P1M")

    rows = await clocked.fetch(
        "select occurred_at, created_at from laurels.activities where tenant_id = $1 order by 1"
    )
    days = [row["occurred_at"].astimezone(BERLIN).date() for row in rows]
    last = (await clocked.now()).astimezone(BERLIN).date()
    expected = [
        day
        for year in range(start.year, last.year + 1)
        if start.date() < (day := february(year)) <= last
    ]
    assert days == expected
    assert (await clocked.balance(member))["available"] == 250 * len(expected)


def february(year: int) -> date:
    """The day of that year on which somebody celebrates who was born on February 29."""
    return date(year, 2, 29) if year % 4 == 0 else date(year, 2, 28)
