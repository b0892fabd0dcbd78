"""Rules over HTTP: what the list shows, who made a version, and two people who change one rule."""


def rule(points=5, **more):
    """A rule that gives these points for each purchase."""
    award = {"type": "fixed", "points": points}
    return {"name": "Fixed", "trigger": "purchase.completed", "award": award, **more}


async def create(client, **more):
    answer = await client.post("/v1/earning-rules", json=rule(**more))
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_an_archived_rule_leaves_the_list_and_is_there_on_request(client):
    kept, gone = await create(client), await create(client, name="Gone")
    await client.post(f"/v1/earning-rules/{gone['id']}/archive")

    usual = (await client.get("/v1/earning-rules")).json()["data"]
    archived = (await client.get("/v1/earning-rules?status=archived")).json()["data"]

    assert kept["id"] in [each["id"] for each in usual]
    assert gone["id"] not in [each["id"] for each in usual]
    assert [each["id"] for each in archived] == [gone["id"]]


async def test_who_edits_a_version_that_is_not_current_any_more_is_told(client):
    made = await create(client)
    address = f"/v1/earning-rules/{made['id']}"

    first = await client.put(address, json=rule(6, version=1))
    second = await client.put(address, json=rule(7, version=1))
    third = await client.put(address, json=rule(7, version=2))
    blind = await client.put(address, json=rule(8))

    assert first.json()["version"] == 2
    assert (second.status_code, second.json()["code"]) == (409, "version_conflict")
    assert second.json()["current_version"] == 2
    assert second.json()["errors"][0]["field"] == "version"
    assert third.json()["version"] == 3
    assert blind.json()["version"] == 4


async def test_versions_name_who_made_them(client):
    made = await create(client)

    (version,) = (await client.get(f"/v1/earning-rules/{made['id']}/versions")).json()["data"]

    assert version["actor_type"] == "api_key"
    assert version["actor_id"].startswith("key_")


async def test_usage_counts_the_latest_events(client):
    fixed = await create(client)
    double = {"type": "multiplier", "factor": "2"}
    twice = await create(client, name="Twice", award=double)
    other = await create(client, name="Other", trigger="activity.recorded")
    gone = await create(client, name="Gone")
    for number in range(3):
        body = {"amount": "10.00", "currency": "USD", "member": "ann", "external_id": f"p{number}"}
        assert (await client.post("/v1/purchases", json=body)).status_code == 201
        if number == 1:
            await client.post(f"/v1/earning-rules/{fixed['id']}/pause")
    await client.post(f"/v1/earning-rules/{gone['id']}/archive")

    listed = (await client.get("/v1/earning-rules/usage")).json()["data"]
    usage = {each["rule_id"]: each for each in listed}

    assert [usage[fixed["id"]][name] for name in ("events", "times", "points")] == [3, 2, 10]
    assert usage[fixed["id"]]["last_at"] is not None
    assert [usage[twice["id"]][name] for name in ("events", "times", "points")] == [3, 3, 0]
    assert [usage[other["id"]][name] for name in ("events", "times", "last_at")] == [0, 0, None]
    assert gone["id"] not in usage
