"""Members are found by parts of words: the right ones, however many, and by the index."""

import asyncpg
import pytest

from laurels.kit.values.ids import new_id
from laurels.members.finding import FEW
from tests.support.make import make_tenant

CROWD = FEW + 200


@pytest.fixture
async def crowd(house):
    """More members than are found by the index first; every hundredth is a Rare."""
    async with house.work() as work:
        await work.fetch(
            "insert into laurels.members (tenant_id, id, external_id, first_name, last_name,"
            " enrolled_at) select $1, id, 'crowd-' || n, 'Common',"
            " case when n % 100 = 0 then 'Rare' else 'Usual' end, now()"
            " from unnest($2::uuid[]) with ordinality as x (id, n)",
            work.tenant_id, sorted(new_id() for _ in range(CROWD)),
        )  # fmt: skip


async def found(client, **asked):
    """The external ids of all pages, as they come."""
    names, cursor = [], None
    while True:
        sent = {"limit": 100, **asked, **({"cursor": cursor} if cursor else {})}
        answer = await client.get("/v1/members", params=sent)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        names += [each["external_id"] for each in page["data"]]
        cursor = page["next_cursor"]
        if cursor is None:
            return names


@pytest.mark.parametrize("sort", ["created_at", "-name"])
async def test_many_and_few_are_found_page_by_page(client, crowd, sort):
    everybody = [f"crowd-{n}" for n in range(1, CROWD + 1)]
    rare = [name for n, name in enumerate(everybody, 1) if n % 100 == 0]

    many = await found(client, search="common", sort=sort)
    few = await found(client, search="rare mmo", sort=sort)
    none = await found(client, search="rare usual", sort=sort)

    assert (len(many), set(many)) == (CROWD, set(everybody))
    assert (len(few), set(few)) == (len(rare), set(rare))
    assert none == []
    if sort == "created_at":
        assert (many, few) == (everybody, rare)


PEOPLE = {
    "percent": {"first_name": "50% off"},
    "score": {"last_name": "under_score"},
    "slash": {"last_name": "back\\slash"},
    "quote": {"last_name": "O'Neill"},
    "gift": {"first_name": "Gift \U0001f381\U0001f381\U0001f381"},
    "wide": {"first_name": "\uff37\uff49\uff44\uff45"},
    "li": {"first_name": "Li", "last_name": "Wei"},
    "smith": {"first_name": "Julia", "last_name": "Smith"},
    "ivan": {"first_name": "Иван"},
    "tanaka": {"first_name": "太郎", "last_name": "田中", "phone": "+81 3-1234-5678"},
}


@pytest.mark.parametrize(
    ("search", "names"),
    [
        ("%", []),
        ("_", []),
        ("\\", []),
        ("%%%", []),
        ("___", []),
        ("0% ", []),
        ("50%", ["percent"]),
        ("50\uff05", ["percent"]),
        ("r_s", ["score"]),
        ("rxs", []),
        ("k\\s", ["slash"]),
        ("o'n", ["quote"]),
        ("'; select", []),
        ("\U0001f381", ["gift"]),
        ("\U0001f381\U0001f381\U0001f381", ["gift"]),
        ("wide", ["wide"]),
        # One or two characters begin a word: Julia holds `li`, and Smith `mi`.
        ("li", ["li"]),
        ("l", ["li"]),
        ("LI w", ["li"]),
        ("mi", []),
        ("ul", []),
        ("ulia", ["smith"]),
        ("ива", ["ivan"]),
        ("田中", ["tanaka"]),
        ("太", ["tanaka"]),
        ("田中太郎", ["tanaka"]),
        ("3-1234", ["tanaka"]),
        ("345 67", ["tanaka"]),
        ("\u0301\u0301\u0301", list(PEOPLE)),
        (" ".join(["smith"] * 30), ["smith"]),
    ],
)
async def test_what_is_odd_is_looked_for_as_it_is(client, search, names):
    for external_id, profile in PEOPLE.items():
        sent = {"external_id": f"id-{external_id}", **profile}
        assert (await client.post("/v1/members", json=sent)).status_code == 201

    listed = await found(client, search=search, sort="created_at")

    assert sorted(listed) == sorted(f"id-{name}" for name in names)


async def test_a_search_sees_its_own_tenant(client, house, crowd):
    async with (await make_tenant(house.database)).work() as work:
        mine = await work.fetch("select laurels.search_members('{%rare%}', null, 100)")

    assert mine == []
    assert len(await found(client, search="rare")) == CROWD // 100


async def test_without_a_tenant_nobody_is_found(app_url, crowd):
    connection = await asyncpg.connect(app_url)
    try:
        rows = await connection.fetch("select laurels.search_members('{%rare%}', '%1%', 100)")
    finally:
        await connection.close()

    assert rows == []


async def test_a_search_goes_by_the_index(house, crowd, owner_url):
    owner = await asyncpg.connect(owner_url)
    await owner.execute("vacuum analyze laurels.members")
    await owner.close()
    scans = "select pg_stat_get_xact_numscans('laurels.ix_members_search'::regclass)"
    async with house.work() as work:
        # So few rows are read whole as fast.
        await work.fetch("set local enable_seqscan = off")
        for words, telephone in ((["rare"], None), (["ra"], None), (["rare"], "%123%")):
            before = (await work.fetchrow(scans))[0]
            await work.fetch(
                "select laurels.search_members(laurels.patterns_of($1), $2, 100)", words, telephone
            )
            after = (await work.fetchrow(scans))[0]
            assert after - before == (1 if telephone is None else 2), words


async def test_a_change_is_found_at_once_and_what_was_erased_is_not(client):
    made = (await client.post("/v1/members", json={"external_id": "a", "first_name": "Old"})).json()
    await client.patch(f"/v1/members/{made['id']}", json={"first_name": "Newer"})
    assert (await found(client, search="old"), await found(client, search="newer")) == ([], ["a"])

    await client.post(f"/v1/members/{made['id']}/erase")

    assert await found(client, search="newer", status="erased") == []
