"""Out of sight and back: lists, purchases, points, and who has the e-mail meanwhile."""

from laurels.kit.values.ids import decode, encode


async def enrol(client, **profile):
    answer = await client.post("/v1/members", json=profile)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


async def wallet_of(client, member):
    return (await client.get(f"/v1/members/{member}/wallets")).json()["data"][0]


async def test_an_archived_member_is_out_of_lists_and_can_be_found_by_status_and_id(client):
    gone, there = await enrol(client, external_id="a"), await enrol(client, external_id="b")

    archived = await client.delete(f"/v1/members/{gone}")

    async def listed(**query):
        answer = await client.get("/v1/members", params=query)
        return [row["id"] for row in answer.json()["data"]]

    assert archived.json()["status"] == "archived"
    assert await listed() == [there]
    assert await listed(status="archived") == [gone]
    assert await listed(external_id="a") == [gone]
    assert (await client.get(f"/v1/members/{gone}")).json()["status"] == "archived"


async def test_an_archived_member_earns_and_spends_nothing_and_refunds_still_come(client):
    member = await enrol(client, external_id="a")
    before = await client.post("/v1/purchases", json={
        "member": "a", "amount": "50.00", "currency": "USD", "external_id": "1"})  # fmt: skip
    await client.delete(f"/v1/members/{member}")

    bought = await client.post("/v1/purchases", json={
        "member": "a", "amount": "30.00", "currency": "USD", "external_id": "2"})  # fmt: skip
    by_id = await client.post("/v1/purchases", json={
        "member_id": member, "amount": "1.00", "currency": "USD", "external_id": "3"})  # fmt: skip
    wallet = (await wallet_of(client, member))["id"]
    moves = [
        await client.post(f"/v1/wallets/{wallet}/{what}", json={"points": 1})
        for what in ("credit", "debit", "holds")
    ]
    refund = await client.post(f"/v1/purchases/{before.json()['id']}/refunds", json={})
    why = await client.get(f"/v1/purchases/{bought.json()['id']}/why")

    assert (bought.status_code, bought.json()["points"]) == (201, 0)
    assert bought.json()["award"]["explanation"]["member_status"] == "archived"
    assert by_id.json()["points"] == 0
    assert why.json()["reason"] == "member_archived"
    assert {(move.status_code, move.json()["code"]) for move in moves} == {(409, "wallet_closed")}
    assert refund.json()["points"] == -50
    assert (await client.get(f"/v1/members/{member}")).json()["spend"] == "81.00"


async def test_a_restored_member_goes_on(client, house):
    member = await enrol(client, external_id="a", email="a@example.org")
    await client.delete(f"/v1/members/{member}")
    refused = await client.post("/v1/members", json={"external_id": "a", "first_name": "A"})

    restored = await client.post(f"/v1/members/{member}/restore")
    again = await client.post(f"/v1/members/{member}/restore")
    bought = await client.post("/v1/purchases", json={
        "member": "a", "amount": "30.00", "currency": "USD"})  # fmt: skip

    assert (refused.status_code, refused.json()["code"]) == (409, "member_archived")
    assert [restored.status_code, again.status_code] == [200, 200]
    assert bought.json()["points"] == 30
    assert (await house.balance(decode("member", member)))["available"] == 30


async def test_restoring_is_refused_when_somebody_else_has_the_email(client):
    first = await enrol(client, external_id="a", email="same@example.org")
    await client.delete(f"/v1/members/{first}")
    await enrol(client, external_id="b", email="SAME@example.org")

    restored = await client.post(f"/v1/members/{first}/restore")

    assert (restored.status_code, restored.json()["code"]) == (409, "email_taken")


async def test_the_ids_of_a_merged_member_mean_the_survivor(client):
    survivor = await enrol(client, external_id="s", email="s@example.org")
    merged = await enrol(client, external_id="m", email="m@example.org")
    answer = await client.post(f"/v1/members/{survivor}/merge", json={"from": merged})

    upserted = [
        await client.post("/v1/members", json={"external_id": "m", "first_name": "Ida"}),
        await client.post("/v1/members", json={"email": "M@example.org", "last_name": "Stone"}),
        await client.post("/v1/members", json={"external_id": "m", "email": "s@example.org"}),
    ]
    found = [
        await client.get("/v1/members", params=query)
        for query in ({"external_id": "m"}, {"email": "m@example.org"})
    ]
    read = (await client.get(f"/v1/members/{merged}")).json()
    bought = await client.post("/v1/purchases", json={
        "member": "m", "amount": "3.00", "currency": "USD"})  # fmt: skip
    by_id = await client.post("/v1/purchases", json={
        "member_id": merged, "amount": "4.00", "currency": "USD"})  # fmt: skip

    assert answer.json()["survivor"]["id"] == survivor
    assert {(a.status_code, a.json().get("id")) for a in upserted} == {(200, survivor)}
    assert [[row["id"] for row in a.json()["data"]] for a in found] == [[survivor]] * 2
    assert (read["status"], read["merged_into"]) == ("merged", survivor)
    profile = (await client.get(f"/v1/members/{survivor}")).json()
    assert (profile["external_id"], profile["email"]) == ("s", "s@example.org")
    assert (profile["first_name"], profile["last_name"]) == ("Ida", "Stone")
    assert bought.json()["member_id"] == by_id.json()["member_id"] == survivor


async def test_unmerging_is_refused_when_somebody_else_has_the_email(client):
    survivor = await enrol(client, external_id="s")
    merged = await enrol(client, external_id="m", email="m@example.org")
    await client.post(f"/v1/members/{survivor}/merge", json={"from": merged})
    await client.patch(f"/v1/members/{survivor}", json={"email": "m@example.org"})

    refused = await client.post(f"/v1/members/{merged}/unmerge")
    await client.patch(f"/v1/members/{survivor}", json={"email": "s@example.org"})
    undone = await client.post(f"/v1/members/{merged}/unmerge")

    assert (refused.status_code, refused.json()["code"]) == (409, "email_taken")
    assert undone.json()["merged"]["status"] == "active"


async def test_merging_with_nobody_says_which_field(client):
    member = await enrol(client, external_id="s")
    nobody = encode("member", decode("member", member).__class__(int=7))

    answer = await client.post(f"/v1/members/{member}/merge", json={"from": nobody})

    assert answer.status_code == 404
    assert answer.json()["errors"][0]["field"] == "from"


async def test_an_archived_program_takes_nothing_more_and_gives_what_is_there(client, house):
    program = encode("program", await house.program(default=False))
    rule = {"name": "Both", "trigger": "purchase.completed", "program_id": program,
            "award": {"type": "fixed", "points": 9}}  # fmt: skip
    await client.post("/v1/earning-rules", json=rule)
    await client.post("/v1/purchases", json={"member": "a", "amount": "1.00", "currency": "USD"})
    archived = await client.post(f"/v1/programs/{program}/archive")

    bought = await client.post("/v1/purchases", json={
        "member": "a", "amount": "1.00", "currency": "USD"})  # fmt: skip
    member = bought.json()["member_id"]
    wallets = (await client.get(f"/v1/members/{member}/wallets")).json()["data"]
    wallet = next(each for each in wallets if each["program_id"] == program)
    spent = await client.post(f"/v1/wallets/{wallet['id']}/debit", json={"points": 4})
    credited = await client.post(f"/v1/wallets/{wallet['id']}/credit", json={"points": 4})
    default = next(each for each in wallets if each["program_id"] != program)["program_id"]

    assert archived.json()["archived_at"] is not None
    assert bought.json()["points"] == 1
    assert "program_archived" in bought.json()["award"]["explanation"]
    assert spent.status_code == 201
    assert credited.json()["code"] == "program_archived"
    assert (await client.post(f"/v1/programs/{default}/archive")).json()["code"] == "program_in_use"
    listed = (await client.get("/v1/programs")).json()["data"]
    assert program not in {each["id"] for each in listed}
    restored = await client.post(f"/v1/programs/{program}/restore")
    assert restored.json()["archived_at"] is None


async def test_an_archived_rule_comes_back_paused(client):
    rule = (await client.get("/v1/earning-rules")).json()["data"][0]["id"]
    await client.post(f"/v1/earning-rules/{rule}/archive")

    restored = await client.post(f"/v1/earning-rules/{rule}/restore")
    resumed = await client.post(f"/v1/earning-rules/{rule}/resume")

    assert restored.json()["status"] == "paused"
    assert resumed.json()["status"] == "active"
