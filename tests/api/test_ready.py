"""`/readyz`: the database answers and has the schema that this version needs."""

import httpx
import pytest

from laurels.api import create_app
from laurels.kit.db import roles
from laurels.kit.db.pool import Database
from laurels.migrations import runner
from tests.migrations.conftest import ask, empty_url, make_database  # noqa: F401 - fixtures


async def ready(url: str, revisions: list[str], *, before=None):
    database = Database(url, pool_size=1)
    app = create_app(database, revisions=revisions)
    transport = httpx.ASGITransport(app=app)
    try:
        async with httpx.AsyncClient(transport=transport, base_url="http://l") as client:
            first = await client.get("/readyz")
            if before is not None:
                await before()
            return first, await client.get("/readyz")
    finally:
        await database.close()


async def test_an_unmigrated_database_is_not_ready_until_it_is_migrated(empty_url):  # noqa: F811
    app_url = empty_url.replace(roles.OWNER, roles.APP)

    first, second = await ready(
        app_url, runner.revisions(), before=lambda: runner.upgrade(empty_url)
    )

    assert (first.status_code, second.status_code) == (503, 200)
    assert "laurels migrate" in first.json()["detail"]


@pytest.mark.parametrize(("more", "status"), [(["9999"], 503), ([], 200)])
async def test_a_schema_that_is_behind_is_not_ready(app_url, more, status):
    first, _ = await ready(app_url, runner.revisions() + more)

    assert first.status_code == status


async def test_a_schema_newer_than_this_version_is_ready(app_url):
    first, _ = await ready(app_url, runner.revisions()[:-1])

    assert first.status_code == 200


async def test_a_database_that_is_not_there_is_not_ready():
    first, _ = await ready("postgresql://nobody@127.0.0.1:1/none", runner.revisions())

    assert first.status_code == 503
    assert first.json()["detail"] == "the database does not answer"
