"""Saved views: a person's own are theirs alone, shared ones are seen by all and changed by few."""

import pytest

from laurels import auth
from laurels.auth import saved_views
from tests.support.make import make_tenant
from tests.support.people import joined, nobody

GOLD = {"screen": "members", "name": "Gold", "search": {"tier": "gold", "sort": "-created_at"}}


async def ask(house, person, method, path="", **sent):
    async with nobody(house) as client:
        return await client.request(
            method, f"/v1/saved-views{path}", headers=person.headers, **sent
        )


async def names(house, person, screen="members"):
    answer = await ask(house, person, "GET", params={"screen": screen})
    return [view["name"] for view in answer.json()["data"]]


async def test_a_view_is_saved_renamed_updated_and_deleted(house):
    anna = await joined(house, "support")
    made = (await ask(house, anna, "POST", json=GOLD)).json()
    assert (made["mine"], made["shared"], made["can_change"], made["version"]) == (
        True, False, True, 1,
    )  # fmt: skip

    changed = await ask(
        house, anna, "PATCH", f"/{made['id']}",
        json={"name": "Golden", "search": {"tier": "gold"}, "version": 1},
    )  # fmt: skip
    late = await ask(house, anna, "PATCH", f"/{made['id']}", json={"name": "Late", "version": 1})
    assert changed.json()["search"] == {"tier": "gold"}
    assert (late.status_code, late.json()["code"]) == (409, "version_conflict")
    assert await names(house, anna) == ["Golden"]
    assert await names(house, anna, "purchases") == []

    await ask(house, anna, "DELETE", f"/{made['id']}")
    assert await names(house, anna) == []


async def test_nobody_sees_or_touches_what_is_a_colleagues_own(house):
    anna, owner = await joined(house, "support"), await joined(house, "owner")
    made = (await ask(house, anna, "POST", json=GOLD)).json()

    assert await names(house, owner) == []
    for method, path, sent in (
        ("PATCH", f"/{made['id']}", {"name": "Mine"}),
        ("DELETE", f"/{made['id']}", None),
        ("PUT", "/default", {"screen": "members", "view_id": made["id"]}),
    ):
        answer = await ask(house, owner, method, path, json=sent)
        assert (answer.status_code, answer.json()["code"]) == (404, "saved_view_not_found")


async def test_sharing_needs_a_permission(house):
    cashier, manager = await joined(house, "cashier"), await joined(house, "manager")
    refused = await ask(house, cashier, "POST", json={**GOLD, "shared": True})
    shared = (await ask(house, manager, "POST", json={**GOLD, "shared": True})).json()
    seen = (await ask(house, cashier, "GET")).json()["data"]
    changed = await ask(house, cashier, "PATCH", f"/{shared['id']}", json={"name": "Mine"})
    own = (await ask(house, cashier, "POST", json=GOLD)).json()
    made_shared = await ask(house, cashier, "PATCH", f"/{own['id']}", json={"shared": True})

    assert [refused.status_code, changed.status_code, made_shared.status_code] == [403] * 3
    assert refused.json()["code"] == "sharing_forbidden"
    assert [(v["name"], v["mine"], v["can_change"]) for v in seen] == [("Gold", False, False)]


async def test_a_list_opens_with_the_view_that_a_person_chose(house):
    cashier, manager = await joined(house, "cashier"), await joined(house, "manager")
    shared = (await ask(house, manager, "POST", json={**GOLD, "shared": True})).json()

    async def default_of(person):
        data = (await ask(house, person, "GET")).json()["data"]
        return [view["name"] for view in data if view["is_default"]]

    chosen = {"screen": "members", "view_id": shared["id"]}
    await ask(house, cashier, "PUT", "/default", json=chosen)
    wrong = await ask(house, cashier, "PUT", "/default", json={**chosen, "screen": "refunds"})
    assert wrong.status_code == 404
    assert (await default_of(cashier), await default_of(manager)) == (["Gold"], [])

    # Who has it as a default does not keep what is no longer shared.
    await ask(house, manager, "PATCH", f"/{shared['id']}", json={"shared": False})
    await ask(house, manager, "PATCH", f"/{shared['id']}", json={"shared": True})
    assert await default_of(cashier) == []

    await ask(house, cashier, "PUT", "/default", json=chosen)
    await ask(house, cashier, "PUT", "/default", json={**chosen, "view_id": None})
    assert await default_of(cashier) == []
    await ask(house, cashier, "PUT", "/default", json=chosen)
    await ask(house, manager, "DELETE", f"/{shared['id']}")
    assert await names(house, cashier) == []


async def test_views_of_who_is_removed_go_and_what_they_shared_stays(house):
    manager, owner = await joined(house, "manager"), await joined(house, "owner")
    await ask(house, manager, "POST", json=GOLD)
    await ask(house, manager, "POST", json={**GOLD, "name": "For all", "shared": True})

    async with house.work() as work:
        await auth.remove(work, manager.staff_id)
        kept = await work.fetch(
            "select name from laurels.saved_views where tenant_id = $1", work.tenant_id
        )

    assert [row[0] for row in kept] == ["For all"]
    assert await names(house, owner) == ["For all"]


async def test_views_have_limits(house, monkeypatch):
    anna = await joined(house, "support")
    await ask(house, anna, "POST", json=GOLD)
    again = await ask(house, anna, "POST", json=GOLD)
    monkeypatch.setattr(saved_views, "MAX_VIEWS", 1)
    full = await ask(house, anna, "POST", json={**GOLD, "name": "More"})

    assert (again.status_code, again.json()["code"]) == (409, "saved_view_exists")
    assert (full.status_code, full.json()["code"]) == (409, "saved_views_full")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("screen", "https://evil.example"),
        ("name", " "),
        ("search", {"a": "x" * 501}),
        ("search", {f"k{number}": "x" * 300 for number in range(20)}),
        ("search", {"a": {"b": "c"}}),
    ],
)
async def test_what_is_no_view_is_refused(house, field, value):
    anna = await joined(house, "support")
    answer = await ask(house, anna, "POST", json={**GOLD, field: value})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"].startswith(f"/{field}")


async def test_a_machine_has_no_views(client):
    answer = await client.get("/v1/saved-views")

    assert (answer.status_code, answer.json()["code"]) == (403, "person_required")


async def test_another_tenant_has_its_own(house, database):
    other_house = await make_tenant(database)
    here, there = await joined(house, "owner"), await joined(other_house, "owner")
    await ask(house, here, "POST", json={**GOLD, "shared": True})

    assert await names(other_house, there) == []
