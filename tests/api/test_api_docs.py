"""What lies at `/` and `/docs`, and how routes that will go say so."""

import re
from datetime import date

import pytest
from fastapi import APIRouter

from laurels import __version__
from laurels.kit.http import api_docs
from laurels.kit.http.access import Public
from laurels.kit.http.deprecation import deprecated
from laurels.kit.http.route import TransactionalRoute
from tests.support.asking import asking


async def test_the_front_page_says_where_to_go(client, monkeypatch):
    told = await client.get("/")
    monkeypatch.setattr(api_docs, "build_id", lambda: None)  # A checkout that nobody built.
    shown = await client.get("/", headers={"Accept": "text/html,*/*"})

    assert told.json() == {
        "name": "Laurels", "version": __version__, "api": "/v1", "documentation": "/docs",
        "openapi": "/openapi.json", "ready": "/readyz",
    }  # fmt: skip
    assert shown.headers["content-type"] == "text/html; charset=utf-8"
    assert 'href="docs"' in shown.text


async def test_the_documentation_needs_nobody_else(client):
    page = await client.get("/docs")
    parts = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    answers = [await client.get(f"/{part}") for part in parts]

    assert page.status_code == 200
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert parts == ["docs/swagger-ui.css", "docs/swagger-ui-bundle.js", "docs/start.js"]
    assert "SwaggerUIBundle" in answers[1].text
    assert answers[1].headers["cache-control"] == "public, max-age=86400"
    assert "http" not in page.text
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'self';")
    assert "unsafe-eval" not in policy


async def test_the_documentation_gives_no_other_file(client):
    for name in ("redoc.standalone.js", "..%2f__init__.py", "core.py"):
        assert (await client.get(f"/docs/{name}")).status_code == 404


def old(app):
    router = APIRouter(prefix="/old", route_class=TransactionalRoute)

    @router.get("/door", dependencies=[Public])
    @deprecated(since=date(2026, 11, 21), until=date(2027, 6, 1), guide="https://example.com/new")
    async def door() -> str:
        return "still here"

    app.include_router(router)


async def test_a_route_that_will_go_says_since_when_until_when_and_what_instead(house):
    async with asking(house, extend=old) as client:
        answer = await client.get("/old/door")
        other = await client.get("/healthz")
        document = (await client.get("/openapi.json")).json()

    assert answer.headers["deprecation"] == "@1795219200"
    assert answer.headers["sunset"] == "Tue, 01 Jun 2027 00:00:00 GMT"
    assert answer.headers["link"].startswith('<https://example.com/new>; rel="deprecation"')
    assert "deprecation" not in other.headers
    assert document["paths"]["/old/door"]["get"]["deprecated"] is True


def test_nothing_goes_without_notice():
    with pytest.raises(ValueError, match="180 days"):
        deprecated(since=date(2026, 11, 21), until=date(2026, 12, 24), guide="https://example.com")
