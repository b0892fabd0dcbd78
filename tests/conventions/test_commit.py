"""An answer leaves after the commit: a commit that fails is never a 2xx (docs/decisions/0003)."""

import contextlib
from collections.abc import AsyncIterator
from typing import Annotated

import asyncpg
import httpx
import pytest
from fastapi import APIRouter, FastAPI

from laurels import auth
from laurels.kit.db.pool import Database
from laurels.kit.http.access import requires
from laurels.kit.http.middleware import Limits, RequestMiddleware
from laurels.kit.http.problems import install_errors
from laurels.kit.http.rate_limits import Rates
from laurels.kit.http.route import TransactionalRoute
from laurels.kit.work import Work
from laurels.permissions import Permission
from tests.support import cluster

router = APIRouter(prefix="/v1/probe", route_class=TransactionalRoute)
Writing = Annotated[Work, requires(Permission.MEMBERS_WRITE)]


async def write(work: Work) -> None:
    """Leave a trace that only a commit makes visible."""
    await work.fetch(
        "insert into laurels.counters (tenant_id, name, value) values ($1, 'probe', 1)",
        work.tenant_id,
    )


@router.post("/fine", status_code=201)
async def fine(work: Writing) -> dict[str, str]:
    """Write, and let it be committed."""
    await write(work)
    return {"said": "done"}


@router.post("/deferred", status_code=201)
async def deferred(work: Writing) -> dict[str, str]:
    """Break a rule that the database looks at only when the transaction commits."""
    await write(work)
    await work.fetch("insert into probe.children (parent) values (404)")
    return {"said": "done"}


@router.post("/gone", status_code=201)
async def gone(work: Writing) -> dict[str, str]:
    """Lose the database after the last statement, before the commit."""
    await write(work)
    pid = await work.raw.fetchval("select pg_backend_pid()")
    await kill(pid)
    return {"said": "done"}


@router.post("/swallowed", status_code=201)
async def swallowed(work: Writing) -> dict[str, str]:
    """Hide an error of the database; the transaction is lost, and COMMIT rolls it back."""
    await write(work)
    with contextlib.suppress(asyncpg.DivisionByZeroError):
        await work.fetch("select 1 / 0")
    return {"said": "done"}


superuser = ""


async def kill(pid: int) -> None:
    """End a connection from outside, and wait until it is gone."""
    connection = await asyncpg.connect(superuser)
    try:
        await connection.execute("select pg_terminate_backend($1)", pid)
        there = "select pid from pg_stat_activity where pid = $1"
        while await connection.fetchval(there, pid):
            pass
    finally:
        await connection.close()


@pytest.fixture
async def probe(house, app_url, database_name, monkeypatch) -> AsyncIterator[httpx.AsyncClient]:
    """A small application on the real database, with a table whose rule is looked at late."""
    admin_url = cluster.server().url(database=database_name)
    monkeypatch.setattr(f"{__name__}.superuser", admin_url)
    admin = await asyncpg.connect(admin_url)
    await admin.execute(
        "create schema probe; grant usage on schema probe to laurels_app;"
        "create table probe.parents (id int primary key);"
        "create table probe.children (parent int references probe.parents"
        " deferrable initially deferred); grant insert on probe.children to laurels_app"
    )
    async with house.work() as work:
        made = await auth.create_key(work, name="probe", test=False)
    app = FastAPI()
    # A pool of its own: what is killed here must not be missed by other tests.
    app.state.database = pool = Database(app_url, pool_size=2)
    app.state.authenticator = auth.KeyAuthenticator()
    app.include_router(router)
    install_errors(app)
    app.add_middleware(RequestMiddleware, limits=Limits(), rates=Rates())
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    headers = {"Authorization": f"Bearer {made.key}"}
    async with httpx.AsyncClient(
        transport=transport, base_url="http://laurels.test", headers=headers
    ) as client:
        yield client
    await pool.close()
    await admin.execute("drop schema probe cascade")
    await admin.close()


async def traces(house) -> int:
    async with house.work() as work:
        rows = await work.fetch(
            "select 1 from laurels.counters where tenant_id = $1", work.tenant_id
        )
    return len(rows)


async def test_a_commit_that_succeeds_is_told(probe, house):
    answer = await probe.post("/v1/probe/fine")

    assert answer.status_code == 201
    assert await traces(house) == 1


@pytest.mark.parametrize("key", [None, "probe-1"])
@pytest.mark.parametrize(
    ("how", "status"), [("deferred", {500}), ("gone", {500, 503}), ("swallowed", {500})]
)
async def test_a_commit_that_fails_is_never_a_success(probe, house, how, status, key):
    headers = {"Idempotency-Key": key} if key else {}

    answer = await probe.post(f"/v1/probe/{how}", headers=headers)

    assert answer.status_code in status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert await traces(house) == 0


async def test_a_key_whose_commit_failed_is_free_again(probe):
    headers = {"Idempotency-Key": "probe-2"}
    first = await probe.post("/v1/probe/gone", headers=headers)

    again = await probe.post("/v1/probe/gone", headers=headers)

    assert first.status_code >= 500
    assert again.status_code >= 500
    assert "Idempotent-Replayed" not in again.headers


async def test_the_pool_outlives_a_lost_connection(probe, house):
    for _ in range(3):
        await probe.post("/v1/probe/gone")

    answer = await probe.post("/v1/probe/fine")

    assert answer.status_code == 201
    assert await traces(house) == 1
