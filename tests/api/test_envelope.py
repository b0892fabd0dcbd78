"""What is around every request: its id, its limits, its line in the log, its place in metrics."""

import asyncio
import io
import json
from typing import Annotated

import pytest
from fastapi import APIRouter
from prometheus_client import REGISTRY
from starlette.responses import StreamingResponse

from laurels.kit.http.access import Public, requires
from laurels.kit.http.route import TransactionalRoute
from laurels.kit.work import Work
from laurels.permissions import Permission
from tests.support.asking import asking
from tests.support.waiting import until

Changing = Annotated[Work, requires(Permission.MEMBERS_WRITE)]
PURCHASE = {"member": "anna", "amount": "10.00", "currency": "USD"}


def extra(app):
    """Routes that take their time, break, stream and take much."""
    router = APIRouter(prefix="/extra", route_class=TransactionalRoute)

    @router.get("/slow", dependencies=[Public])
    async def slow() -> None:
        await asyncio.Event().wait()

    @router.post("/locked")
    async def locked(work: Changing) -> None:
        await work.fetch("select pg_sleep(3600)")

    @router.get("/broken", dependencies=[Public])
    async def broken() -> None:
        raise RuntimeError("anna@example.com came with lk_live_abc123")

    @router.get("/stream", dependencies=[Public])
    async def stream() -> StreamingResponse:
        async def parts():
            for _ in range(4):
                yield b"."
                await asyncio.sleep(0.3)

        return StreamingResponse(parts())

    @router.post("/bulk", dependencies=[Public])
    async def much(body: list[str]) -> int:
        return len(body)

    app.include_router(router)


# -- the id --------------------------------------------------------------------------------------


async def test_the_callers_own_id_is_kept_everywhere(house):
    log = io.StringIO()

    async with asking(house, log=log) as client:
        made = await client.post(
            "/v1/purchases", json=PURCHASE, headers={"X-Request-Id": "till-7/4711"}
        )
        changed = await client.patch(
            "/v1/settings/tiers", json={"notice_days": 9}, headers={"X-Request-Id": "till-7/4712"}
        )
        refused = await client.get("/v1/nowhere", headers={"X-Request-Id": "till-7/4713"})

    async with house.work() as work:
        rows = await work.fetch(
            "select request_id from laurels.audit_log where tenant_id = $1"
            " and action = 'tenant.settings_changed'",
            house.tenant.id,
        )
    assert made.headers["x-request-id"] == "till-7/4711"
    assert changed.headers["x-request-id"] == "till-7/4712"
    assert [row[0] for row in rows] == ["till-7/4712"]
    assert refused.json()["request_id"] == "till-7/4713"
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    assert [line["request_id"] for line in lines] == ["till-7/4711", "till-7/4712", "till-7/4713"]
    routes = [line["route"] for line in lines]
    assert routes == ["/v1/purchases", "/v1/settings/{section}", "(none)"]


@pytest.mark.parametrize("given", ["", "a b", "anna@example.com", "x" * 129, 'a"b', "-a"])
async def test_an_id_that_is_not_sane_is_replaced(house, given):
    async with asking(house) as client:
        answer = await client.get("/healthz", headers={"X-Request-Id": given})

    assert answer.headers["x-request-id"] != given
    assert len(answer.headers.get_list("x-request-id")) == 1


# -- log and metrics -----------------------------------------------------------------------------


async def test_a_request_leaves_one_line_without_anything_personal(house):
    log = io.StringIO()

    async with asking(house, log=log) as client:
        key = client.headers["authorization"].removeprefix("Bearer ")
        profile = {"external_id": "anna-secret", "email": "anna@example.com", "first_name": "Anna"}
        await client.post("/v1/members", json=profile)
        found = await client.get("/v1/members", params={"email": "anna@example.com"})
        await client.get(f"/v1/members/{found.json()['data'][0]['id']}")
        await client.get("/v1/members/anna@example.com")
        await client.get("/nowhere/anna@example.com")
        await client.get("/healthz")

    text = log.getvalue()
    lines = [json.loads(line) for line in text.splitlines()]
    assert [(line["method"], line["route"], line["status"]) for line in lines] == [
        ("POST", "/v1/members", 201),
        ("GET", "/v1/members", 200),
        ("GET", "/v1/members/{member_id}", 200),
        ("GET", "/v1/members/{member_id}", 422),
        ("GET", "(none)", 404),
    ]
    assert {line["tenant"] for line in lines} == {lines[0]["tenant"]}
    assert lines[0]["tenant"].startswith("ten_")
    assert lines[0]["key"].startswith("key_")
    assert all(line["ms"] > 0 for line in lines)
    assert not any(word in text for word in ("anna", "Anna", "example.com", key, key[-12:]))


async def test_requests_are_counted_by_route_and_status(house):
    def counted(route, status):
        labels = {"method": "GET", "route": route, "status": status}
        return REGISTRY.get_sample_value("laurels_http_requests_total", labels) or 0

    before = counted("/v1/members", "200"), counted("(none)", "404")
    async with asking(house) as client:
        await client.get("/v1/members")
        await client.get("/v1/no/such/thing")
        page = await client.get("/metrics")

    assert (counted("/v1/members", "200"), counted("(none)", "404")) == (
        before[0] + 1,
        before[1] + 1,
    )
    assert 'laurels_http_request_seconds_count{method="GET",route="/v1/members"}' in page.text
    assert "/v1/no/such/thing" not in page.text


async def test_a_crash_is_told_logged_and_counted_without_personal_data(house, caplog):
    log = io.StringIO()

    async with asking(house, extend=extra, log=log) as client:
        answer = await client.get("/extra/broken")

    assert answer.status_code == 500
    assert answer.json()["code"] == "internal"
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert json.loads(log.getvalue())["status"] == 500
    assert "anna@example.com" not in answer.text


async def test_every_answer_has_the_fields_that_protect_it(house):
    async with asking(house) as client:
        answers = [await client.get(path) for path in ("/v1/members", "/nowhere", "/healthz")]

    for answer in answers:
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert answer.headers["referrer-policy"] == "no-referrer"


# -- time ----------------------------------------------------------------------------------------


async def test_a_request_that_takes_too_long_is_given_up(house):
    async with asking(house, extend=extra, seconds=0.1) as client:
        answer = await client.get("/extra/slow")

    assert answer.status_code == 503
    assert answer.json()["code"] == "timed_out"
    assert answer.headers["retry-after"] == "1"


async def test_what_is_given_up_lets_go_of_the_database(house, client):
    async def nobody_sleeps():
        async with house.work() as work:
            return not await work.fetch(
                "select 1 from pg_stat_activity where state = 'active'"
                " and query like '%pg_sleep(3600)%' and datname = current_database()"
                " and pid <> pg_backend_pid()"
            )

    async with asking(house, extend=extra, seconds=0.5) as hasty:
        answer = await hasty.post("/extra/locked")
    after = await client.get("/v1/members")

    assert (answer.status_code, after.status_code) == (503, 200)
    await until(nobody_sleeps)


async def test_a_body_that_dawdles_is_given_up_and_books_nothing(house):
    async def dawdle():
        yield b'{"member": "anna", '
        await asyncio.Event().wait()

    async with asking(house, seconds=0.2) as client:
        answer = await client.post(
            "/v1/purchases", content=dawdle(), headers={"Content-Type": "application/json"}
        )

    assert answer.status_code == 408
    assert answer.json()["code"] == "slow_body"


async def test_a_stream_that_has_begun_may_go_on(house):
    async with asking(house, extend=extra, seconds=1) as client:
        answer = await client.get("/extra/stream")

    assert answer.text == "...."


# -- bodies and headers --------------------------------------------------------------------------


async def test_a_body_over_the_limit_is_refused_and_bulk_routes_take_more(house):
    body = json.dumps(["x" * 10] * 200)

    async with asking(house, extend=extra, body_bytes=1000, bulk_body_bytes=4000) as client:
        small = await client.post("/v1/purchases", content=body, headers=JSON)
        taken = await client.post("/extra/bulk", content=body, headers=JSON)
        large = await client.post("/extra/bulk", content=body * 2, headers=JSON)

    assert (small.status_code, taken.status_code, large.status_code) == (413, 200, 413)
    assert small.json()["limit_bytes"] == 1000
    assert large.json()["limit_bytes"] == 4000


JSON = {"Content-Type": "application/json"}


async def test_a_body_that_grows_over_the_limit_is_refused_while_it_comes(house):
    sent = 0

    async def parts():
        nonlocal sent
        for _ in range(100):
            sent += 100
            yield b" " * 100

    async with asking(house, body_bytes=1000) as client:
        answer = await client.post("/v1/purchases", content=parts(), headers=JSON)

    assert answer.status_code == 413
    assert sent < 2000


@pytest.mark.parametrize(("headers", "said"), [
    ({"Content-Type": "application/x-www-form-urlencoded"}, 'curl: -H "Content-Type: application'),
    ({"Content-Type": "text/plain"}, "Content-Type is `text/plain`"),
    ({}, "no Content-Type"),
    ({"Content-Type": "application/json; charset=latin-1"}, "send it in UTF-8"),
    ({**JSON, "Content-Encoding": "gzip"}, "compressed as `gzip`"),
])  # fmt: skip
async def test_a_body_that_is_not_announced_as_json_is_refused_with_the_remedy(
    house, headers, said
):
    async with asking(house) as client:
        answer = await client.post("/v1/purchases", content=json.dumps(PURCHASE), headers=headers)

    assert answer.status_code == 415
    assert answer.json()["code"] == "unsupported_media_type"
    assert said in answer.json()["detail"]


async def test_json_may_be_announced_in_more_than_one_way(house):
    async with asking(house) as client:
        for kind in ("application/json; charset=UTF-8", "application/vnd.shop+json"):
            answer = await client.post(
                "/v1/purchases", content=json.dumps(PURCHASE), headers={"Content-Type": kind}
            )
            assert answer.status_code == 201, kind


@pytest.mark.parametrize(("body", "said"), [
    ("[" * 33 + "]" * 33, "more than 32 levels"),
    ('{"a":' * 500 + "1" + "}" * 500, "more than 32 levels"),
    (json.dumps({f"n{number}": 1 for number in range(1001)}), "more than 1000 names"),
    ("[" * 100_000, "nested too deeply"),
])  # fmt: skip
async def test_json_of_a_shape_that_nobody_means_is_refused(house, body, said):
    async with asking(house) as client:
        answer = await client.post("/v1/purchases", content=body, headers=JSON)

    assert answer.status_code == 400
    assert said in answer.json()["detail"]


async def test_headers_have_a_limit_too(house):
    async with asking(house) as client:
        many = await client.get("/v1/members", headers={f"x-{n}": "1" for n in range(100)})
        long = await client.get("/v1/members", headers={"x-long": "1" * 17_000})

    assert (many.status_code, long.status_code) == (431, 431)
    assert many.json()["code"] == "headers_too_large"


# -- the outermost layer -------------------------------------------------------------------------


async def test_a_layer_that_is_added_later_runs_inside_of_it(house):
    seen = []

    class Later:
        def __init__(self, app):
            self.app = app

        async def __call__(self, scope, receive, send):
            seen.append(scope["state"]["request_id"])
            await self.app(scope, receive, send)

    async with asking(house, extend=lambda app: app.add_middleware(Later)) as client:
        looked = await client.get("/v1/members")
        bought = await client.post("/v1/purchases", json=PURCHASE)

    assert seen == [each.headers["x-request-id"] for each in (looked, bought)]


async def test_a_layer_that_breaks_is_answered_like_any_crash(house, caplog):
    class Broken:
        def __init__(self, app):
            self.app = app

        async def __call__(self, scope, receive, send):
            raise RuntimeError("a layer of somebody's")

    async with asking(house, extend=lambda app: app.add_middleware(Broken)) as client:
        answer = await client.get("/v1/members")

    assert answer.status_code == 500
    assert answer.json()["code"] == "internal"
    assert answer.headers["x-request-id"] == answer.json()["request_id"]


@pytest.mark.parametrize("path", ["/v1/purchases", "/v1/members", "/v1/purchases/bulk"])
async def test_fewer_bytes_than_announced_are_refused(house, path):
    body = json.dumps(PURCHASE)

    async with asking(house) as client:
        answer = await client.post(
            path, content=body, headers={**JSON, "Content-Length": str(len(body) + 1)}
        )

    assert answer.status_code == 400
    assert answer.json()["code"] == "incomplete_body"
