"""Who is who: addresses compared strictly, conflicts told truly, consent never presumed."""

import pytest


async def send(client, **profile):
    return await client.post("/v1/members", json=profile)


@pytest.mark.parametrize(
    ("stored", "stranger"),
    [
        ("kate@example.com", "\u212aate@example.com"),
        ("irmak@example.com", "\u0130rmak@example.com"),
        ("\u00e5sa@example.com", "\u212bsa@example.com"),
        ("sam@example.com", "\u017fam@example.com"),
        ("kim@example.com", "kim@\u212aexample.com"),
        ("ana@example.com", "an\u200ba@example.com"),
    ],
)
@pytest.mark.parametrize("door", ["one", "bulk"])
async def test_nobody_is_taken_for_somebody_else(client, stored, stranger, door):
    first = (await send(client, email=stored, first_name="Kate")).json()

    profile = {"email": stranger, "first_name": "Mallory", "external_id": "mallory"}
    if door == "one":
        answer = await client.post("/v1/members", json=profile)
    else:
        answer = await client.post("/v1/members/bulk", json={"items": [profile]})

    now = (await client.get(f"/v1/members/{first['id']}")).json()
    assert answer.status_code < 500, answer.text
    assert (now["email"], now["first_name"], now["external_id"]) == (stored, "Kate", None)


async def test_an_address_in_other_capitals_is_found_and_not_replaced(client):
    first = (await send(client, email="Kate@Example.com")).json()

    again = (await send(client, email="kATE@example.COM", first_name="Kate")).json()
    named = (await send(client, external_id="k", email="kate@example.com")).json()
    patched = await client.patch(f"/v1/members/{first['id']}", json={"email": "KATE@example.com"})

    assert {again["id"], named["id"], patched.json()["id"]} == {first["id"]}
    assert {each["email"] for each in (again, named, patched.json())} == {"Kate@Example.com"}


async def test_an_id_in_the_other_spelling_of_unicode_is_the_same(client):
    first = (await send(client, external_id="José")).json()
    bought = await client.post(
        "/v1/purchases", json={"member": "Jose\u0301", "amount": "1.00", "currency": "USD"}
    )

    assert bought.json()["member_id"] == first["id"]


async def test_an_email_of_somebody_else_is_told_as_that(client):
    first = (await send(client, external_id="e1", email="a@example.com")).json()
    await send(client, external_id="e3")

    new = await send(client, external_id="e2", email="A@example.com")
    known = await send(client, external_id="e3", email="a@example.com")
    bulk = await client.post(
        "/v1/members/bulk", json={"items": [{"external_id": "e2", "email": "a@example.com"}]}
    )
    third = (await send(client, external_id="e3")).json()
    patched = await client.patch(f"/v1/members/{third['id']}", json={"email": "a@EXAMPLE.com"})

    assert (new.status_code, new.json()["code"]) == (409, "email_taken")
    assert (new.json()["member"], "e1" in new.json()["detail"]) == (first["id"], True)
    assert (known.status_code, known.json()["code"]) == (409, "member_ambiguous")
    assert known.json()["members"] == [third["id"], first["id"]]
    assert all(each in known.json()["detail"] for each in (third["id"], first["id"]))
    assert "email_taken" in bulk.text
    assert (patched.status_code, patched.json()["code"]) == (409, "email_taken")
    assert patched.json()["member"] == first["id"]


async def test_an_external_id_of_somebody_else_names_them(client):
    first = (await send(client, external_id="e1")).json()
    second = (await send(client, external_id="e2")).json()

    answer = await client.patch(f"/v1/members/{second['id']}", json={"external_id": "e1"})

    assert (answer.status_code, answer.json()["code"]) == (409, "external_id_taken")
    assert answer.json()["member"] == first["id"]


async def test_consent_is_unknown_until_it_is_given(client, house):
    made = (await send(client, external_id="a", email="a@example.com")).json()
    given = (await send(client, external_id="a", email_opt_in=True)).json()
    again = (
        await send(client, external_id="a", email_opt_in=True, email_opt_in_source="checkout")
    ).json()
    told = {"sms_opt_in": False, "sms_opt_in_at": "2020-02-03T04:05:06Z", "sms_opt_in_source": "x"}
    other = (await send(client, external_id="a", **told)).json()
    gone = (await client.patch(f"/v1/members/{made['id']}", json={"email_opt_in": None})).json()

    parts = ("", "_at", "_source")
    assert {made[f"{c}_opt_in{part}"] for c in ("email", "sms") for part in parts} == {None}
    assert (given["email_opt_in"], given["email_opt_in_source"]) == (True, "api")
    assert given["email_opt_in_at"] is not None
    assert again["email_opt_in_at"] == given["email_opt_in_at"]
    assert again["email_opt_in_source"] == "checkout"
    assert (other["sms_opt_in"], other["sms_opt_in_at"]) == (False, "2020-02-03T04:05:06Z")
    assert [gone[f"email_opt_in{part}"] for part in ("", "_at", "_source")] == [None] * 3
    assert gone["sms_opt_in"] is False


async def test_whoever_buys_as_a_guest_has_consented_to_nothing(client):
    bought = await client.post(
        "/v1/purchases", json={"member": "new", "amount": "1.00", "currency": "USD"}
    )
    member = (await client.get(f"/v1/members/{bought.json()['member_id']}")).json()

    assert (member["email_opt_in"], member["sms_opt_in"]) == (None, None)


@pytest.mark.parametrize(
    "profile",
    [
        {"email_opt_in_source": "checkout"},
        {"sms_opt_in_at": "2020-02-03T04:05:06Z"},
        {"email_opt_in": True, "email_opt_in_at": "2999-01-01T00:00:00Z"},
        {"email_opt_in": True, "email_opt_in_source": "a\u200b"},
    ],
)
async def test_consent_that_cannot_be_is_refused(client, profile):
    answer = await send(client, external_id="a", **profile)

    assert answer.status_code == 422, answer.text
    assert "opt_in" in answer.text


@pytest.mark.parametrize(
    "words",
    ["smith ", "  Anna   Smith", "smith anna", "SMITH a@ex", "josé", "jose", "Jose\u0301",
     "山田太郎", "太郎 山田", "ﾔﾏﾀﾞ",
     "0170 123", "+49 (170) 12 34", "0049170", "50%", "under_score"],
)  # fmt: skip
async def test_people_are_found(client, words):
    await send(client, external_id="1", email="a@example.com", first_name="Anna", last_name="Smith")
    await send(client, external_id="2", first_name="José", phone="+49 170-1234567")
    await send(client, external_id="3", first_name="太郎", last_name="山田")
    await send(client, external_id="4", first_name="ヤマダ")
    await send(client, external_id="5", first_name="50% under_score")
    await send(client, external_id="6", first_name="Nobody", last_name="50 underxscore")

    found = (await client.get("/v1/members", params={"search": words})).json()["data"]

    assert len(found) == 1, (words, [each["first_name"] for each in found])


async def test_a_search_for_a_blank_is_none(client):
    await send(client, external_id="1")

    assert len((await client.get("/v1/members", params={"search": " "})).json()["data"]) == 1
    assert (await client.get("/v1/members", params={"search": "x y"})).json()["data"] == []
