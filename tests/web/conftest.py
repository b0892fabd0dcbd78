"""A browser before the built console, served as the product serves it, by a house of its own.

A test that asks for `tab` gets a page where the owner of a fresh tenant is signed in; `open_tab`
opens more, for other roles, languages, colours and sizes.
"""

import re
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, async_playwright
from tools.browser import ARGUMENTS

from laurels import ledger
from laurels.kit.db.pool import Database
from laurels.kit.work import open_work
from tests import conftest
from tests.support import browsing
from tests.support.browsing import Tab
from tests.support.make import House, make_tenant
from tests.support.people import joined
from tests.support.server import served

# A worker runs beside the server, and it does the work of all tenants that are there.
app_url, database = conftest.app_url, conftest.database
database_name, owner_url = conftest.database_name, conftest.owner_url

KEPT = Path(tempfile.gettempdir()) / "laurels-tests-web"
"""Screenshots and traces of what failed."""
WAIT = 15_000
"""Milliseconds that a step may take; what is not there by then does not come."""
OpenTab = Callable[..., Awaitable[Tab]]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """Let fixtures know whether the test failed."""
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


FAILED = pytest.StashKey[bool]()


@pytest.fixture(scope="session")
def address(app_url: str) -> Iterator[str]:
    """The address of a server with a worker, shared by the tests of this process."""
    browsing.built()
    with served(app_url, working=True, trusted_proxies="127.0.0.1/32") as found:
        yield found


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One browser for the tests of this process; each test has a context of its own."""
    program = browsing.chromium()
    async with async_playwright() as playwright:
        found = await playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield found
        await found.close()


@pytest.fixture
async def house(database: Database) -> AsyncIterator[House]:
    """A fresh `plain` tenant in the real present, as the server sees it."""
    found = await make_tenant(database)
    found.now = datetime.now(UTC)
    yield found
    async with open_work(database, tenant_id=found.tenant.id) as work:
        assert [str(fault) for fault in await ledger.find_faults(work)] == []


@pytest.fixture
async def open_tab(
    browser: Browser, address: str, house: House, request: pytest.FixtureRequest
) -> AsyncIterator[OpenTab]:
    """Open a tab: `await open_tab("cashier", language="de", scheme="dark", width=390)`.

    The first word is the role in which a new person signs in; None leaves everybody outside.
    """
    tabs: list[Tab] = []

    async def open_one(
        role: str | None = "owner", *, house: House = house, language: str = "en",
        scheme: browsing.Scheme = "light", width: int = 1440, height: int = 900, **more: Any,
    ) -> Tab:  # fmt: skip
        context = await browser.new_context(
            viewport={"width": width, "height": height}, locale=language, color_scheme=scheme,
            reduced_motion="reduce", extra_http_headers=browsing.forwarded(house), **more,
        )  # fmt: skip
        context.set_default_timeout(WAIT)
        await context.tracing.start(snapshots=True)
        tab = Tab(context, await context.new_page(), address, house.tenant.slug)
        tabs.append(tab)
        if role is not None:
            await tab.sign_in(await joined(house, role))
        return tab

    yield open_one
    failed = request.node.stash.get(FAILED, True)
    name = re.sub(r"\W+", "-", request.node.name)
    for number, tab in enumerate(tabs, 1):
        if failed:
            await browsing.keep(tab, KEPT, f"{name}-{number}")
        await tab.context.close()
    if not failed:
        for tab in tabs:
            tab.check()


@pytest.fixture
async def tab(open_tab: OpenTab) -> Tab:
    """A tab where the owner of the house is signed in."""
    return await open_tab()


@pytest.fixture
async def page(tab: Tab) -> Page:
    """The page of `tab`."""
    return tab.page
