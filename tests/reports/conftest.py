"""Reports: a login of the BI role, bound to one tenant, that speaks another system's words."""

import contextlib
import uuid
from collections.abc import AsyncIterator

import asyncpg
import pytest

from laurels.kit.db import roles
from tests.support import cluster


@contextlib.asynccontextmanager
async def analyst(database_name: str, tenant_id: uuid.UUID) -> AsyncIterator[asyncpg.Connection]:
    """A connection of a login of the BI role that is bound to this tenant."""
    server = cluster.server()
    admin_url = server.url(database=database_name)
    name = f"bi_{uuid.uuid4().hex[:12]}"
    password = await roles.add_login(admin_url, name=name, role="bi", tenant_id=tenant_id)
    connection = await asyncpg.connect(
        server.url(database=database_name, user=name, password=password)
    )
    try:
        await connection.execute("set search_path = loyalty_app")
        yield connection
    finally:
        await connection.close()
        admin = await asyncpg.connect(admin_url)
        await admin.execute("delete from laurels.login_tenants where login = $1", name)
        await admin.execute(f"drop owned by {name}")
        await admin.execute(f"drop role {name}")
        await admin.close()


@pytest.fixture
async def bi(house, database_name) -> AsyncIterator[asyncpg.Connection]:
    """An analyst of the house's tenant."""
    async with analyst(database_name, house.tenant.id) as connection:
        yield connection
