"""What comes with PostgreSQL and the schema stands on: made with it, found, or asked for."""

import asyncpg
import pytest

from laurels.kit.db import roles
from laurels.kit.postgres.binaries import PostgresError
from laurels.migrations import runner
from tests.support import cluster

from .conftest import ask


@pytest.fixture
async def bare(empty_url):
    """A database without the extensions, and an administrator's connection to it."""
    admin = await asyncpg.connect(
        cluster.server().url(database=roles.database_of(empty_url))
    )  # fmt: skip
    for name in roles.EXTENSIONS:
        await admin.execute(f"drop extension {name}")
    yield admin
    await admin.close()


async def test_a_server_without_an_extension_is_told_what_to_do(empty_url, bare):
    await bare.execute(
        f"revoke create on database {roles.database_of(empty_url)} from {roles.OWNER}"
    )

    with pytest.raises(PostgresError) as refused:
        await runner.follow(empty_url, runner.plan(None))

    assert "`pg_trgm`" in str(refused.value)
    assert "postgresql-contrib" in str(refused.value)
    assert "create extension pg_trgm" in str(refused.value)
    assert await runner.current(empty_url) is None


async def test_extensions_that_an_administrator_made_elsewhere_are_found(empty_url, bare):
    await bare.execute('create schema "Extra things"')
    await bare.execute('grant usage on schema "Extra things" to public')
    for name in roles.EXTENSIONS:
        await bare.execute(f'create extension {name} schema "Extra things"')

    await runner.follow(empty_url, runner.plan(None))

    index = "select indexdef from pg_indexes where indexname = 'ix_members_search'"
    assert '"Extra things".gin_trgm_ops' in (await ask(empty_url, index))[0][0]
    drift = await runner.drift(empty_url)
    assert [words for words in drift if "index" in words] == []
