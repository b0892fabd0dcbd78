"""Segments through the door: create, try, list, compute, compare, and say what is wrong."""

from uuid import UUID

import orjson
import pytest

from laurels import events, ledger, segments
from laurels.kit.values.ids import encode

RICH = {"field": "points.available", "op": "gte", "value": 50}


async def made(client, **body):
    body = {"name": "Rich", "criteria": RICH} | body
    answer = await client.post("/v1/segments", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_segment_is_there_with_its_members(client, house):
    member = await house.member(balance=60, external_id="anna")
    await house.member(balance=10)

    segment = await made(client)
    listed = (await client.get(f"/v1/segments/{segment['id']}/members")).json()["data"]
    of_member = (await client.get(f"/v1/members/{encode('member', member)}/segments")).json()
    expanded = await client.get("/v1/members", params={"external_id": "anna", "expand": "segments"})

    assert (segment["member_count"], segment["avg_points_balance"]) == (1, 60)
    assert [row["member_id"] for row in listed] == [encode("member", member)]
    assert listed[0]["found"] == {"points.available": 60}
    assert [row["segment_name"] for row in of_member["data"]] == ["Rich"]
    assert expanded.json()["data"][0]["expanded"]["segments"][0]["id"] == segment["id"]


async def test_criteria_are_tried_without_being_kept(client, house):
    await house.member(balance=60)
    await house.member(balance=10)

    answer = await client.post("/v1/segments/preview", json={"criteria": RICH})

    assert answer.json() == {
        "members": 1, "everybody": 2, "share": 0.5,
        "sample": [answer.json()["sample"][0]],
    }  # fmt: skip
    assert answer.json()["sample"][0]["found"] == {"points.available": 60}
    assert (await client.get("/v1/segments")).json()["data"] == []


@pytest.mark.parametrize(
    ("criteria", "place", "words"),
    [
        ({"field": "points.avail", "op": "gte", "value": 1}, "/field", "points.available"),
        ({"all": [RICH, {"field": "member.is_vip", "op": "gt", "value": 1}]}, "/all/1/op", "eq"),
        ({"all": [RICH | {"value": "many"}]}, "/all/0/value", "without quotes"),
        ({"some": "orders", "where": RICH}, "/some", "purchases"),
        ({}, "", "field"),
    ],
)
async def test_bad_criteria_are_refused_with_the_place_and_the_remedy(
    client, criteria, place, words
):
    for path, body in (
        ("/v1/segments/preview", {"criteria": criteria}),
        ("/v1/segments", {"name": "Bad", "criteria": criteria}),
    ):
        answer = await client.post(path, json=body)

        problem = answer.json()
        assert (answer.status_code, problem["code"]) == (422, "criteria_invalid")
        assert problem["pointer"] == place
        assert problem["errors"][0]["field"] == "criteria" + place
        assert words in problem["detail"]


async def test_what_can_be_asked_is_told_with_its_operators(client):
    answer = (await client.get("/v1/segments/fields")).json()

    by_name = {(each["collection"], each["name"]): each for each in answer["data"]}
    assert "gte" in by_name[None, "rfm.recency"]["operators"]
    assert by_name[None, "rfm.recency"]["nightly"]
    assert by_name[None, "member.birthday"]["private"]
    assert by_name[None, "member.status"]["choices"] == ["active", "blocked", "archived"]
    assert by_name["purchase_lines", "sku"]["kind"] == "text"
    assert (None, "member.attributes.<key>") in by_name
    assert answer["collections"] == ["activities", "purchase_lines", "purchases"]


async def test_a_segment_is_changed_and_computed_anew(client, house):
    await house.member(balance=60)
    segment = await made(client)
    address = f"/v1/segments/{segment['id']}"

    renamed = (await client.patch(address, json={"name": "Richer", "description": "x"})).json()
    raised = (await client.patch(address, json={"criteria": RICH | {"value": 100}})).json()
    same = (await client.patch(address, json={"criteria": RICH | {"value": 100}})).json()
    history = (await client.get(f"{address}/members", params={"history": "true"})).json()["data"]

    assert (renamed["name"], renamed["version"], renamed["member_count"]) == ("Richer", 2, 1)
    assert renamed["computed_version"] == 2
    assert (raised["version"], raised["computed_version"], raised["member_count"]) == (3, 3, 0)
    assert same["version"] == 3
    assert [(row["version"], row["left_reason"]) for row in history] == [(1, "criteria")]


async def test_names_are_unique_among_segments_in_use(client):
    first = await made(client)
    again = await client.post("/v1/segments", json={"name": "Rich", "criteria": RICH})
    await client.post(f"/v1/segments/{first['id']}/archive")
    second = await made(client)
    back = await client.post(f"/v1/segments/{first['id']}/restore")
    other = await made(client, name="Other")
    renamed = await client.patch(f"/v1/segments/{other['id']}", json={"name": "Rich"})

    assert (again.status_code, again.json()["code"]) == (409, "segment_name_taken")
    assert (back.status_code, back.json()["code"]) == (409, "segment_name_taken")
    assert (renamed.status_code, renamed.json()["code"]) == (409, "segment_name_taken")
    archived = (await client.get("/v1/segments", params={"archived": "true"})).json()["data"]
    assert [row["id"] for row in archived] == [first["id"]]
    assert second["id"] != first["id"]


async def test_an_archived_segment_is_neither_changed_nor_computed(client):
    segment = await made(client)
    address = f"/v1/segments/{segment['id']}"
    await client.post(f"{address}/archive")

    refused = [
        await client.patch(address, json={"name": "x"}),
        await client.post(f"{address}/recompute"),
    ]
    restored = await client.post(f"{address}/restore")

    assert [a.json()["code"] for a in refused] == ["segment_archived"] * 2
    assert restored.json()["archived_at"] is None


async def test_a_list_by_hand_takes_names_of_both_kinds_each_with_its_result(client, house):
    anna = encode("member", await house.member(external_id="anna"))
    await house.member(external_id="bert")
    segment = await made(client, name="List", kind="static", criteria=None)
    address = f"/v1/segments/{segment['id']}/members"

    added = (
        await client.post(
            address, json={"members": [anna], "external_ids": ["bert", "anna", "nobody"]}
        )
    ).json()
    removed = (
        await client.post(f"{address}/remove", json={"external_ids": ["anna", "anna"]})
    ).json()

    outcomes = [each["outcome"] for each in added["data"]]
    assert outcomes == ["added", "added", "already", "not_found"]
    assert added["member_count"] == 2
    assert [each["outcome"] for each in removed["data"]] == ["removed", "absent"]
    assert removed["member_count"] == 1


async def test_a_list_and_a_segment_by_criteria_are_not_mixed_up(client, house):
    await house.member(external_id="anna")
    by_criteria = await made(client)
    by_hand = await made(client, name="List", kind="static", criteria=None)

    refused = [
        await client.post(
            f"/v1/segments/{by_criteria['id']}/members", json={"external_ids": ["anna"]}
        ),
        await client.post(f"/v1/segments/{by_hand['id']}/recompute"),
        await client.patch(f"/v1/segments/{by_hand['id']}", json={"criteria": RICH}),
        await client.post("/v1/segments", json={"name": "x", "kind": "static", "criteria": RICH}),
        await client.post("/v1/segments", json={"name": "x"}),
        await client.post(f"/v1/segments/{by_hand['id']}/members", json={}),
    ]

    assert [answer.json()["code"] for answer in refused] == [
        "segment_is_dynamic", "segment_is_static", "segment_is_static", "criteria_invalid",
        "criteria_invalid", "invalid",
    ]  # fmt: skip


async def test_a_copy_has_the_same_members(client, house):
    await house.member(external_id="anna", balance=60)
    by_criteria = await made(client)
    by_hand = await made(client, name="List", kind="static", criteria=None)
    await client.post(f"/v1/segments/{by_hand['id']}/members", json={"external_ids": ["anna"]})

    copies = [
        await client.post(f"/v1/segments/{each['id']}/duplicate", json={"name": f"Copy {at}"})
        for at, each in enumerate((by_criteria, by_hand))
    ]

    assert [copy.status_code for copy in copies] == [201, 201]
    assert [copy.json()["member_count"] for copy in copies] == [1, 1]
    assert copies[0].json()["criteria"] == by_criteria["criteria"]


async def test_what_segments_share_is_counted(client, house):
    await house.member(balance=60)
    await house.member(balance=200)
    low, high = await made(client), await made(client, name="High", criteria=RICH | {"value": 100})

    shared = (await client.get(f"/v1/segments/{low['id']}/overlap")).json()["data"]

    assert shared == [
        {"segment_id": high["id"], "name": "High", "shared": 1, "only_this": 1, "only_other": 0}
    ]


async def test_members_come_page_by_page(client, house):
    for _ in range(5):
        await house.member(balance=60)
    address = f"/v1/segments/{(await made(client))['id']}/members"

    seen, cursor = [], None
    while True:
        parameters = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await client.get(address, params=parameters)).json()
        seen += [row["member_id"] for row in page["data"]]
        cursor = page["next_cursor"]
        if not page["has_more"]:
            break

    assert len(seen) == len(set(seen)) == 5


async def test_computing_again_tells_who_came_and_went(client, house):
    member = await house.member(balance=10)
    segment = await made(client)
    async with house.work() as work:
        await ledger.credit(work, ledger.Credit(member_id=member, points=90, type="adjusted"))

    answer = await client.post(f"/v1/segments/{segment['id']}/recompute", json={})

    assert answer.json()["run_id"] is None
    assert answer.json()["segment"]["member_count"] == 1
    async with house.work() as work:
        rows = await work.fetch(
            "select payload from laurels.outbox where tenant_id = $1 and type = 'segment.joined'",
            work.tenant_id,
        )
    assert len(rows) == 1


async def test_rules_ask_to_which_segments_a_member_belongs(client, house):
    await house.member(external_id="anna", balance=60)
    await house.member(external_id="bert")
    segment = await made(client)
    rule = {
        "name": "For the rich",
        "trigger": "purchase.completed",
        "conditions": {"field": "member.segments", "op": "contains", "value": segment["id"]},
        "award": {"type": "fixed", "points": 7},
    }
    assert (await client.post("/v1/earning-rules", json=rule)).status_code == 201

    bought = [
        await client.post(
            "/v1/purchases", json={"member": name, "amount": "10.00", "currency": "USD"}
        )
        for name in ("anna", "bert")
    ]

    assert [answer.json()["award"]["points"] for answer in bought] == [17, 10]


async def test_tiers_can_be_asked_and_a_move_is_followed(client, house):
    for name, level, points in (("Bronze", 1, 0), ("Silver", 2, 50)):
        body = {"name": name, "level": level, "min_points": points, "is_default": level == 1}
        assert (await client.post("/v1/tiers", json=body)).status_code == 201
    anna = encode("member", await house.member(external_id="anna"))
    await house.member(external_id="bert")
    silver = {"field": "tier.name", "op": "eq", "value": "Silver"}
    segment = await made(client, name="Silver", criteria=silver)
    tiers = (await client.get("/v1/tiers")).json()["data"]

    tier_id = next(tier["id"] for tier in tiers if tier["name"] == "Silver")
    moved = await client.put(f"/v1/members/{anna}/tier", json={"tier_id": tier_id})
    assert moved.status_code < 300, moved.text
    while await events.relay_all(house.database):
        pass
    async with house.work() as work:
        await segments.keep_up(work, limit=1000)

    listed = (await client.get(f"/v1/segments/{segment['id']}/members")).json()["data"]
    assert [(row["member_id"], row["found"]) for row in listed] == [(anna, {"tier.name": "Silver"})]


async def test_activities_can_be_asked_and_revoked_ones_do_not_count(client, house):
    await house.member(external_id="anna")
    await house.member(external_id="bert")
    activities = [
        await client.post("/v1/activities", json={"member": name, "kind": "review"})
        for name in ("anna", "bert")
    ]
    await client.post(f"/v1/activities/{activities[0].json()['id']}/revoke", json={"reason": "x"})

    reviewed = {
        "some": "activities",
        "where": {
            "all": [
                {"field": "kind", "op": "eq", "value": "review"},
                {"field": "days_ago", "op": "lte", "value": 7},
            ]
        },
    }
    answer = await client.post("/v1/segments/preview", json={"criteria": reviewed})

    assert [one["external_id"] for one in answer.json()["sample"]] == ["bert"]


async def test_members_who_match_criteria_are_listed_page_by_page(client, house):
    rich = [encode("member", await house.member(balance=50 + n)) for n in range(3)]
    await house.member(balance=10)

    first = await client.post("/v1/members/search", json={"criteria": RICH, "limit": 2})
    page = first.json()
    rest = await client.post(
        "/v1/members/search", json={"criteria": RICH, "limit": 2, "cursor": page["next_cursor"]}
    )

    assert first.status_code == rest.status_code == 200, first.text
    listed = [each["id"] for each in [*page["data"], *rest.json()["data"]]]
    assert listed == sorted(rich, reverse=True)
    assert (page["has_more"], rest.json()["has_more"]) == (True, False)


@pytest.mark.parametrize(
    "body",
    [{"criteria": {"field": "x", "op": "eq", "value": 1}}, {"criteria": RICH, "cursor": "x"}],
)
async def test_a_search_that_cannot_be_is_refused(client, body):
    assert (await client.post("/v1/members/search", json=body)).status_code == 422


async def test_who_may_not_read_members_lists_none_by_criteria(client):
    made = await client.post("/v1/api-keys", json={"name": "s", "scopes": ["segments:read"]})
    bearer = {"Authorization": f"Bearer {made.json()['api_key']}"}

    answer = await client.post("/v1/members/search", json={"criteria": RICH}, headers=bearer)

    assert answer.status_code == 403


async def test_the_second_of_two_editors_is_told(client):
    segment = await made(client)
    at = f"/v1/segments/{segment['id']}"

    first = await client.patch(at, json={"name": "Richer", "version": 1})
    second = await client.patch(at, json={"description": "Ours", "version": 1})

    assert (first.status_code, first.json()["version"]) == (200, 2)
    assert (second.status_code, second.json()["code"]) == (409, "version_conflict")
    assert (await client.get(at)).json()["description"] is None


async def test_a_segment_tells_who_names_it(client):
    segment = await made(client)
    rule = {
        "name": "Double", "trigger": "purchase.completed",
        "conditions": {"field": "member.segments", "op": "contains", "value": segment["id"]},
        "award": {"type": "multiplier", "factor": "2"},
    }  # fmt: skip
    reward = {
        "name": "Mug", "type": "custom", "cost_points": 10,
        "segment_ids": [segment["id"]],
    }  # fmt: skip
    rule = await client.post("/v1/earning-rules", json=rule)
    reward = await client.post("/v1/rewards", json=reward)
    assert (rule.status_code, reward.status_code) == (201, 201), (rule.text, reward.text)

    asked = {"expand": "earning_rules,rewards"}
    listed = (await client.get("/v1/segments", params=asked)).json()["data"]
    alone = (await client.get(f"/v1/segments/{segment['id']}", params=asked)).json()

    assert listed == [alone]
    assert [each["name"] for each in alone["expanded"]["earning_rules"]] == ["Double"]
    assert [each["name"] for each in alone["expanded"]["rewards"]] == ["Mug"]


async def test_a_pasted_list_tells_what_was_not_found(client, house):
    segment = await made(client, kind="static", criteria=None)
    anna = encode("member", await house.member(external_id="anna"))
    for profile in (
        {"external_id": "bert", "email": "Bert@example.com"},
        {"external_id": "cara", "identities": {"card": "1234"}},
        {"external_id": "dora", "identities": {"card": "77", "crm_id": "C-1"}},
        {"external_id": "emil", "identities": {"crm_id": "77"}},
    ):
        assert (await client.post("/v1/members", json=profile)).status_code == 201

    pasted = ["bert@EXAMPLE.com", "1234", "77", "crm_id:C-1", "anna", anna, "nobody@example.com"]
    at = f"/v1/segments/{segment['id']}/members"
    answer = await client.post(at, json={"identifiers": pasted})
    gone = await client.post(f"{at}/remove", json={"identifiers": ["1234", "77"]})

    assert answer.status_code == 200, answer.text
    outcomes = [(each["name"], each["outcome"]) for each in answer.json()["data"]]
    assert outcomes == list(
        zip(
            pasted,
            ["added", "added", "ambiguous", "added", "added", "already", "not_found"],
            strict=True,
        )
    )
    assert [each["outcome"] for each in gone.json()["data"]] == ["removed", "ambiguous"]
    assert gone.json()["member_count"] == 3


async def test_members_are_listed_by_segment_and_by_criteria_beside_other_filters(client, house):
    for name, balance in (("anna", 60), ("bert", 70), ("cara", 10)):
        await house.member(external_id=name, balance=balance)
    hand = await made(client, name="Hand", kind="static", criteria=None)
    await client.post(f"/v1/segments/{hand['id']}/members", json={"external_ids": ["anna", "cara"]})
    rich = orjson.dumps(RICH).decode()

    async def listed(**params):
        params = {"sort": "created_at", "limit": 1} | params
        found = []
        while True:
            answer = await client.get("/v1/members", params=params)
            assert answer.status_code == 200, answer.text
            found += [each["external_id"] for each in answer.json()["data"]]
            if not answer.json()["has_more"]:
                return found
            params["cursor"] = answer.json()["next_cursor"]

    assert await listed(criteria=rich) == ["anna", "bert"]
    assert await listed(segment=hand["id"]) == ["anna", "cara"]
    assert await listed(segment=hand["id"], criteria=rich, expand="segments") == ["anna"]
    assert await listed(search="bert", criteria=rich) == ["bert"]
    counted = await client.get("/v1/members/count", params={"criteria": rich})
    assert counted.json()["count"] == 2
    action = {"type": "block", "reason": "Test"}
    chosen = {"segment": hand["id"], "criteria": rich}
    body = {"action": action, "filter": chosen}
    previewed = await client.post("/v1/bulk-actions/preview", json=body)
    begun = await client.post("/v1/bulk-actions", json=body)
    assert (previewed.status_code, previewed.json()["total"]) == (200, 1), previewed.text
    assert (begun.status_code, begun.json()["total"]) == (202, 1), begun.text


@pytest.mark.parametrize(
    ("params", "status"),
    [
        ({"criteria": "{"}, 422),
        ({"criteria": '{"field": "x", "op": "eq", "value": 1}'}, 422),
        ({"segment": encode("segment", UUID(int=1))}, 422),
    ],
)
async def test_a_list_cannot_be_narrowed_by_what_is_not_there(client, params, status):
    assert (await client.get("/v1/members", params=params)).status_code == status


async def test_who_may_not_read_segments_lists_no_members_by_them(client):
    made = await client.post("/v1/api-keys", json={"name": "s", "scopes": ["members:read"]})
    bearer = {"Authorization": f"Bearer {made.json()['api_key']}"}

    answer = await client.get(
        "/v1/members", params={"criteria": orjson.dumps(RICH).decode()}, headers=bearer
    )

    assert answer.status_code == 403


async def test_members_of_a_segment_and_of_a_preview_have_names(client, house):
    await house.member(balance=60, external_id="anna")
    segment = await made(client)

    asked = {"expand": "member"}
    members = await client.get(f"/v1/segments/{segment['id']}/members", params=asked)
    preview = await client.post("/v1/segments/preview", json={"criteria": RICH, **asked})

    for row in (members.json()["data"][0], preview.json()["sample"][0]):
        assert row["expanded"]["member"]["external_id"] == "anna"
