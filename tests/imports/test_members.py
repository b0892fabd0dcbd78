"""Importing members: enrolled, brought up to date, refused."""

from datetime import date

from laurels import imports, members, settlement
from laurels.earning import create_rule
from laurels.earning.schemas import EarningRuleIn

from .conftest import summary

HEADER = "external_id,email,first_name,last_name,birthday,email_opt_in\n"


async def test_members_are_enrolled_with_wallets_and_no_welcome(desk):
    report = await desk.load_members(
        HEADER + "a,Ada@example.com,Ada,Lovelace,1815-12-10,\nb,,Ben,,1990-01-02,no\n"
        "c,c@example.com,,,,yes\n"
    )

    assert summary(report) == (3, 2, 0, 1)  # nobody born in 1815 is a member
    assert report.new_members == 2
    rows = await desk.fetch(
        "select m.external_id, m.email, m.first_name, m.birthday, m.email_opt_in, w.available"
        " from laurels.members as m join laurels.wallets as w"
        " on w.tenant_id = m.tenant_id and w.member_id = m.id"
        " where m.tenant_id = $1 order by 1"
    )
    assert [tuple(row) for row in rows] == [
        ("b", None, "Ben", date(1990, 1, 2), False, 0),
        ("c", "c@example.com", None, None, True, 0),
    ]


async def test_a_second_run_skips_and_a_changed_row_changes_only_what_it_names(desk):
    text = HEADER + "a,a@example.com,Ada,Old,,no\n"
    await desk.load_members(text)

    assert summary(await desk.load_members(text)) == (1, 0, 1, 0)
    report = await desk.load_members(HEADER + "a,,,New,,\n")

    assert summary(report) == (1, 1, 0, 0)
    assert report.new_members == 0
    (row,) = await desk.fetch(
        "select email, first_name, last_name, email_opt_in from laurels.members"
        " where tenant_id = $1"
    )
    assert tuple(row) == ("a@example.com", "Ada", "New", False)


async def test_rows_that_mean_two_people_are_refused_alone(desk):
    report = await desk.load_members(
        HEADER + "a,a@example.com,,,,\nb,b@example.com,,,,\na,b@example.com,,,,\nc,c@x,,,,\n"
    )

    assert summary(report) == (4, 3, 0, 1)
    (rejection,) = report.first_rejections
    assert (rejection.line, rejection.field) == (4, "email")


async def test_a_row_may_name_a_member_by_e_mail_alone_in_any_case(desk):
    await desk.load_members("email,first_name\nada@example.com,Ada\n")

    report = await desk.load_members("email,last_name\nADA@example.com,L\n")

    assert summary(report) == (1, 1, 0, 0)
    assert report.new_members == 0


async def test_new_members_are_welcomed_when_asked(desk):
    async with desk.house.work() as work:
        form = {
            "name": "Hi",
            "trigger": "member.enrolled",
            "award": {"type": "fixed", "points": 50},
        }
        await create_rule(work, EarningRuleIn.model_validate(form))

    await desk.load_members("external_id\na\n")
    await desk.load_members("external_id\na\nb\n", welcome=True)
    await desk.load(desk.purchases({"member": "c"}))
    await desk.load(desk.purchases({"external_id": "2", "member": "d"}), welcome=True)

    assert [await desk.points(member) for member in "abcd"] == [0, 50, 10, 60]


async def test_a_dry_run_of_members_changes_nothing(desk):
    before = await desk.counts()

    report = await desk.load_members("external_id\na\nb\n", dry_run=True)

    assert summary(report) == (2, 2, 0, 0)
    assert report.new_members == 2
    assert await desk.counts() == before


async def test_files_obey_a_block(desk):
    await desk.load_members(HEADER + "anna,a@example.org,Anna,,,\n")
    async with desk.house.work() as work:
        (anna,) = (await members.find(work, ["anna"])).values()
        await settlement.block(work, anna, reason="stolen receipts")

    bought = await desk.load(desk.purchases({"amount": "10"}, {"amount": "20"}))
    text = "external_id,member,points\n1,anna,100\n"
    balances = await desk.load(desk.file(text, "old.csv"), activity=imports.import_balances)
    known = await desk.load_members(HEADER + "anna,,Ada,,,\n,A@example.org,,Byron,,\n")

    assert (summary(bought), bought.points) == ((2, 2, 0, 0), 0)
    assert summary(balances) == (1, 0, 0, 1)
    assert summary(known) == (2, 2, 0, 0)
    (row,) = await desk.fetch(
        "select m.status, m.first_name, m.last_name, t.spend, w.available"
        " from laurels.members as m join laurels.member_totals as t"
        " on t.tenant_id = m.tenant_id and t.member_id = m.id join laurels.wallets as w"
        " on w.tenant_id = m.tenant_id and w.member_id = m.id where m.tenant_id = $1"
    )
    assert tuple(row) == ("blocked", "Ada", "Byron", 30, 0)
