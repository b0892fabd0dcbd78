"""Databases of their own for tests that move a schema up and down."""

import uuid
from collections.abc import AsyncIterator, Awaitable, Callable

import asyncpg
import pytest

from laurels.kit.db import roles
from tests.conftest import TEMPLATE
from tests.support import cluster

Make = Callable[[], Awaitable[str]]


@pytest.fixture
async def make_database() -> AsyncIterator[Make]:
    """Make an empty database with roles and schema; answer its owner's address."""
    made: list[str] = []

    async def make() -> str:
        name = f"laurels_mig_{uuid.uuid4().hex[:8]}"
        made.append(name)
        await roles.initialise(cluster.server().admin_url, database=name, passwords=False)
        return cluster.server().url(database=name, user=roles.OWNER)

    yield make
    for name in made:
        await cluster.drop(name)


@pytest.fixture
async def empty_url(make_database: Make) -> str:
    """The owner's address of a database that was never migrated."""
    return await make_database()


@pytest.fixture
async def migrated_url(database_name: str) -> AsyncIterator[str]:
    """The owner's address of a database of the test's own, migrated and without data."""
    name = f"laurels_mig_{uuid.uuid4().hex[:8]}"
    await cluster.clone(TEMPLATE, name)
    yield cluster.server().url(database=name, user=roles.OWNER)
    await cluster.drop(name)


async def ask(url: str, question: str, *values: object) -> list[asyncpg.Record]:
    """Ask a database one question."""
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetch(question, *values)
    finally:
        await connection.close()
