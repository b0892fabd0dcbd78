"""Home and the search of members read of large tables what they need, by the server's plans."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import orjson
import pytest
from bench.reads import load

from laurels import analytics, ledger, members
from laurels.kit.http.paging import Asked
from laurels.kit.work import Work, open_work
from laurels.members.finding import search
from tests.support import cluster
from tests.support.make import make_tenant

MEMBERS, PURCHASES = 4_000, 20_000


@pytest.fixture
def asked(monkeypatch) -> list[tuple[str, tuple[Any, ...]]]:
    """Everything that is asked of the database, in order."""
    found: list[tuple[str, tuple[Any, ...]]] = []
    for name in ("fetch", "fetchrow"):
        real = getattr(Work, name)

        async def noted(work: Work, sql: str, *values: Any, real: Any = real) -> Any:
            found.append((sql, values))
            return await real(work, sql, *values)

        monkeypatch.setattr(Work, name, noted)
    return found


@pytest.fixture
async def many(database, app_url):
    """A tenant with so many members and purchases that reading all of them would not pay."""
    house = await make_tenant(database)
    async with house.work() as work:
        program = await ledger.default_program(work)
    admin = cluster.server().url(database=urlsplit(app_url).path.removeprefix("/"))
    await load(admin, house.tenant.id, program, members=MEMBERS, purchases=PURCHASES)
    # It is nobody's house: what was put straight into the tables has no books to be checked.
    return house


async def nodes(work: Work, asked: list[tuple[str, tuple[Any, ...]]]) -> list[dict[str, Any]]:
    """Return the nodes of the plans of all that was asked."""
    found: list[dict[str, Any]] = []
    for sql, values in list(asked):
        row = await work.raw.fetchrow(f"explain (format json) {sql}", *values)
        assert row is not None
        told = row[0] if isinstance(row[0], list) else orjson.loads(row[0])
        found += walked(told[0]["Plan"])
    return found


def walked(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Return a node and what is below it."""
    yield node
    for below in node.get("Plans", ()):
        yield from walked(below)


@pytest.mark.slow
async def test_home_reads_purchases_and_movements_from_indexes_alone(many, asked):
    async with open_work(many.database, tenant_id=many.tenant.id) as work:
        asked.clear()
        found = await analytics.overview(work)
        used = await nodes(work, asked)

    large = {"purchases", "point_transactions"}
    scans = {(n["Relation Name"], n["Node Type"]) for n in used if n.get("Relation Name") in large}
    assert found.figures["purchases"] > 0
    assert {(name, "Index Only Scan") for name in large} <= scans
    assert "Seq Scan" not in {kind for _, kind in scans}


@pytest.mark.slow
@pytest.mark.parametrize("text", ["example.com", "cust"])
async def test_a_word_that_all_have_in_common_reads_a_page_of_members(many, asked, text: str):
    async with open_work(many.database, tenant_id=many.tenant.id) as work:
        wide = await search(work, text)
        assert wide is not None
        assert wide.is_wide
        asked.clear()
        page = await members.list_members(work, search=wide, asked=Asked(limit=20))
        used = await nodes(work, asked)

    assert len(page) == 20
    assert not [n for n in used if n["Node Type"] in {"Sort", "Seq Scan"}]
