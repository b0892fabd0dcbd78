"""The demo's story: believable, sound, and the same every time."""

import csv
from collections import Counter
from datetime import date

from laurels import imports
from laurels.cli import demo_story as story

from .conftest import summary

UNTIL = date(2024, 7, 1)


async def test_the_demos_story_is_imported_without_a_refused_row(desk):
    bought, people = desk.folder / "purchases.csv", desk.folder / "members.csv"
    story.write_purchases(bought, UNTIL)
    story.write_members(people)

    first = await desk.load(bought, source="demo")
    second = await desk.load(people, activity=imports.import_members, source="demo")

    assert (first.rejected, first.new_members) == (0, story.MEMBERS)
    assert first.revenue["refunded"] > 0
    assert first.revenue["pending"] > 0
    assert summary(second) == (262, 262, 0, 0)
    assert second.new_members == 12
    assert await desk.points(story.FEATURED) > 0


def test_the_story_of_a_day_is_always_the_same(tmp_path):
    one, two = tmp_path / "1.csv", tmp_path / "2.csv"

    story.write_purchases(one, UNTIL)
    story.write_purchases(two, UNTIL)

    assert one.read_bytes() == two.read_bytes()
    with one.open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert 2_000 < len(rows) < 10_000
    assert max(row["occurred_at"] for row in rows) < UNTIL.isoformat()
    weekdays = Counter(date.fromisoformat(row["occurred_at"][:10]).weekday() for row in rows)
    assert weekdays[5] > weekdays[0]
