"""Rewards and their codes by file: made, brought up to date, refused; out and back in again."""

import pytest

from laurels import imports, rewards, segments, tiers
from laurels.kit.values.ids import encode
from laurels.segments.schemas import SegmentIn
from laurels.tiers.schemas import TierIn
from tests.imports.test_exports import rows_of, written
from tests.support.make import make_tenant

from .conftest import Desk, summary

HEADER = "name,type,cost_points,value,fulfilment,stock,active\n"
CUP = "Cup,merchandise,500,,pool,,\n"


@pytest.fixture
def load(desk):
    """Import a text of rewards, or of codes."""

    async def load(text, *, activity=imports.import_rewards, name="catalogue.csv", **options):
        return await desk.load(desk.file(text, name), activity=activity, **options)

    return load


async def catalogue(house) -> list[dict]:
    """The rewards that are not archived, without what the application counts."""
    async with house.work() as work:
        found = await rewards.walk_rewards(work, after=None, limit=100)
    counted = {"tenant_id", "id", "program_id", "tier_ids", "segment_ids", "created_at",
               "updated_at", "redemptions"}  # fmt: skip
    return [{name: value for name, value in each.items() if name not in counted} for each in found]


async def test_rewards_are_made_and_brought_up_to_date_by_name(desk, load):
    text = HEADER + (
        'Five off,discount_fixed,100,"{""amount"": ""5.00""}",,,\n' + CUP + "Gift,custom,7,,,3,no\n"
    )

    first, again = await load(text), await load(text)
    changed = await load(HEADER + "Cup,merchandise,450,,,,\nGift,custom,7,,,5,yes\n")

    assert (summary(first), summary(again)) == ((3, 3, 0, 0), (3, 0, 3, 0))
    assert summary(changed) == (2, 2, 0, 0)
    found = {each["name"]: each for each in await catalogue(desk.house)}
    assert found["Five off"]["value"] == {"amount": "5.00"}
    assert (found["Cup"]["cost_points"], found["Cup"]["fulfilment"]) == (450, "pool")
    assert (found["Gift"]["stock"], found["Gift"]["active"]) == (5, True)


BAD = [
    (",custom,5,,,,", "name", ""),
    ("A,castle,5,,,,", "type", ""),
    ("A,custom,0,,,,", "cost_points", ""),
    ("A,custom,many,,,,", "cost_points", ""),
    ("A,custom,5,[,,,", "value", "not JSON"),
    ("A,custom,5,,magic,,", "fulfilment", "code, pool, manual"),
    ("A,custom,5,,,-1,", "stock", ""),
    ("A,custom,5,,,,perhaps", "active", "neither yes nor no"),
    ("A,discount_fixed,5,{},,,", "value.amount", ""),
]


async def test_rewards_that_cannot_be_are_refused_alone(desk, load):
    report = await load(HEADER + "".join(f"{row}\n" for row, _, _ in BAD) + CUP)

    assert summary(report) == (len(BAD) + 1, 1, 0, len(BAD))
    told = await desk.fetch(
        "select field, message from laurels.rejected_rows where tenant_id = $1 order by line"
    )
    for (field, message), (row, column, words) in zip(told, BAD, strict=True):
        assert field == column.partition(".")[0], (row, message)
        assert words in message
    assert [each["name"] for each in await catalogue(desk.house)] == ["Cup"]


async def test_codes_go_into_the_pools_of_their_rewards_each_once(desk, load):
    await load(HEADER + CUP + "Mug,merchandise,300,,pool,,\nFree,custom,5,,,,\n")
    text = "reward,code\nCup,A-1\nCup,A-2\nMug,B-1\nCup,a-1\nMug,A-2\nFree,C-1\nNone,D-1\nCup,\n"

    dry = await load(text, activity=imports.import_vouchers, dry_run=True)
    report = await load(text, activity=imports.import_vouchers)
    again = await load("reward,code\nCup,A-1\nMug,B-1\n", activity=imports.import_vouchers)

    assert summary(dry) == summary(report) == (8, 3, 1, 4)
    assert dry.reasons == report.reasons
    assert [(r.line, r.field) for r in report.first_rejections] == [
        (6, "code"), (7, None), (8, "reward"), (9, "code"),
    ]  # fmt: skip
    assert summary(again) == (2, 0, 2, 0)
    assert {each["name"]: each["codes_left"] for each in await catalogue(desk.house)} == {
        "Cup": 2, "Mug": 1, "Free": 0,
    }  # fmt: skip


async def test_two_rewards_of_one_name_are_nobodys(desk, load):
    async with desk.house.work() as work:
        for _ in range(2):
            await rewards.create_reward(
                work, {"name": "Cup", "type": "custom", "cost_points": 1, "value": {}}
                | {"fulfilment": "code"},
            )  # fmt: skip

    report = await load(HEADER + CUP)
    codes = await load("reward,code\nCup,A\n", activity=imports.import_vouchers)

    assert summary(report) == summary(codes) == (1, 0, 0, 1)
    assert "several rewards" in codes.first_rejections[0].message


async def test_a_catalogue_goes_out_and_comes_back_as_it_was(desk, load, database, tmp_path):
    await load(
        "name,type,cost_points,description,value,min_order_value,stock,max_redemptions_total,"
        "max_redemptions_per_member,starts_at,ends_at,redemption_expiry_days,fulfilment,category,"
        "terms,image_url,featured,sort_order,active\n"
        '=Cup,merchandise,500,"Two\nlines, and ""quotes""","{""sku"": ""C1""}",12.50,9,50,2,'
        "2026-01-01T10:00:00Z,2030-01-01,30,pool,@home,-none,https://example.com/cup.png,yes,-3,"
        'no\nFive off,discount_fixed,100,,"{""amount"": ""5.00""}",,,,,,,,,,,,,,\n'
    )
    await load("reward,code\n=Cup,+A\n=Cup,B\n", activity=imports.import_vouchers)
    other = await make_tenant(database)
    there = Desk(other, tmp_path)

    for kind, activity in (
        ("rewards", imports.import_rewards), ("vouchers", imports.import_vouchers),
    ):  # fmt: skip
        text = await written(desk.house, kind)
        report = await there.load(there.file(text, f"{kind}.csv"), activity=activity)
        assert summary(report) == (2, 2, 0, 0), report.first_rejections

    assert await catalogue(other) == await catalogue(desk.house)
    assert await written(other, "vouchers") == await written(desk.house, "vouchers")


async def test_redemptions_are_told_with_whom_and_what(desk, client, load):
    await load(HEADER + CUP)
    await load("reward,code\nCup,A-1\nCup,A-2\n", activity=imports.import_vouchers)
    member = encode("member", await desk.house.member(external_id="anna", balance=1000))
    (cup,) = (await client.get("/v1/rewards")).json()["data"]
    wish = {"member_id": member, "reward_id": cup["id"], "source": "till"}
    assert (await client.post("/v1/redemptions", json=wish)).status_code == 201

    (row,) = rows_of((await client.get("/v1/exports/redemptions")).text)
    codes = rows_of((await client.get("/v1/exports/vouchers")).text)

    assert (row["member"], row["reward"], row["state"]) == ("anna", "Cup", "completed")
    assert (row["points_spent"], row["source"]) == ("500", "till")
    assert {row["code"], *(each["code"] for each in codes)} == {"A-1", "A-2"}


async def apply_preset(house) -> None:
    """Two tiers and a segment, whose names are anything but simple."""
    async with house.work() as work:
        for level, name in enumerate(("Basic", "Gold, or better"), start=1):
            tier = {"name": name, "level": level, "is_default": level == 1}
            await tiers.create_tier(work, TierIn.model_validate(tier).model_dump(), review=False)
        await segments.create(work, SegmentIn(name='["x"]', kind="static").model_dump())


async def test_limits_by_tier_and_segment_go_by_name_and_come_back(desk, load, database, tmp_path):
    other = await make_tenant(database)
    for house in (desk.house, other):
        await apply_preset(house)
    header = "name,type,cost_points,min_tier_level,tiers,segments\n"
    limits = '2,"[""Basic"", ""Gold, or better""]","[""[\\""x\\""]""]"\n'

    report = await load(header + "Cup,custom,5," + limits)
    refused = await load(header + "Cup,custom,5,,Silver,\nCup,custom,5,,[1],\n")
    again = await load(header + "Cup,custom,5," + limits)
    there = Desk(other, tmp_path)
    text = await written(desk.house, "rewards")
    brought = await there.load(there.file(text, "rewards.csv"), activity=imports.import_rewards)
    opened = await load(header + "Cup,custom,5,,Basic,[]\n")

    assert (summary(report), summary(again), summary(brought)) == (
        (1, 1, 0, 0), (1, 0, 1, 0), (1, 1, 0, 0),
    )  # fmt: skip
    assert "use one of: `Basic`, `Gold, or better`" in refused.first_rejections[0].message
    assert [each.field for each in refused.first_rejections] == ["tiers", "tiers"]
    (cup,) = await catalogue(other)
    assert (cup["min_tier_level"], cup["tiers"], cup["segments"]) == (
        2, ["Basic", "Gold, or better"], ['["x"]'],
    )  # fmt: skip
    assert summary(opened) == (1, 1, 0, 0)
    (cup,) = await catalogue(desk.house)
    assert (cup["tiers"], cup["segments"]) == (["Basic"], [])
