"""Known by something else: enrolled by a card, a CRM's number or a telephone, and never twice."""

import asyncio
import csv

import asyncpg
import pytest

from laurels import imports, members, settlement
from laurels.kit.values.ids import decode
from laurels.members.errors import IdentityTaken, MemberUnidentified
from tests.support.make import make_tenant


async def send(client, **profile):
    return await client.post("/v1/members", json=profile)


async def enrolled(client, **identities):
    answer = await send(client, identities=identities)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def listed(client, **asked):
    return (await client.get("/v1/members", params=asked)).json()["data"]


async def test_somebody_is_enrolled_by_a_card_and_is_the_same_the_next_time(client):
    first = await enrolled(client, card="X-1")

    again = await send(client, identities={"card": "X-1", "phone": "+491701"}, first_name="Ada")
    named = await send(client, identities={"phone": "+491701"}, external_id="ada")
    mailed = await send(client, external_id="ada", email="ada@example.com")

    assert (first["external_id"], first["email"]) == (None, None)
    assert first["identities"] == {"card": "X-1"}
    assert {again.status_code, named.status_code, mailed.status_code} == {200}
    assert {again.json()["id"], named.json()["id"], mailed.json()["id"]} == {first["id"]}
    assert mailed.json()["identities"] == {"card": "X-1", "phone": "+491701"}
    wallets = await client.get(f"/v1/members/{first['id']}/wallets")
    assert len(wallets.json()["data"]) == 1
    (found,) = await listed(client, identity="phone:+491701")
    assert found["id"] == first["id"]


async def test_who_is_known_by_nothing_is_refused_on_every_way(client, house):
    made = await enrolled(client, card="X-1")
    mailed = (await send(client, external_id="a", email="a@example.com")).json()
    path = f"/v1/members/{made['id']}"

    for profile in ({}, {"phone": "+491701"}, {"identities": {}}, {"identities": {"card": None}}):
        one = await send(client, **profile)
        bulk = await client.post("/v1/members/bulk", json={"items": [profile]})
        assert (one.status_code, one.json()["code"]) == (422, "member_unidentified"), profile
        assert bulk.json()["data"][0]["problem"]["code"] == "member_unidentified", profile
    gone = await client.patch(path, json={"identities": {"card": None}})
    bare = await client.patch(
        f"/v1/members/{mailed['id']}", json={"external_id": None, "email": None}
    )
    kept = await client.patch(
        f"/v1/members/{mailed['id']}", json={"external_id": None, "identities": {"card": "Y"}}
    )

    assert {gone.json()["code"], bare.json()["code"]} == {"member_unidentified"}
    assert (kept.status_code, kept.json()["external_id"]) == (200, None)
    assert len(await listed(client)) == 2


@pytest.mark.parametrize(
    "statement",
    [
        "insert into laurels.members (tenant_id, enrolled_at) values ($1, now())",
        "update laurels.members set external_id = null where tenant_id = $1",
        "delete from laurels.member_identities where tenant_id = $1",
    ],
)
async def test_by_sql_too_a_member_is_known_by_something(client, house, statement):
    await send(client, external_id="plain")
    await enrolled(client, card="X-1")

    with pytest.raises(asyncpg.CheckViolationError, match="needs an external id"):
        async with house.work() as work:
            await work.fetch(statement, work.tenant_id)


async def test_an_identity_of_somebody_else_is_refused_and_named(client):
    first = (await send(client, external_id="e1", identities={"card": "X-1"})).json()
    second = (await send(client, external_id="e2", identities={"card": "X-2"})).json()

    new = await send(client, external_id="e3", identities={"card": "X-1"})
    known = await send(client, external_id="e2", identities={"card": "X-1"})
    mixed = await send(client, identities={"card": "X-1", "phone": "1"})
    await client.patch(f"/v1/members/{second['id']}", json={"identities": {"phone": "2"}})
    both = await send(client, identities={"card": "X-1", "phone": "2"})
    patched = await client.patch(
        f"/v1/members/{second['id']}", json={"identities": {"card": "X-1"}}
    )

    assert (new.status_code, new.json()["code"]) == (409, "identity_taken")
    assert new.json()["member"] == first["id"]
    assert new.json()["errors"][0]["field"] == "identities.card"
    assert (known.status_code, known.json()["code"]) == (409, "member_ambiguous")
    assert known.json()["members"] == [second["id"], first["id"]]
    assert mixed.json()["id"] == first["id"]
    assert (both.status_code, both.json()["code"]) == (409, "member_ambiguous")
    assert (patched.status_code, patched.json()["code"]) == (409, "identity_taken")
    assert [each["identities"] for each in await listed(client, sort="created_at")] == [
        {"card": "X-1", "phone": "1"}, {"card": "X-2", "phone": "2"},
    ]  # fmt: skip


@pytest.mark.parametrize(
    "identities",
    [
        {"Card": "X"}, {"": "X"}, {"a b": "X"}, {"1card": "X"}, {"k" * 41: "X"}, {"card": ""},
        {"card": "X\u200b"}, {"card": " X"}, {"card": "x" * 129}, {"card": 1}, {"card": ["X"]},
        [], "card:X", {f"k{n}": "X" for n in range(11)}, None,
    ],
)  # fmt: skip
async def test_what_is_no_identity_is_refused_by_its_name(client, identities):
    answer = await send(client, external_id="a", identities=identities)

    assert answer.status_code == 422, answer.text
    assert "identities" in answer.text
    assert await listed(client) == []


async def test_a_member_has_ten_identities_at_most(client):
    made = await enrolled(client, **{f"k{n}": "X" for n in range(10)})
    path = f"/v1/members/{made['id']}"

    more = await client.patch(path, json={"identities": {"another": "X"}})
    other = await client.patch(path, json={"identities": {"another": "X", "k0": None, "k1": "Y"}})

    assert (more.status_code, more.json()["errors"][0]["field"]) == (422, "identities")
    assert len(other.json()["identities"]) == 10
    assert other.json()["identities"]["k1"] == "Y"


async def test_what_was_changed_is_told_and_noted(client, house):
    made = await enrolled(client, card="X-1")

    await client.patch(f"/v1/members/{made['id']}", json={"identities": {"card": "X-2"}})
    await client.patch(f"/v1/members/{made['id']}", json={"identities": {"card": "X-2"}})

    audit = (await client.get("/v1/audit-log", params={"target_id": made["id"]})).json()["data"]
    changed = [entry for entry in audit if entry["action"] == "member.changed"]
    assert len(changed) == 1
    assert changed[0]["before"]["identities"] == {"card": "X-1"}
    assert changed[0]["after"]["identities"] == {"card": "X-2"}


async def test_ids_of_a_merged_member_mean_the_survivor_and_part_again(client, house):
    first = await enrolled(client, card="X-1")
    second = await enrolled(client, card="X-2", phone="1")

    await client.post(f"/v1/members/{first['id']}/merge", json={"from": second["id"]})
    met = [await send(client, identities=each) for each in ({"card": "X-2"}, {"phone": "1"})]
    (looked,) = await listed(client, identity="card:X-2")
    async with house.work() as work:
        found = await members.find_by_identity(work, "card", ["X-1", "X-2", "X-3"])
    await client.post(f"/v1/members/{second['id']}/unmerge")
    parted = await send(client, identities={"card": "X-2"})

    assert {each.json()["id"] for each in met} == {first["id"]} == {looked["id"]}
    assert set(found) == {"X-1", "X-2"}
    assert set(found.values()) == {decode("member", first["id"])}
    assert parted.json()["id"] == second["id"]
    assert parted.json()["identities"] == {"card": "X-2", "phone": "1"}


async def test_an_erased_person_is_known_by_nothing_and_the_card_is_free(client):
    made = await enrolled(client, card="SECRET-1")
    export = (await client.get(f"/v1/members/{made['id']}/export")).json()["data"]
    assert export["identities"][0]["value"] == "SECRET-1"

    erased = await client.post(f"/v1/members/{made['id']}/erase")
    again = await enrolled(client, card="SECRET-1")
    export = await client.get(f"/v1/members/{made['id']}/export")

    assert erased.json()["identities"] == {}
    assert again["id"] != made["id"]
    assert "SECRET-1" not in export.text


async def test_two_tills_at_once_enrol_one_member(client, house):
    async def come():
        async with house.work() as work:
            return (await settlement.enrol(work, {"identities": {"card": "X-1"}})).id

    ids = await asyncio.gather(*(come() for _ in range(6)))

    assert len(set(ids)) == 1
    assert len(await listed(client)) == 1


async def test_tenants_know_people_each_by_themselves(client, house):
    await enrolled(client, card="X-1")
    other = await make_tenant(house.database)

    async with other.work() as work:
        assert await members.find_by_identity(work, "card", ["X-1"]) == {}
        there = await settlement.enrol(work, {"identities": {"card": "X-1"}})
    async with house.work() as work:
        (found,) = (await members.find_by_identity(work, "card", ["X-1"])).values()

    assert there.created
    assert found != there.id


async def test_a_room_above_hears_who_has_it(house):
    async with house.work() as work:
        await settlement.enrol(work, {"external_id": "a", "identities": {"card": "X-1"}})
        with pytest.raises(IdentityTaken):
            await settlement.enrol(work, {"external_id": "b", "identities": {"card": "X-1"}})
        with pytest.raises(MemberUnidentified):
            await settlement.enrol(work, {"first_name": "Nobody"})


async def test_files_bring_and_take_identities(client, house, tmp_path):
    file = tmp_path / "members.csv"
    with file.open("w", newline="") as to:
        writer = csv.writer(to)
        writer.writerow(["first_name", "identities"])
        writer.writerow(["Ada", '{"crm_id": "C-1"}'])
        writer.writerow(["Ada again", '{"crm_id": "C-1"}'])
        writer.writerow(["Nobody", ""])
        writer.writerow(["Odd", '{"CRM": "C-2"}'])
        writer.writerow(["List", "[1]"])
    options = imports.Options(file=file, rejects_dir=tmp_path)

    run = await imports.import_members(house.database, house.tenant.id, options)
    (ada,) = await listed(client)
    out = (await client.get("/v1/exports/members")).text

    assert (run.booked, run.rejected) == (2, 3)
    assert (ada["first_name"], ada["identities"]) == ("Ada again", {"crm_id": "C-1"})
    (row,) = csv.DictReader(out.splitlines())
    assert row["identities"] == '{"crm_id":"C-1"}'

    # Into another tenant it comes back as it went.
    other = await make_tenant(house.database)
    file.write_text(out)
    await imports.import_members(other.database, other.tenant.id, options)
    async with other.work() as work:
        assert len(await members.find_by_identity(work, "crm_id", ["C-1"])) == 1
