"""`./dev screenshots`: every screen of the demo, for people to look at.

    ./dev screenshots              all screens, into screenshots/index.html
    ./dev screenshots rewards      those whose address has this word in it

A Laurels with the demo's data is started for it. Screens are found as people find them, by links
from the navigation on; those that the rooms declare and no link leads to are named at the end.
"""

import asyncio
import html
import itertools
import json
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Iterable
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from playwright.async_api import APIResponse, Browser, BrowserContext, Error, Page, async_playwright
from rich.progress import Progress

from . import browser as looking
from .web import ROOT, WEB

OUT = ROOT / "screenshots"
DATA = ROOT / ".tools" / "screenshots"
LANGUAGES = ("en", "de")
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
SIZES = {"desktop": (1440, 900), "phone": (390, 844)}
DEMO_TENANTS = 2
OUTSIDE = "outside"
PAGES_OUTSIDE = ("", "sign-in", "forgot-password", "invitation", "reset-password", "nowhere/at-all")
TABS_AT_ONCE = 4
NAMED_ALIKE = 12
"""How many screens of one form are looked at whose addresses are names, as sections of settings."""
REST_SECONDS = 15
START_SECONDS = 120
ID = re.compile(r"[a-z]+_[0-9a-z]{26}")


@dataclass
class Site:
    """One part of the console: a tenant, the operators' side, or what is before signing in."""

    name: str
    state: dict[str, object]
    """The cookies of who is signed in there."""
    forms: dict[str, re.Pattern[str]]
    """The paths of its screens as the rooms declare them, and what matches one."""
    paths: list[str] = field(default_factory=list)
    reached: dict[str, int] = field(default_factory=dict)

    def address(self, path: str) -> str:
        """Return where a screen is, below the server's address."""
        tenant = "" if self.name == OUTSIDE else f"/{self.name}"
        return f"/console{tenant}/{path}".rstrip("/")


def forms_of(scope: str) -> dict[str, re.Pattern[str]]:
    """Return the paths of the screens that the rooms declare; the most special first."""
    found: dict[str, re.Pattern[str]] = {}
    for file in WEB.glob("src/domains/*/index.ts"):
        text = file.read_text(encoding="utf-8")
        if (re.search(r'scope: "platform"', text) is not None) == (scope == "platform"):
            for path in re.findall(r'\bpath: "([^"]*)"', text):
                found[path] = rule_of(path)
    return dict(sorted(found.items(), key=lambda each: each[0].count("$")))


def rule_of(path: str) -> re.Pattern[str]:
    """Return what matches the addresses of a screen, of its path in the router's form."""
    return re.compile(re.sub(r"\\?\$\w+", "[^/]+", re.escape(path)))


# -- the server ----------------------------------------------------------------------------------


@contextmanager
def demo() -> Generator[tuple[str, str]]:
    """Run a Laurels with the demo's data; give its address and a link that signs in once."""
    with socket.create_server(("127.0.0.1", 0)) as line:
        port = line.getsockname()[1]
    DATA.mkdir(parents=True, exist_ok=True)
    log = DATA / "server.log"
    server = subprocess.Popen(
        [sys.executable, "-m", "laurels", "run", "--port", str(port)],
        env={**os.environ, "LAURELS_DATA_DIR": str(DATA)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=log.open("w"),
        text=True,
    )
    try:
        assert server.stdout is not None
        for said in server.stdout:
            if link := re.search(r"http://\S+/console/one-time#\S+", said):
                yield f"http://127.0.0.1:{port}", link[0]
                return
        sys.exit(f"Laurels did not start: see {log}")
    finally:
        server.terminate()
        server.communicate()


def operator_link() -> str | None:
    """Return a link by which an operator signs in once."""
    done = subprocess.run(
        [sys.executable, "-m", "laurels", "operator", "sign-in", "--name", "screenshots"],
        env={**os.environ, "LAURELS_DATA_DIR": str(DATA)},
        capture_output=True,
        text=True,
        check=False,
    )
    found = re.search(r"#\S+", done.stdout)
    return found[0] if found else None


async def wait_for(address: str, browser: Browser) -> None:
    """Wait until the server answers."""
    context = await browser.new_context()
    for _ in range(START_SECONDS * 10):
        try:
            if (await context.request.get(f"{address}/readyz")).ok:
                return await context.close()
        except Error:
            pass
        await asyncio.sleep(0.1)
    sys.exit("Laurels does not answer")


async def sites(address: str, link: str, browser: Browser) -> AsyncGenerator[Site]:
    """Sign in everywhere, and give what is to be looked at."""
    yield Site(OUTSIDE, {}, {}, list(PAGES_OUTSIDE))
    context = await browser.new_context()
    me = await one_time(context, address, link)
    here = me["tenant"]["slug"]
    for _ in range(START_SECONDS):
        # The second tenant of the demo comes a few seconds later.
        if len(me["tenants"]) >= DEMO_TENANTS:
            break
        await asyncio.sleep(1)
        me = await (await who(context, address, here)).json()
    for slug in [here, *(each["slug"] for each in me["tenants"] if each["slug"] != here)]:
        if slug != here:
            await context.request.post(
                f"{address}/v1/auth/browser/switch",
                data={"tenant": slug},
                headers={"Laurels-Tenant": here, "Origin": address},
            )
        yield Site(slug, dict(await context.storage_state()), forms_of("tenant"))
    if token := operator_link():
        outer = await browser.new_context()
        await one_time(outer, address, token)
        yield Site("platform", dict(await outer.storage_state()), forms_of("platform"))


async def one_time(context: BrowserContext, address: str, link: str) -> dict[str, Any]:
    """Sign in by a link, and return who that is."""
    token = link.partition("#")[2].removeprefix("token=")
    answer = await context.request.post(
        f"{address}/v1/auth/browser/one-time", data={"token": token}, headers={"Origin": address}
    )
    assert answer.ok, await answer.text()
    cookies = [cookie.get("name", "") for cookie in await context.cookies()]
    (slug,) = {name.removeprefix("laurels_access_") for name in cookies if "_access_" in name}
    me = await who(context, address, slug)
    return {"tenants": [], "tenant": {"slug": slug}, **(await me.json() if me.ok else {})}


async def who(context: BrowserContext, address: str, slug: str) -> APIResponse:
    """Ask who is signed in to a tenant."""
    return await context.request.get(f"{address}/v1/me", headers={"Laurels-Tenant": slug})


# -- finding screens -----------------------------------------------------------------------------


async def find(
    site: Site, address: str, page: Page, seen_at: Callable[[str], Awaitable[None]] | None = None
) -> None:
    """Follow links from the first screen on, until no new form of screen is found.

    `seen_at` is called with the path of each while the page shows it.
    """
    traffic = looking.Traffic(page)
    waiting = [""]
    seen = {""}
    # What only a menu leads to comes last.
    while waiting := waiting or [f for f in site.forms if "$" not in f and f not in site.reached]:
        path = waiting.pop(0)
        if not new_form(site, path):
            continue
        await show(page, traffic, address + site.address(path))
        links = await links_of(page, site.name)
        async for each in tabs_of(page, traffic, site, path):
            site.paths.append(each)
            if seen_at is not None:
                await seen_at(each)
        waiting += [each for each in links if each not in seen]
        seen.update(links)


def signed_in(site: Site) -> dict[str, Any]:
    """Return how a context is opened in which nothing moves and somebody is signed in."""
    return {"storage_state": site.state or None, "reduced_motion": "reduce"}


def new_form(site: Site, path: str) -> bool:
    """Tell whether a screen is of a form that was not looked at yet, and count it."""
    plain = path.partition("?")[0]
    form = next((form for form, rule in site.forms.items() if rule.fullmatch(plain)), plain)
    named = "$" in form and not ID.search(plain)
    count = site.reached.get(form, 0)
    site.reached[form] = count + 1
    return count < (NAMED_ALIKE if named else 1)


async def links_of(page: Page, name: str) -> list[str]:
    """Return the paths below the tenant to which a screen leads."""
    found = await page.evaluate("[...document.querySelectorAll('a[href]')].map((a) => a.pathname)")
    start = f"/console/{name}/"
    return [path.removeprefix(start) for path in found if path.startswith(start)]


async def tabs_of(
    page: Page, traffic: looking.Traffic, site: Site, path: str
) -> AsyncGenerator[str]:
    """Give the address of a screen, then those of its other tabs as they are opened."""
    yield path
    tabs = page.locator("main [role=tab]")
    found = {path}
    for number in range(1, await tabs.count()):
        try:
            await tabs.nth(number).click(timeout=2000)
            await traffic.at_rest(REST_SECONDS)
        except (Error, TimeoutError):
            continue
        here = page.url.partition(f"/console/{site.name}/")[2]
        if "?" in here and here not in found:
            found.add(here)
            yield here


async def show(page: Page, traffic: looking.Traffic, address: str) -> None:
    """Open an address and wait until it is at rest, or has had enough time for it."""
    await page.goto(address)
    try:
        await traffic.at_rest(REST_SECONDS)
    except TimeoutError:
        print(f"never at rest: {address}", file=sys.stderr)


# -- looking -------------------------------------------------------------------------------------


@dataclass
class Look:
    """One screen in one language, to be seen in every scheme and size."""

    site: Site
    path: str
    language: str

    @property
    def name(self) -> str:
        """What its files are called by."""
        return re.sub(r"\W+", "-", ID.sub("id", self.path)).strip("-") or "home"


async def take(looks: Iterable[Look], address: str, browser: Browser, done: Progress) -> list[str]:
    """Take all pictures, some tabs at once, and return what went wrong."""
    faults: list[str] = []
    looks = list(looks)
    bar = done.add_task("screens", total=len(looks))
    left = iter(looks)

    async def work() -> None:
        for look in left:
            try:
                await picture(look, address, browser, faults)
            except Error as error:
                faults.append(f"{look.site.name}/{look.path}: {error.message.splitlines()[0]}")
            done.advance(bar)

    await asyncio.gather(*(work() for _ in range(TABS_AT_ONCE)))
    return sorted(set(faults))


async def picture(look: Look, address: str, browser: Browser, faults: list[str]) -> None:
    """Show a screen once, and take its picture in every scheme and size."""
    context = await browser.new_context(**signed_in(look.site), locale=look.language)
    page = await context.new_page()
    where = f"{look.site.name}/{look.path}"
    page.on("pageerror", lambda error: faults.append(f"{where}: {error}"))
    page.on("console", lambda m: faults.append(f"{where}: {m.text}") if m.type == "error" else None)
    await show(page, looking.Traffic(page), address + look.site.address(look.path))
    for size, (width, height) in SIZES.items():
        await page.set_viewport_size({"width": width, "height": height})
        for scheme in SCHEMES:
            await page.emulate_media(color_scheme=scheme)
            file = OUT / look.site.name / f"{look.name}.{look.language}.{scheme}.{size}.png"
            await page.screenshot(path=file, full_page=True, animations="disabled")
    await context.close()


def sheet(looks: list[Look], faults: list[str], unreached: list[str]) -> str:
    """Return the page on which all pictures are seen together."""
    rows: list[str] = []
    kinds = list(itertools.product(LANGUAGES, SCHEMES, SIZES))
    for (site, name), _ in itertools.groupby(looks, lambda each: (each.site.name, each.name)):
        cells = "".join(
            f'<a href="{site}/{name}.{kind}.png"><img loading=lazy src="{site}/{name}.{kind}.png"'
            f' alt="{kind}"></a>'
            for kind in map(".".join, kinds)
            if (OUT / site / f"{name}.{kind}.png").exists()
        )
        rows.append(f"<h2 id='{site}-{name}'>{site} · {name}</h2><div>{cells}</div>")
    notes = "".join(
        f"<h2>{title}</h2><ul>{''.join(f'<li>{html.escape(line)}' for line in lines)}</ul>"
        for title, lines in (("Errors", faults), ("No link leads to", unreached))
        if lines
    )
    return (
        "<!doctype html><meta charset=utf-8><title>Screenshots</title><style>"
        "body{font:14px system-ui;margin:16px;background:#888}h2{font-size:14px;margin:16px 0 4px}"
        "div{display:flex;gap:8px;overflow-x:auto;align-items:start}img{height:320px;width:auto;"
        f"max-width:none}}</style>{notes}{''.join(rows)}"
    )


@asynccontextmanager
async def opened() -> AsyncGenerator[Browser]:
    """Open a browser, or end with a sentence."""
    program = looking.chromium()
    if program is None:
        sys.exit("there is no Chromium on the PATH: on Debian, `apt-get install chromium`")
    async with async_playwright() as playwright:
        yield await playwright.chromium.launch(executable_path=program, args=looking.ARGUMENTS)


async def main(words: list[str]) -> None:
    """Take the pictures and write the sheet."""
    shutil.rmtree(OUT, ignore_errors=True)
    with demo() as (address, link), Progress(transient=True) as done:
        async with opened() as browser:
            await wait_for(address, browser)
            found: list[Site] = []
            looked = done.add_task("finding screens", total=None)
            async for site in sites(address, link, browser):
                if not site.paths:
                    context = await browser.new_context(**signed_in(site))
                    await find(site, address, await context.new_page())
                    await context.close()
                site.paths = [p for p in site.paths if not words or any(w in p for w in words)]
                found.append(site)
            done.remove_task(looked)
            looks = [
                Look(site, path, language)
                for site in found
                for path in site.paths
                for language in LANGUAGES
            ]
            if not looks:
                sys.exit(f"no screen has {' or '.join(words)} in its address")
            faults = await take(looks, address, browser, done)
    unreached = sorted(
        {f"{s.name}/{form}" for s in found for form in s.forms if form not in s.reached}
    )
    OUT.mkdir(exist_ok=True)
    (OUT / "index.html").write_text(sheet(looks, faults, [] if words else unreached))
    for line in faults:
        print(f"error: {line}")
    if unreached and not words:
        print(f"no link leads to: {json.dumps(unreached)}")
    print(f"{len(looks) * len(SCHEMES) * len(SIZES)} pictures: {OUT / 'index.html'}")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
