"""What every test may ask for: a database, a tenant of its own, work, an HTTP client.

Every test commits for real inside a fresh tenant; afterwards the tenant's books are checked.
"""

import atexit
import os
import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import httpx
import hypothesis
import pytest
from hypothesis import HealthCheck

from laurels import auth, ledger
from laurels.kit import work
from laurels.kit.db import roles
from laurels.kit.db.pool import Database
from laurels.kit.hot import batch
from laurels.kit.http import route
from laurels.kit.work import OPERATOR, PLATFORM, open_work
from laurels.migrations import runner
from tests.support import cluster, size
from tests.support.application import application
from tests.support.make import House, make_tenant
from tests.support.openapi import hold_to_the_document
from tests.support.waiting import PATIENCE_SECONDS

TEMPLATE = "laurels_template"
# How long an example takes says more of the machine than of us, and each gets a tenant of its own.
hypothesis.settings.register_profile(
    "tests", deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)  # fmt: skip
hypothesis.settings.load_profile("tests")
# Handlers write mails of all tests' tenants, and none belongs into a folder of a person's own.
DATA = tempfile.mkdtemp(prefix="laurels-test-data-")
atexit.register(shutil.rmtree, DATA, ignore_errors=True)
os.environ["LAURELS_DATA_DIR"] = DATA
# Tests keep secrets of nobody; without a key of its own a run would make one in the data folder.
os.environ.setdefault("LAURELS_SECRET_KEY", "dGVzdHMgdGVzdHMgdGVzdHMgdGVzdHMgdGVzdHMhISE=")
# A password that is hashed a thousand times in a run must not cost what it costs a guesser.
os.environ.setdefault("LAURELS_HASH_MEMORY_KIB", "64")
os.environ.setdefault("LAURELS_HASH_ROUNDS", "1")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Know `--size`."""
    parser.addoption(
        "--size", choices=size.SIZES, default=os.environ.get(size.VARIABLE, "small"),
        help="how large the large tests are (default: small)",
    )  # fmt: skip


def pytest_configure(config: pytest.Config) -> None:
    """Tell the tests before they are imported, in every worker."""
    os.environ[size.VARIABLE] = config.getoption("--size")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that ask for the database, so that others can be run without one.

    The slow ones go first, so that no worker has one left when the others are done.
    """
    for item in items:
        if "database_name" in getattr(item, "fixturenames", ()):
            item.add_marker("database")
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


async def _build(url: str) -> None:
    """Make the template as a real installation is made: roles, schema, migrations."""
    name = urlsplit(url).path.removeprefix("/")
    await roles.initialise(cluster.server().admin_url, database=name, passwords=False)
    await runner.upgrade(roles.with_login(url, roles.OWNER, None))


@pytest.fixture(scope="session")
async def database_name() -> AsyncIterator[str]:
    """A database of this worker's own, cloned from one that the migrations built."""
    await cluster.template(TEMPLATE, _build)
    name = f"laurels_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{uuid.uuid4().hex[:8]}"
    await cluster.clone(TEMPLATE, name)
    yield name
    await cluster.drop(name)


@pytest.fixture(scope="session")
async def owner_url(database_name: str) -> str:
    """The owner's address of the test database."""
    return cluster.server().url(database=database_name, user=roles.OWNER)


@pytest.fixture(scope="session")
async def app_url(database_name: str) -> str:
    """The application's address of the test database."""
    return cluster.server().url(database=database_name, user=roles.APP)


@pytest.fixture(scope="session")
async def database(app_url: str) -> AsyncIterator[Database]:
    """The pool, as the application role."""
    # On a busy machine everything takes its time.
    found = Database(
        app_url, pool_size=20, pool_timeout=PATIENCE_SECONDS, statement_timeout=PATIENCE_SECONDS
    )
    yield found
    await found.close()


@pytest.fixture
async def house(database: Database) -> AsyncIterator[House]:
    """A fresh `plain` tenant with builders; its books are checked when the test is over."""
    found = await make_tenant(database)
    yield found
    async with open_work(database, tenant_id=found.tenant.id) as work:
        faults = await ledger.find_faults(work)
    assert [str(fault) for fault in faults] == []


@pytest.fixture
async def client(house: House) -> AsyncIterator[httpx.AsyncClient]:
    """An HTTP client of the house's tenant, with a key of full access.

    Each answer must be one that the OpenAPI document names.
    """
    async with house.work() as work:
        made = await auth.create_key(work, name="test", test=False)
    transport = httpx.ASGITransport(app=application(house.database), raise_app_exceptions=False)
    async with httpx.AsyncClient(
        transport=transport,
        base_url="http://laurels.test",
        headers={"Authorization": f"Bearer {made.key}"},
        event_hooks={"response": [hold_to_the_document]},
    ) as found:
        yield found


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests wait for a lock until it is free; a busy machine lets nobody give up."""
    monkeypatch.setattr(route, "REQUEST", work.REQUEST.replace("5s", "0"))
    monkeypatch.setattr(batch, "BATCH", work.BATCH.replace("2s", "0"))


@pytest.fixture
async def operator_client(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    """An HTTP client with an operator's key."""
    async with open_work(database, tenant_id=PLATFORM, actor=OPERATOR) as work:
        made = await auth.create_operator_key(work, name="test")
    transport = httpx.ASGITransport(app=application(database), raise_app_exceptions=False)
    async with httpx.AsyncClient(
        transport=transport,
        base_url="http://laurels.test",
        headers={"Authorization": f"Bearer {made.key}"},
        event_hooks={"response": [hold_to_the_document]},
    ) as found:
        yield found
