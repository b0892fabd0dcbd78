"""Lists as files: what a list answers to the same query, all pages, for whoever may read it."""

import csv
import io
from urllib.parse import urlencode

import pytest

from laurels.imports import lists
from tests.support.people import joined, nobody


def rows_of(answer):
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(answer.text)))


def asked(**query):
    return {"params": {"query": urlencode(query)}}


async def enrolled(client, *names):
    for number, name in enumerate(names):
        await client.post("/v1/members", json={"external_id": f"m-{number}", "last_name": name})


async def test_a_file_holds_what_the_list_shows_on_all_pages(client, monkeypatch):
    monkeypatch.setattr(lists, "MAX_PAGE", 2)
    await enrolled(client, "Abel", "Babel", "Cabel", "Dabel", "Edel")
    query = {"search": "abel", "sort": "name"}

    listed = (await client.get("/v1/members", params=query)).json()["data"]
    rows = rows_of(await client.get("/v1/exports/lists/members", **asked(**query)))

    assert [row["id"] for row in rows] == [row["id"] for row in listed]
    assert [row["last_name"] for row in rows] == ["Abel", "Babel", "Cabel", "Dabel"]


async def test_a_cell_is_no_formula(client):
    await enrolled(client, "=1+1")
    (row,) = rows_of(await client.get("/v1/exports/lists/members"))

    assert row["last_name"] == "'=1+1"


async def test_purchases_say_whose_they_are(client):
    body = {"member": "anna", "amount": "12.50", "currency": "USD"}
    await client.post("/v1/purchases", json=body)
    (row,) = rows_of(await client.get("/v1/exports/lists/purchases", **asked(expand="member")))

    assert (row["amount"], row["member_external_id"]) == ("12.50", "anna")


@pytest.mark.parametrize("name", sorted(lists.LISTS))
async def test_an_empty_list_is_its_head(house, client, name):
    query = asked(since="2999-01-01T00:00:00Z")
    answer = await client.get(f"/v1/exports/lists/{name}", **query)

    assert rows_of(answer) == []
    assert answer.text.startswith("id,")


async def test_who_may_not_read_the_list_gets_no_file(house):
    person = await joined(house, "cashier")
    async with nobody(house) as client:
        may = await client.get("/v1/exports/lists/members", headers=person.headers)
        may_not = await client.get("/v1/exports/lists/audit-log", headers=person.headers)
        none = await client.get("/v1/exports/lists/members")

    assert may.status_code == 200
    assert (may_not.status_code, may_not.json()["permission"]) == (403, "audit:read")
    assert none.status_code == 401


async def test_a_query_that_the_list_refuses_is_refused(client):
    answer = await client.get("/v1/exports/lists/members", **asked(sort="shoe_size"))

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


async def test_taking_rows_out_is_noted(client):
    await client.get("/v1/exports/lists/members", **asked(search="anna"))
    (entry, *_) = (await client.get("/v1/audit-log")).json()["data"]

    assert (entry["action"], entry["target_id"]) == ("imports.exported", "members")
    assert entry["after"] == {"query": "search=anna"}
