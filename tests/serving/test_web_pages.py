"""The built web pages over HTTP: what browsers may keep, run and embed."""

import httpx
import pytest

from laurels.kit.http import web_pages
from tests.support.application import application


@pytest.fixture
def build(tmp_path, monkeypatch):
    """A build like that of Vite, in a folder of its own."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "manifest.json").write_text("{}")
    (tmp_path / "console.html").write_text("<!doctype html><title>Laurels</title>")
    (tmp_path / "assets" / "console-abc.js").write_text("export const a = 1;")
    (tmp_path / "assets" / "console-abc.js.br").write_bytes(b"packed")
    (tmp_path / "secret.txt").write_text("secret")
    monkeypatch.setattr(web_pages, "BUILD", tmp_path)
    return tmp_path


@pytest.fixture
async def client(database):
    transport = httpx.ASGITransport(app=application(database), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://laurels.test") as client:
        yield client


async def test_every_address_of_the_console_is_its_page(client, build):
    for path in ("/console", "/console/", "/console/cafe/members/mem_1"):
        page = await client.get(path)
        assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert page.headers["cache-control"] == "no-cache"
        policy = page.headers["content-security-policy"]
        scripts = next(part for part in policy.split(";") if "script-src" in part)
        assert "unsafe-inline" not in scripts
        assert "unsafe-eval" not in scripts.replace("wasm-unsafe-eval", "")
        assert "frame-ancestors 'none'" in policy
        assert page.headers["x-content-type-options"] == "nosniff"


async def test_assets_are_kept_for_good(client, build):
    plain = await client.get("/ui/assets/console-abc.js", headers={"Accept-Encoding": "identity"})
    packed = await client.head("/ui/assets/console-abc.js", headers={"Accept-Encoding": "br, gzip"})
    assert (plain.status_code, plain.text) == (200, "export const a = 1;")
    assert "immutable" in plain.headers["cache-control"]
    assert "javascript" in plain.headers["content-type"]
    assert (packed.status_code, packed.headers["content-encoding"]) == (200, "br")
    again = await client.get(
        "/ui/assets/console-abc.js",
        headers={"Accept-Encoding": "identity", "If-None-Match": plain.headers["etag"]},
    )
    assert (again.status_code, again.content) == (304, b"")
    refused = await client.get(
        "/ui/assets/console-abc.js", headers={"Accept-Encoding": "br;q=0, gzip;q=0"}
    )
    assert "content-encoding" not in refused.headers
    assert (await client.head("/console/")).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/ui/assets/../secret.txt",
        "/ui/assets/..%2Fsecret.txt",
        "/ui/assets/%2e%2e/secret.txt",
        "/ui/assets/..%5csecret.txt",
        "/ui/assets/missing.js",
        "/ui/assets/..",
        "/ui/secret.txt",
    ],
)
async def test_nothing_but_assets_is_given(client, build, path):
    assert (await client.get(path)).status_code == 404


async def test_browsers_are_led_to_the_console_and_programs_are_not(client, build):
    page = await client.get("/", headers={"Accept": "text/html", "Host": "evil.example"})
    assert (page.status_code, page.headers["location"]) == (302, "console/")
    told = await client.get("/", headers={"Accept": "application/json"})
    assert told.json()["api"] == "/v1"


async def test_an_unknown_address_of_the_api_stays_a_problem(client, build):
    answer = await client.get("/v1/nothing-here", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.json()["code"]) == (404, "no_such_route")


async def test_a_build_has_an_id_and_its_absence_is_told(client, build):
    first = (await client.get("/ui/version.json")).json()["build"]
    (build / "manifest.json").write_text('{"another": 1}')
    second = (await client.get("/ui/version.json")).json()["build"]
    assert first
    assert first != second
    (build / "manifest.json").unlink()
    (build / "console.html").unlink()
    assert (await client.get("/ui/version.json")).json()["build"] is None
    missing = await client.get("/console/")
    assert missing.status_code == 503
    assert "./dev run" in missing.text
