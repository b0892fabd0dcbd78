"""Importing balances: lots with their dates, what is owed, what was before; each row once."""

import asyncio
import csv
from datetime import UTC, datetime

import pytest

from laurels import imports, ledger
from laurels.earning import create_rule
from laurels.earning.schemas import EarningRuleIn
from laurels.imports import balances, carrying

from .conftest import summary

HEADER = "external_id,member,points,earned_at,expires_at\n"


@pytest.fixture
def load(desk):
    """Import a text of balances."""

    async def load(text, *, name="old.csv", **options):
        return await desk.load(desk.file(text, name), activity=imports.import_balances, **options)

    return load


async def wallet(desk, member):
    """The figures of a member's default wallet."""
    (row,) = await desk.fetch(
        "select w.available, w.pending, w.debt, w.lifetime_earned, w.lifetime_redeemed,"
        " w.lifetime_expired from laurels.wallets as w join laurels.members as m"
        " on m.tenant_id = w.tenant_id and m.id = w.member_id"
        " join laurels.programs as p on p.tenant_id = w.tenant_id and p.id = w.program_id"
        " where w.tenant_id = $1 and m.external_id = $2 and p.is_default",
        member,
    )
    return tuple(row)


async def lots(desk):
    """Remaining points and dates of every lot that holds something, by its end."""
    rows = await desk.fetch(
        "select remaining, matures_at, matured_at, expires_at from laurels.lots"
        " where tenant_id = $1 and remaining > 0 order by expires_at nulls last, remaining"
    )
    return [tuple(row) for row in rows]


async def test_rows_of_a_member_are_lots_with_their_own_dates(desk, load):
    report = await load(
        HEADER + "1,anna,100,2024-05-01,2030-01-01\n2,anna,50,2025-01-01T10:00:00Z,never\n"
        "3,bo,7,,\n"
    )

    assert summary(report) == (3, 3, 0, 0)
    assert (report.points, report.new_members) == (157, 2)
    assert await wallet(desk, "anna") == (150, 0, 0, 150, 0, 0)
    assert await wallet(desk, "bo") == (7, 0, 0, 7, 0, 0)
    since, until = datetime(2024, 5, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)
    assert await lots(desk) == [(100, None, since, until)]
    rows = await desk.fetch(
        "select t.type, t.source, t.source_id, t.points, t.occurred_at"
        " from laurels.point_transactions as t where t.tenant_id = $1 order by t.source_id"
    )
    assert tuple(rows[0]) == ("adjusted", "import", "old.csv/1", 100, since)
    assert {row["type"] for row in rows} == {"adjusted"}
    (outbox,) = await desk.fetch(
        "select bool_and(historical) from laurels.outbox where tenant_id = $1"
    )
    assert outbox[0] is True
    (since_when,) = await desk.fetch(
        "select enrolled_at from laurels.members where tenant_id = $1 and external_id = 'anna'"
    )
    assert since_when[0] == since


async def test_dates_that_are_not_said_are_those_of_the_program(desk, load):
    await desk.house.program(expiry_days=365, maturity_days=14)
    today = datetime.now(UTC)

    await load(
        "external_id,member,points,earned_at,matures_at,expires_at\n"
        f"1,a,10,{today.date()},,\n2,b,20,,now,never\n3,c,30,2019-01-01,,2040-01-01\n"
    )

    assert await wallet(desk, "a") == (0, 10, 0, 10, 0, 0)
    assert await wallet(desk, "b") == (20, 0, 0, 20, 0, 0)
    assert await wallet(desk, "c") == (30, 0, 0, 30, 0, 0)
    (first, second) = await lots(desk)
    assert (first[3] - first[1]).days == 365 - 14
    assert second[3] == datetime(2040, 1, 1, tzinfo=UTC)


async def test_what_was_spent_lapsed_or_owed_before_counts_in_the_figures(desk, load):
    report = await load(
        "external_id,member,points,lifetime_redeemed,lifetime_expired\n"
        "1,anna,100,400,30\n2,bo,-40,,\n3,cy,0,12,\n"
    )

    assert summary(report) == (3, 3, 0, 0)
    assert report.points == 60
    assert await wallet(desk, "anna") == (100, 0, 0, 530, 400, 30)
    assert await wallet(desk, "bo") == (0, 0, 40, 0, 40, 0)
    assert await wallet(desk, "cy") == (0, 0, 0, 12, 12, 0)
    async with desk.house.work() as work:
        assert await ledger.rebuild(work) == 0


async def test_a_second_run_skips_everything_and_changes_nothing(desk, load):
    text = (
        "external_id,member,email,points,expires_at,lifetime_redeemed,lifetime_expired\n"
        "1,anna,,100,2030-01-01,5,6\n2,,Bo@example.com,50,never,,\n3,anna,,-10,,,\n"
    )
    assert summary(await load(text)) == (3, 3, 0, 0)
    before = await desk.counts()

    report = await load(text)

    assert summary(report) == (3, 0, 3, 0)
    assert (report.points, report.new_members) == (0, 0)
    after = await desk.counts()
    assert after.pop("laurels.import_runs") == before.pop("laurels.import_runs") + 1
    assert after == before


@pytest.mark.parametrize(
    "row", ["1,anna,101,,2030-01-01,5", "1,anna,100,,2031-01-01,5", "1,anna,100,,2030-01-01,4",
            "1,bo,100,,2030-01-01,5"],
)  # fmt: skip
async def test_a_row_that_says_something_else_is_refused_and_books_nothing(desk, load, row):
    header = "external_id,member,points,earned_at,expires_at,lifetime_redeemed\n"
    await load(header + "1,anna,100,,2030-01-01,5\n")

    report = await load(header + row + "\n")

    assert summary(report) == (1, 0, 0, 1)
    assert report.first_rejections[0].code == "posting_key_taken"
    assert await wallet(desk, "anna") == (100, 0, 0, 105, 5, 0)


async def test_a_run_that_was_killed_is_run_again_and_books_each_row_once(desk, load, monkeypatch):
    monkeypatch.setattr(carrying, "BATCH", 5)
    book, batches = balances.ledger.post, []

    async def dying(work, movements, **options):
        posted = await book(work, movements, **options)
        batches.append(len(movements))
        if len(batches) == 3:
            raise asyncio.CancelledError
        return posted

    text = HEADER + "".join(f"{n},m{n % 4},{n},2024-01-01,2035-01-01\n" for n in range(1, 24))
    with monkeypatch.context() as patch:
        patch.setattr(balances.ledger, "post", dying)
        with pytest.raises(asyncio.CancelledError):
            await load(text)

    report = await load(text)

    assert batches == [5, 5, 5]
    assert summary(report) == (23, 13, 10, 0)
    figures = [await wallet(desk, f"m{n}") for n in range(4)]
    assert sum(each[0] for each in figures) == sum(range(1, 24))
    assert summary(await load(text)) == (23, 0, 23, 0)


BAD = [
    (",anna,1,,", "external_id", "every row needs"),
    ("1,,1,,", "member", "needs one of them"),
    ("1,anna,,,", "points", "is empty"),
    ("1,anna,1.5,,", "points", "not a whole number"),
    ("1,anna,99999999999999999,,", "points", "not a whole number"),
    ("1,anna,0,,", "points", "leave the row out"),
    ("1,anna,5,2099-01-01,", "earned_at", "future"),
    ("1,anna,5,tomorrow,", "earned_at", "not a date"),
    ("1,anna,5,2024-01-01,2023-01-01", "expires_at", "earlier than `earned_at`"),
    ("1,anna,5,2024-01-01,2025-01-01", "expires_at", "lapsed"),
    ("1,anna,5,,10000-01-01", "expires_at", "date"),
]


async def test_rows_that_cannot_be_are_refused_alone_with_a_remedy(desk, load):
    text = HEADER + "".join(f"{row}\n" for row, _, _ in BAD) + "good,anna,3,,\n"

    report = await load(text)

    assert summary(report) == (len(BAD) + 1, 1, 0, len(BAD))
    rejections = await desk.fetch(
        "select field, message from laurels.rejected_rows where tenant_id = $1 order by line"
    )
    for (field, message), (row, column, words) in zip(rejections, BAD, strict=True):
        assert (field, words in message) == (column, True), (row, message)
    with report.rejected_file.open(newline="") as lines:
        assert len(list(csv.reader(lines))) == len(BAD) + 1


async def test_members_are_found_by_id_or_e_mail_and_strangers_only_enrolled_if_wanted(desk, load):
    await desk.load_members("external_id,email\nanna,Anna@example.com\n,bo@example.com\n")
    text = (
        "external_id,member,email,points\n1,anna,,1\n2,,ANNA@example.com,2\n"
        "3,bo,bo@example.com,4\n4,cy,,8\n5,,dee@example.com,16\n6,anna,bo@example.com,32\n"
    )

    strict = await load(text, known_only=True, dry_run=True)
    report = await load(text)

    assert summary(strict) == (6, 4, 0, 2)
    assert strict.reasons == {"member_unknown": 2}
    assert summary(report) == (6, 6, 0, 0)
    assert report.new_members == 2
    # Who is known by the external id is not looked up by the e-mail.
    assert await wallet(desk, "anna") == (35, 0, 0, 35, 0, 0)
    assert await wallet(desk, "bo") == (4, 0, 0, 4, 0, 0)
    rows = await desk.fetch(
        "select m.email, w.available from laurels.members as m join laurels.wallets as w"
        " on w.tenant_id = m.tenant_id and w.member_id = m.id"
        " where m.tenant_id = $1 and m.external_id is null"
    )
    assert [tuple(row) for row in rows] == [("dee@example.com", 16)]


async def test_a_program_is_named_and_an_unknown_or_closed_one_is_refused(desk, load):
    async with desk.house.work() as work:
        await ledger.create_program(work, name="Stamps", unit_name="stamps")

    report = await load(
        "external_id,member,program,points\n1,anna,Stamps,3\n2,anna,Points,4\n3,anna,Coins,5\n"
    )

    assert summary(report) == (3, 2, 0, 1)
    assert "use one of: `Points`, `Stamps`" in report.first_rejections[0].message
    rows = await desk.fetch(
        "select p.name, w.available from laurels.wallets as w join laurels.programs as p"
        " on p.tenant_id = w.tenant_id and p.id = w.program_id where w.tenant_id = $1 order by 1"
    )
    assert [tuple(row) for row in rows] == [("Points", 4), ("Stamps", 3)]


async def test_a_dry_run_changes_nothing_and_tells_what_the_run_then_does(desk, load, monkeypatch):
    monkeypatch.setattr(carrying, "BATCH", 2)
    await load(HEADER + "1,anna,100,,\n")
    text = HEADER + (
        "1,anna,100,,\n2,anna,50,2024-01-01,2030-01-01\n3,bo,-20,,\n2,anna,50,,2030-01-01\n"
        "4,bo,30,,\n5,cy,x,,\n1,anna,99,,\n"
    )
    before = await desk.counts()

    dry = await load(text, dry_run=True)

    assert await desk.counts() == before
    real = await load(text)
    assert summary(dry) == summary(real) == (7, 3, 2, 2)
    assert (dry.points, dry.new_members) == (real.points, real.new_members) == (60, 1)
    assert dry.reasons == real.reasons
    assert await wallet(desk, "bo") == (10, 0, 0, 30, 20, 0)


async def test_new_members_are_welcomed_when_asked(desk, load):
    async with desk.house.work() as work:
        form = {
            "name": "Hi", "trigger": "member.enrolled", "award": {"type": "fixed", "points": 50},
        }  # fmt: skip
        await create_rule(work, EarningRuleIn.model_validate(form))

    await load(HEADER + "1,anna,5,,\n", welcome=True)
    await load(HEADER + "2,bo,5,,\n")

    assert (await wallet(desk, "anna"))[0] == 55
    assert (await wallet(desk, "bo"))[0] == 5
