"""A person disappears: no column of any table holds a word of theirs, and the sums stay."""

import logging
from typing import Any

import asyncpg
import httpx
import pytest

from laurels import events, ledger
from laurels.kit.values.ids import decode, encode
from tests.support.make import House

pytestmark = pytest.mark.slow

PERSON = {
    "external_id": "cust-zebulon-77",
    "email": "zebulon.quill@example.org",
    "first_name": "Zebulon",
    "last_name": "Quillfeather",
    "phone": "+43 660 7654321",
    "birthday": "1979-02-17",
    "attributes": {"hobby": "Zitherspiel"},
}
TRACES = (
    "zebulon", "quillfeather", "quill@", "7654321", "zitherspiel", "1979-02-17", "lantern",
)  # fmt: skip
"""What only this person has, and every word that is written about them below."""

TEXTS = """
select c.relname as relation, a.attname as attribute, t.typname as type
from pg_attribute as a
inner join pg_class as c on c.oid = a.attrelid and c.relkind in ('r', 'p', 'm')
inner join pg_type as t on t.oid = a.atttypid
where c.relnamespace = 'laurels'::regnamespace and a.attnum > 0 and not a.attisdropped
"""


async def found_traces(owner_url: str, house: House) -> list[str]:
    """Every column of every table in which a trace of the person is: this tenant's, or nobody's."""
    connection = await asyncpg.connect(owner_url)
    found: list[str] = []
    try:
        for relation, attribute, kind in await connection.fetch(TEXTS):
            text = f'"{attribute}"::text'
            if kind == "bytea":
                text = f"""encode("{attribute}", 'escape')"""
            owner = {"tenants": "id"}.get(relation, "tenant_id")
            mine = f"coalesce(to_jsonb(r) ->> '{owner}' = '{house.tenant.id}', true)"
            where = f"laurels.{relation} as r where strpos(lower({text}), $1) > 0 and {mine}"
            holding = f"select exists (select from {where})"
            found += [
                f"{relation}.{attribute}: {trace}"
                for trace in TRACES
                if await connection.fetchval(holding, trace)
            ]
    finally:
        await connection.close()
    return found


async def _told(client: httpx.AsyncClient, house: House) -> None:
    """Let the events be told to an endpoint that quotes the person in its answers."""
    endpoint = await client.post("/v1/webhook-endpoints", json={"url": "https://example.com/hooks"})
    # What an endpoint is told begins with its making; the purchase after it is told.
    again = await client.post(
        "/v1/purchases",
        json={"external_id": "order-2", "member": PERSON["external_id"], "amount": "9.00",
              "currency": "USD"},
    )  # fmt: skip
    assert [endpoint.status_code, again.status_code] == [201, 201]
    while await events.relay_all(house.database):
        pass
    async with house.work() as work:
        quoted = await work.fetch(
            "update laurels.outbound_messages set last_error = 'no Zebulon here'"
            " where tenant_id = $1 and member_id is not null returning id",
            work.tenant_id,
        )
        assert quoted
        await work.fetch(
            "insert into laurels.outbound_attempts (tenant_id, message_id, attempt, sent_at,"
            " duration_ms, response) select tenant_id, id, 1, now(), 1, 'Who is Quillfeather?'"
            " from laurels.outbound_messages where tenant_id = $1",
            work.tenant_id,
        )


async def live(client: httpx.AsyncClient, house: House) -> dict[str, Any]:
    """Live through everything that writes words about a person; return ids."""
    enrolled = await client.post(
        "/v1/members", json=PERSON, headers={"Idempotency-Key": "enrol-cust-zebulon-77"}
    )
    member = enrolled.json()
    assert enrolled.status_code == 201, member
    changed = await client.patch(
        f"/v1/members/{member['id']}", json={"last_name": "Quillfeather-Lantern"}
    )
    bought = await client.post(
        "/v1/purchases",
        json={
            "external_id": "order-1", "member": PERSON["external_id"], "amount": "120.00",
            "currency": "USD", "note": "Gift wrapped for Zebulon", "source": "web",
            "attributes": {"greeting": "Dear Quillfeather"},
            "lines": [{"sku": "s-1", "unit_price": "120.00", "attributes": {"for": "Zebulon"}}],
        },
        headers={"Idempotency-Key": "buy-1"},
    )  # fmt: skip
    purchase = bought.json()
    refunded = await client.post(
        f"/v1/purchases/{purchase['id']}/refunds",
        json={"amount": "20.00", "reason": "Zebulon changed his mind", "external_id": "r-1"},
        headers={"Idempotency-Key": "refund-1"},
    )
    path = f"/v1/members/{member['id']}/wallets"
    wallet = (await client.get(path)).json()["data"][0]["id"]
    moved = [
        await client.post(
            f"/v1/wallets/{wallet}/credit",
            json={"points": 5, "reason": "Sorry, Mr Quillfeather",
                  "external_id": "sorry-cust-zebulon-77"},
            headers={"Idempotency-Key": "credit-1"},
        ),
        await client.post(
            f"/v1/wallets/{wallet}/holds", json={"points": 3, "reason": "The lantern of Zebulon"},
            headers={"Idempotency-Key": "hold-1"},
        ),
    ]  # fmt: skip
    second = await client.post(
        "/v1/members",
        json={"external_id": "cust-quillfeather", "email": "Z.QUILLFEATHER@example.org"},
    )
    merged = await client.post(
        f"/v1/members/{member['id']}/merge", json={"from": second.json()["id"]}
    )
    codes = [a.status_code for a in (changed, bought, refunded, *moved, second, merged)]
    assert codes == [200, 201, 201, 201, 201, 201, 200]
    await _rejected(house)
    await _told(client, house)
    return {"member": member["id"], "purchase": purchase["id"], "second": second.json()["id"]}


async def _rejected(house: House) -> None:
    async with house.work() as work:
        await work.fetch(
            "insert into laurels.import_runs (tenant_id, id, kind, source, file_name, status,"
            " started_at) values ($1, laurels.new_id(), 'members', 'crm', 'crm.csv', 'finished',"
            " now())", work.tenant_id,
        )  # fmt: skip
        await work.fetch(
            "insert into laurels.rejected_rows (tenant_id, run_id, line, code, message, row)"
            " select tenant_id, id, 7, 'invalid', 'Zebulon has no birthday',"
            " '{\"email\": \"ZEBULON.quill@example.org\", \"name\": \"Zebulon Quillfeather\"}'"
            " from laurels.import_runs where tenant_id = $1", work.tenant_id,
        )  # fmt: skip


async def test_no_trace_of_an_erased_person_is_left_and_the_sums_stay(client, house, owner_url):
    ids = await live(client, house)
    async with house.work() as work:
        before = await ledger.figures(work)
    assert await found_traces(owner_url, house) != [], "the test must be able to fail"

    erased = await client.post(
        f"/v1/members/{ids['member']}/erase", headers={"Idempotency-Key": "erase-1"}
    )

    assert erased.status_code == 200, erased.text
    assert erased.json()["status"] == "erased"
    assert await found_traces(owner_url, house) == []
    async with house.work() as work:
        assert await ledger.figures(work) == before
        assert await ledger.find_faults(work) == []


async def test_the_log_holds_nothing_of_a_person(client, house, caplog):
    caplog.set_level(logging.DEBUG)
    ids = await live(client, house)
    await client.post("/v1/members", json={"email": PERSON["email"], "external_id": "cust-other"})
    await client.get("/v1/members", params={"search": "Zebulon"})
    await client.post(f"/v1/members/{ids['member']}/erase")

    written = " ".join(record.getMessage().lower() for record in caplog.records
                       if not record.name.startswith("httpx"))  # fmt: skip
    assert [trace for trace in TRACES if trace in written] == []


async def test_a_crash_is_logged_without_the_values_that_made_it(house, caplog):
    from fastapi import FastAPI

    from laurels.kit.http.problems import install_errors

    app = FastAPI()
    install_errors(app)
    error = asyncpg.UniqueViolationError("duplicate key value violates a unique constraint")
    error.detail = "Key (email)=(zebulon.quill@example.org) already exists."

    @app.get("/crash")
    async def crash() -> None:
        raise error

    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://laurels.test") as client:
        answer = await client.get("/crash")

    assert answer.status_code == 500
    assert "zebulon" not in caplog.text
    assert "UniqueViolation" in caplog.text


async def test_an_erased_member_does_not_come_back_and_the_person_may_enrol_anew(client, house):
    ids = await live(client, house)
    address = f"/v1/members/{ids['member']}"
    await client.post(f"{address}/erase")

    again = await client.post(f"{address}/erase")
    refused = [
        await client.post(f"{address}/restore"),
        await client.delete(address),
        await client.patch(address, json={"first_name": "Z"}),
        await client.post(f"{address}/unmerge"),
        await client.post(
            f"{address}/merge", json={"from": encode("member", await house.member())}
        ),
    ]
    anew = await client.post("/v1/members", json=PERSON)

    assert again.status_code == 200
    assert {(a.status_code, a.json()["code"]) for a in refused} == {(409, "member_erased")}
    assert anew.status_code == 201
    assert anew.json()["id"] not in {ids["member"], ids["second"]}


async def test_a_merged_member_is_erased_with_the_survivor_and_not_alone(client, house):
    ids = await live(client, house)

    alone = await client.post(f"/v1/members/{ids['second']}/erase")
    await client.post(f"/v1/members/{ids['member']}/erase")

    assert alone.json()["code"] == "member_merged"
    assert alone.json()["merged_into"] == ids["member"]
    assert (await client.get(f"/v1/members/{ids['second']}")).json()["status"] == "erased"


async def test_a_purchase_of_an_erased_member_can_still_be_refunded(client, house):
    ids = await live(client, house)
    await client.post(f"/v1/members/{ids['member']}/erase")

    refunded = await client.post(f"/v1/purchases/{ids['purchase']}/refunds", json={})
    wallet = encode("wallet", await house.wallet_id(decode("member", ids["member"])))
    spent = await client.post(f"/v1/wallets/{wallet}/debit", json={"points": 1})

    assert refunded.status_code == 201
    assert refunded.json()["points"] == -100
    assert spent.json()["code"] == "wallet_closed"


async def test_a_stored_answer_of_an_erased_person_is_empty_and_still_bars_a_repeat(client, house):
    ids = await live(client, house)
    await client.post(f"/v1/members/{ids['member']}/erase")

    again = await client.post(
        f"/v1/purchases/{ids['purchase']}/refunds",
        json={"amount": "20.00", "reason": "Zebulon changed his mind", "external_id": "r-1"},
        headers={"Idempotency-Key": "refund-1"},
    )

    assert (again.status_code, again.json()["code"]) == (410, "answer_erased")


async def test_the_maintenance_functions_serve_the_tenant_of_the_transaction_only(house):
    from uuid import uuid4

    for call in (
        "select laurels.scrub_ledger($1, '{}', '{}')",
        "select laurels.scrub_audit($1, '{}', '{}')",
        "select laurels.scrub_awards($1, '{}')",
        "select laurels.scrub_rejected_rows($1, '{}')",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with house.work() as work:
                await work.fetch(call, uuid4())
