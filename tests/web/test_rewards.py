"""Rewards: made with a picture and codes, edited by two, archived with what that means."""

from io import BytesIO

from PIL import Image
from playwright.async_api import expect

from tests.support.browsing import check_accessibility, check_no_sideways_scroll

REWARD = {"name": "Tote bag", "type": "merchandise", "cost_points": 100, "fulfilment": "manual"}


def mug() -> dict:
    """A photograph of a mug, nearly."""
    target = BytesIO()
    Image.new("RGB", (1200, 900), "darkgreen").save(target, "JPEG")
    return {"name": "mug.jpg", "mimeType": "image/jpeg", "buffer": target.getvalue()}


async def anna_with(client, points: int) -> str:
    """Anna has so many points."""
    anna = {"external_id": "anna", "first_name": "Anna", "last_name": "Berg"}
    member = (await client.post("/v1/members", json=anna)).json()["id"]
    if points:
        wallet = (await client.get(f"/v1/members/{member}/wallets")).json()["data"][0]["id"]
        credit = {"points": points, "reason": "Welcome"}
        assert (await client.post(f"/v1/wallets/{wallet}/credit", json=credit)).status_code == 201
    return member


async def test_a_reward_is_made_with_a_picture_and_ten_codes(open_tab, client):
    tab = await open_tab("manager")

    page = await tab.open("rewards")
    await page.get_by_role("link", name="New reward").click()
    await page.get_by_role("textbox", name="Name", exact=True).fill("Espresso at the corner")
    await page.get_by_label("Amount").fill("3.5")
    await page.get_by_label("Points for one").fill("120")
    await page.get_by_label("By a code of your list, at once").check()
    async with page.expect_file_chooser() as chooser:
        await page.get_by_role("button", name="Choose a picture…").click()
    await (await chooser.value).set_files(mug())
    await check_accessibility(page)
    await page.get_by_role("button", name="Add to the catalogue").click()

    await expect(page.get_by_role("heading", name="Espresso at the corner")).to_be_visible()
    await expect(page.get_by_text("None left")).to_be_visible()
    (reward,) = (await client.get("/v1/rewards")).json()["data"]
    assert (reward["value"], reward["fulfilment"]) == ({"amount": "3.5"}, "pool")
    await expect(page.locator(f'img[src="{reward["picture"]["large"]}"]')).to_be_visible()
    await page.get_by_role("tab", name="Codes").click()
    await page.get_by_role("button", name="Upload codes…").click()
    codes = [f"LUIGI-{number}" for number in range(10)]
    await page.get_by_role("textbox", name="Codes").fill("\n".join(["Code", *codes, "luigi-3"]))
    await page.get_by_role("button", name="Upload 11 codes").click()
    await expect(page.get_by_text("Codes added: 10.")).to_be_visible()
    await expect(page.get_by_text("There already, here or at another reward: 1.")).to_be_visible()
    await check_accessibility(page)
    await page.get_by_role("dialog").get_by_role("button", name="Close").click()
    await expect(page.get_by_text("Free codes: 10.")).to_be_visible()
    await expect(page.get_by_text("Can be redeemed")).to_be_visible()

    await tab.open("rewards")
    await expect(page.get_by_text("10 left")).to_be_visible()
    await check_accessibility(page)
    await page.get_by_text("Table", exact=True).click()
    await expect(page.get_by_role("table", name="Rewards")).to_be_visible()
    assert "as=table" in page.url


async def test_codes_are_withdrawn(open_tab, client):
    reward = (await client.post("/v1/rewards", json={**REWARD, "fulfilment": "pool"})).json()
    path = f"/v1/rewards/{reward['id']}"
    await client.post(f"{path}/vouchers", json={"codes": ["TEA-1", "TEA-2"]})
    tab = await open_tab()

    page = await tab.open(f"rewards/{reward['id']}?tab=codes")
    await page.get_by_role("row", name="TEA-1").get_by_role("checkbox").check()
    await page.get_by_role("button", name="Withdraw…").click()
    await page.get_by_role("dialog").get_by_role("button", name="Withdraw", exact=True).click()

    await expect(page.get_by_text("Free codes: 1.")).to_be_visible()
    assert (await client.get(path)).json()["codes_left"] == 1


async def test_of_two_who_edit_a_reward_the_second_is_told(open_tab, client):
    reward = (await client.post("/v1/rewards", json={**REWARD, "stock": 5})).json()
    path = f"/v1/rewards/{reward['id']}"
    tab = await open_tab()
    page = await tab.open(f"rewards/{reward['id']}/edit")
    await page.get_by_role("textbox", name="Name", exact=True).fill("Big bag")
    await client.patch(path, json={"cost_points": 90})

    tab.expect("409")
    await page.get_by_role("button", name="Save").click()

    await expect(page.get_by_text("Someone else saved this meanwhile")).to_be_visible()
    await expect(page.get_by_role("cell", name="Points for one")).to_be_visible()
    await check_accessibility(page)
    await page.get_by_role("button", name="Go on from their version").click()
    await expect(page.get_by_label("Points for one")).to_have_value("90 points")
    await page.get_by_role("textbox", name="Name", exact=True).fill("Big bag")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved.")).to_be_visible()
    after = (await client.get(path)).json()
    assert (after["name"], after["cost_points"], after["stock"]) == ("Big bag", 90, 5)


async def test_archiving_says_what_it_leaves_behind(open_tab, client):
    member = await anna_with(client, 300)
    reward = (await client.post("/v1/rewards", json=REWARD)).json()
    taken = {"member_id": member, "reward_id": reward["id"]}
    assert (await client.post("/v1/redemptions", json=taken)).status_code == 201
    tab = await open_tab(width=360)

    page = await tab.open(f"rewards/{reward['id']}")
    await expect(page.get_by_text("It is for 1 of 1 members; 1 of them have")).to_be_visible()
    await check_accessibility(page)
    await check_no_sideways_scroll(page)
    await page.get_by_role("button", name="More").click()
    await page.get_by_role("menuitem", name="Archive…").click()
    await expect(page.get_by_text("Still to be delivered: 1.")).to_be_visible()
    await page.get_by_role("dialog").get_by_role("button", name="Archive", exact=True).click()

    await expect(page.get_by_text("The reward is archived.").first).to_be_visible()
    await expect(page.get_by_role("button", name="Restore")).to_be_visible()
    assert (await client.get(f"/v1/rewards/{reward['id']}")).json()["archived_at"] is not None


async def test_it_says_why_a_member_cannot_have_a_reward(open_tab, client):
    member = await anna_with(client, 30)
    await client.post("/v1/rewards", json={**REWARD, "stock": 0})
    tab = await open_tab("support", language="de")

    page = await tab.open(f"members/{member}?tab=rewards")

    await expect(page.get_by_text("Es sind keine mehr da.")).to_be_visible()
    await expect(page.get_by_text("Verfügbar sind 30 Punkte; 70 fehlen.")).to_be_visible()
    await check_accessibility(page)
