"""A real browser, as a person uses it: tabs that notice every fault, and what is asked of a screen.

    await tab.open("members")                     # /console/{tenant}/members, until it is at rest
    await tab.page.get_by_role("button", name="New member").click()
    await tab.at_rest()
    await check_accessibility(tab.page)
    await check_no_sideways_scroll(tab.page)

When the test is over, every tab must be without faults: errors on the console, violations of the
content policy, requests that failed. What a test means to happen it says before:
`tab.expect("409")` lets a fault pass whose text holds this.
"""

import asyncio
import json
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NoReturn

import pytest
from playwright.async_api import BrowserContext, ConsoleMessage, Page, Request, Response, expect
from tools import browser, web

from tests.support.people import PASSWORD, Person, home
from tests.support.waiting import PATIENCE_SECONDS

WIDTHS = (360, 768, 1440, 2560)
# Who writes a test wants to hear of a wrong word before the kettle boils.
TIMEOUT_SECONDS = PATIENCE_SECONDS if os.environ.get("CI") == "true" else 20
expect.set_options(timeout=TIMEOUT_SECONDS * 1000)
AXE = web.MODULES / "axe-core" / "axe.min.js"


def lacking(what: str) -> NoReturn:
    """Skip the test, or fail it where everything must be there."""
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(what)


def chromium() -> str:
    """Return the browser's program."""
    if found := browser.chromium():
        return found
    lacking("there is no Chromium on the PATH: on Debian, `apt-get install chromium` brings it")


def built() -> None:
    """Make the build be that of the sources, by one of the run's processes."""
    try:
        web.build(lambda _: None)
    except web.WebError as error:
        if web.STAMP.exists() or web.MODULES.is_symlink():
            pytest.fail(str(error))
        lacking(str(error))


@dataclass
class Tab:
    """A page of the console, who is signed in there, and what went wrong."""

    context: BrowserContext
    page: Page
    address: str
    tenant: str
    person: Person | None = None
    faults: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Notice what happens from now on."""
        page = self.page
        self._traffic = browser.Traffic(page)
        page.set_default_timeout(TIMEOUT_SECONDS * 1000)
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.faults.append(f"uncaught: {error}"))
        page.on("requestfailed", self._failed)
        page.on("response", self._answered)

    async def open(self, path: str = "") -> Page:
        """Go to a screen of the tenant, and wait until it is at rest."""
        await self.page.goto(f"{self.address}/console/{self.tenant}/{path}".rstrip("/"))
        await self.at_rest()
        return self.page

    async def at_rest(self) -> None:
        """Wait until nothing is asked of the server any more, but for the live stream."""
        await self._traffic.at_rest(TIMEOUT_SECONDS)

    async def sign_in(self, person: Person, password: str = PASSWORD) -> None:
        """Let somebody sign in by the browser's own route; the cookies stay in this context."""
        answer = await self.context.request.post(
            f"{self.address}/v1/auth/browser/sign-in",
            data={"email": person.email, "password": password},
            headers={"Laurels-Tenant": self.tenant, "Origin": self.address},
        )
        assert answer.ok, await answer.text()
        self.person = person

    def expect(self, *faults: str) -> None:
        """Let faults pass whose text holds one of these."""
        self.expected += faults

    def check(self) -> None:
        """Fail when something went wrong that was not expected."""
        left = [f for f in self.faults if not any(words in f for words in self.expected)]
        assert left == [], "\n".join(left)

    def _said(self, message: ConsoleMessage) -> None:
        # A violation of the content policy is an error, too.
        if message.type == "error":
            self.faults.append(f"console: {message.text} {message.location.get('url', '')}")

    def _failed(self, request: Request) -> None:
        # What a page no longer wants when it is left is no failure.
        if request.failure != "net::ERR_ABORTED":
            self.faults.append(f"failed: {request.method} {request.url} {request.failure}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self.faults.append(f"{response.status} {response.request.method} {response.url}")


# -- what is asked of a screen -------------------------------------------------------------------


Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")


async def check_accessibility(
    page: Page, *, schemes: tuple[Scheme, ...] = ("light", "dark")
) -> None:
    """Fail on what axe calls serious or critical."""
    before = await page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    for scheme in schemes:
        await page.emulate_media(color_scheme=scheme)
        await page.evaluate(_source_of_axe())
        found = await page.evaluate(
            "axe.run(document, {resultTypes: ['violations']}).then((r) => r.violations)"
        )
        assert _serious(found) == [], f"in {scheme}: {json.dumps(_serious(found), indent=2)}"
    await page.emulate_media(color_scheme="dark" if before else "light")


def _source_of_axe() -> str:
    if not AXE.exists():
        lacking("axe-core is not in web/node_modules")
    # Evaluated by the debugger, which the content policy does not bind.
    return f"{AXE.read_text()}; null"


def _serious(violations: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "rule": one["id"],
            "help": one["help"],
            "nodes": [f"{n['html'][:200]} {n['failureSummary']}" for n in one["nodes"][:5]],
        }
        for one in violations
        if one["impact"] in {"serious", "critical"}
    ]


async def check_no_sideways_scroll(page: Page, widths: tuple[int, ...] = WIDTHS) -> None:
    """Fail where the page is wider than the window; what scrolls within a box is fine."""
    before = page.viewport_size
    for width in widths:
        await page.set_viewport_size({"width": width, "height": 900})
        # What moves to its new place gets the time to arrive there.
        over = time.monotonic() + 2
        while (wide := await page.evaluate("document.documentElement.scrollWidth")) > width:
            assert time.monotonic() < over, f"{page.url} is {wide} px wide in a window of {width}"
            await asyncio.sleep(0.05)
    if before is not None:
        await page.set_viewport_size(before)


async def keep(tab: Tab, folder: Path, name: str) -> None:
    """Keep what the tab shows and what led to it, for whoever looks into a failure."""
    await tab.page.screenshot(path=folder / f"{name}.png", full_page=True)
    await tab.context.tracing.stop(path=folder / f"{name}.zip")


def forwarded(person_or_house: Any) -> dict[str, str]:
    """Return headers by which a tab comes from the house's own address.

    How often somebody may sign in is counted by address, and all tests are on one machine.
    """
    return {"X-Forwarded-For": home(person_or_house)}
