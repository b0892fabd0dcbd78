"""The frame of the console, and what it may weigh."""

import gzip
import json

from tools import web

from tests.support.browsing import check_accessibility, check_no_sideways_scroll

FIRST_LOAD = 300_000
"""Bytes of script, compressed, until the first screen of the console can be drawn."""
SHEETS = 60_000


async def test_somebody_who_is_signed_in_sees_the_console_of_their_tenant(tab, client):
    await client.post(
        "/v1/members", json={"external_id": "anna", "email": "anna@example.com"},
        headers={"Idempotency-Key": "anna"},
    )  # fmt: skip

    page = await tab.open("members")

    await page.get_by_role("link", name="anna@example.com").wait_for()
    await check_accessibility(page)
    await check_no_sideways_scroll(page)


async def test_the_console_is_light_enough_for_its_first_load(address):
    manifest = json.loads((web.BUILT / "manifest.json").read_text())
    first, waiting = set(), ["console.html"]
    while waiting:
        chunk = manifest[waiting.pop()]
        first |= {chunk["file"], *chunk.get("css", [])}
        waiting += [
            name for name in chunk.get("imports", []) if manifest[name]["file"] not in first
        ]
    words = max(web.BUILT.glob("assets/words-*.js"), key=lambda file: file.stat().st_size)
    first.add(words.relative_to(web.BUILT).as_posix())

    weights = {name: len(gzip.compress((web.BUILT / name).read_bytes())) for name in first}

    assert sum(size for name, size in weights.items() if name.endswith(".js")) <= FIRST_LOAD
    assert sum(size for name, size in weights.items() if name.endswith(".css")) <= SHEETS


async def test_assets_come_compressed_as_the_build_left_them(tab):
    encodings = {}
    tab.page.on(
        "response",
        lambda answer: encodings.update({answer.url: answer.headers.get("content-encoding")}),
    )

    await tab.open()

    scripts = [e for url, e in encodings.items() if "/assets/console-" in url]
    assert scripts
    assert set(scripts) <= {"br", "gzip"}
