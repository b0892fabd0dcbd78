"""Imports in the console: a file is tried, imported, its bad rows corrected and imported again."""

import csv
import io

from playwright.async_api import expect

from tests.support.browsing import check_accessibility, check_no_sideways_scroll

HEAD = "Order,Customer,Date,Total,currency\n"
GOOD = "".join(f"{n},m{n % 3},2026-01-0{n % 9 + 1},10.00,USD\n" for n in range(1, 11))
BAD = "".join(f"x{n},bo,2026-02-0{n},ten,USD\n" for n in range(1, 6))


def file(name: str, text: str) -> dict:
    """A file that a person chooses."""
    return {"name": name, "mimeType": "text/csv", "buffer": text.encode()}


async def test_a_person_imports_a_file_corrects_five_rows_and_imports_them(tab, client):
    page = await tab.open("imports")
    await expect(page.get_by_text("No imports")).to_be_visible()
    await page.get_by_role("link", name="Import a file").first.click()
    await expect(page.get_by_role("radio", name="Purchases")).to_be_visible()
    await tab.at_rest()
    await check_accessibility(page)
    await check_no_sideways_scroll(page)
    await page.locator('input[type="file"]').set_input_files(file("orders.csv", HEAD + GOOD + BAD))

    await expect(page.get_by_text("Step 2 of 4")).to_be_visible()
    await expect(page.locator('input[value="Total"]').first).to_be_visible()
    await expect(page.get_by_text("5 of the first rows would be rejected")).to_be_visible()
    await tab.at_rest()
    await check_accessibility(page)
    await check_no_sideways_scroll(page)

    await page.get_by_role("button", name="Start the dry run").click()
    await expect(
        page.get_by_text("15 read = 10 booked + 0 there before + 5 rejected")
    ).to_be_visible()
    assert (await client.get("/v1/purchases")).json()["data"] == []
    await tab.at_rest()
    await check_accessibility(page)
    await check_no_sideways_scroll(page)

    await page.get_by_role("button", name="Import 10 rows").click()
    await expect(page.get_by_text("What changed")).to_be_visible()
    await expect(
        page.get_by_text("15 read = 10 booked + 0 there before + 5 rejected")
    ).to_be_visible()
    await tab.at_rest()
    await check_accessibility(page)
    async with page.expect_download() as downloading:
        await page.get_by_role("button", name="Download rejected rows").click()
    text = (await (await downloading.value).path()).read_text()
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert len(rows) == 5
    assert all("ten" in row["message"] for row in rows)

    corrected = io.StringIO()
    writer = csv.DictWriter(corrected, rows[0])
    writer.writeheader()
    writer.writerows({**row, "Total": "5.00"} for row in rows)
    await page.get_by_role("link", name="Import the corrected file").click()
    chosen = file("corrected.csv", corrected.getvalue())
    await page.locator('input[type="file"]').set_input_files(chosen)
    await page.get_by_role("button", name="Start the dry run").click()
    await page.get_by_role("button", name="Import 5 rows").click()
    await expect(page.get_by_text("What changed")).to_be_visible()
    await expect(
        page.get_by_text("5 read = 5 booked + 0 there before + 0 rejected")
    ).to_be_visible()
    assert len((await client.get("/v1/purchases")).json()["data"]) == 15

    await tab.open("imports")
    await expect(page.get_by_role("row", name="orders.csv")).to_contain_text("Finished")
    await tab.at_rest()


async def test_what_files_look_like_and_what_can_be_taken_out(open_tab):
    tab = await open_tab("owner", language="de", width=390)
    page = await tab.open("imports/columns")
    async with page.expect_download() as downloading:
        await page.get_by_role("button", name="Beispiel herunterladen").click()
    assert (await downloading.value).suggested_filename == "purchases-sample.csv"
    await check_no_sideways_scroll(page)
    await tab.open("exports")
    async with page.expect_download() as downloading:
        await page.get_by_role("button", name="Mitglieder herunterladen").click()
    assert (await downloading.value).suggested_filename == "members.csv"
    await check_accessibility(page)
    await check_no_sideways_scroll(page)
