"""Pictures: read by content, drawn anew, served to everybody, removed when nothing has them."""

from datetime import timedelta
from io import BytesIO
from struct import pack
from zlib import compress, crc32

import pytest
from PIL import ExifTags, Image

from laurels.kit import media
from laurels.kit.values.ids import encode
from laurels.kit.values.time import utc_now
from laurels.rewards.jobs import remove_unused_pictures
from tests.support.make import make_tenant
from tests.support.people import joined, nobody

HTML = b"<!doctype html><script>alert(1)</script>"


def picture(kind: str = "PNG", size: tuple[int, int] = (1500, 1000), **more) -> bytes:
    """A picture with two halves."""
    image = Image.new("RGB", size, "darkgreen")
    image.paste("gold", (0, 0, size[0] // 2, size[1]))
    target = BytesIO()
    image.save(target, kind, **more)
    return target.getvalue()


def bomb() -> bytes:
    """A PNG of 90,000 by 90,000 pixels in a few bytes."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        body = kind + content
        return pack(">I", len(content)) + body + pack(">I", crc32(body))

    head = chunk(b"IHDR", pack(">IIBBBBB", 90_000, 90_000, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", compress(b"\0" * 9)) + chunk(b"IEND", b"")


async def put(client, reward, content: bytes, kind: str = "image/png"):
    """Send a file as the reward's picture."""
    path = f"/v1/rewards/{reward['id']}/picture"
    return await client.put(path, content=content, headers={"Content-Type": kind})


async def served(house, path: str):
    """What somebody without credentials gets."""
    async with nobody(house) as anyone:
        return await anyone.get(path)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
async def test_a_picture_is_stored_in_two_sizes_and_served_to_everybody(shop, house, kind):
    reward = await shop.reward()

    answer = await put(shop.client, reward, picture(kind), "application/octet-stream")

    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert found["version"] == reward["version"] + 1
    sizes = {}
    for size, path in found["picture"].items():
        file = await served(house, path)
        assert file.status_code == 200
        assert file.headers["content-type"] == "image/webp"
        assert file.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in file.headers["content-security-policy"]
        assert "immutable" in file.headers["cache-control"]
        sizes[size] = Image.open(BytesIO(file.content)).size
    assert sizes == {"large": (1200, 800), "small": (400, 267)}


async def test_a_browser_that_has_it_is_not_sent_it_again(shop, house):
    found = (await put(shop.client, await shop.reward(), picture())).json()

    async with nobody(house) as anyone:
        first = await anyone.get(found["picture"]["small"])
        tag = {"If-None-Match": first.headers["etag"]}
        second = await anyone.get(found["picture"]["small"], headers=tag)

    assert (second.status_code, second.content) == (304, b"")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (HTML, "picture_unreadable"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', "picture_unreadable"),
        (b"", "picture_unreadable"),
        (picture()[:900], "picture_unreadable"),
        (picture("JPEG")[:900], "picture_unreadable"),
        (picture("BMP", (20, 20)), "picture_unreadable"),
        (bomb(), "picture_too_large"),
    ],
    ids=["html", "svg", "empty", "truncated png", "truncated jpeg", "bmp", "bomb"],
)
async def test_what_is_no_picture_is_refused_whatever_it_is_called(shop, content, code):
    reward = await shop.reward()

    answer = await put(shop.client, reward, content, "image/png")

    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert (await shop.read(reward))["picture"] is None


async def test_what_hides_behind_a_picture_is_left_behind(shop, house):
    found = (await put(shop.client, await shop.reward(), picture() + HTML)).json()

    file = await served(house, found["picture"]["large"])

    assert HTML not in file.content


async def test_where_a_picture_was_taken_is_not_kept_and_it_stands_upright(shop, house):
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    exif[ExifTags.Base.GPSInfo] = {1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 36.0)}
    exif[ExifTags.Base.Make] = "Camera of Anna"
    sent = picture("JPEG", exif=exif)
    assert b"Camera of Anna" in sent

    found = (await put(shop.client, await shop.reward(), sent)).json()

    file = await served(house, found["picture"]["large"])
    image = Image.open(BytesIO(file.content))
    assert image.size == (800, 1200)
    assert not image.getexif()
    assert b"Anna" not in file.content


async def test_a_file_of_20_mb_is_not_read_to_its_end(shop):
    sent = 0

    async def pieces():
        nonlocal sent
        while sent < 20_000_000:
            sent += 100_000
            yield b"x" * 100_000

    reward = await shop.reward()
    path = f"/v1/rewards/{reward['id']}/picture"
    answer = await shop.client.put(path, content=pieces())

    assert answer.status_code == 413
    assert sent < 6_000_000


async def test_who_may_only_look_changes_no_picture(shop, house):
    reward = await shop.reward()
    analyst = await joined(house, "analyst")

    async with nobody(house) as client:
        client.headers.update(analyst.headers)
        answer = await put(client, reward, picture())
        gone = await client.delete(f"/v1/rewards/{reward['id']}/picture")

    assert (answer.status_code, gone.status_code) == (403, 403)


async def test_a_picture_is_its_tenants(shop, house, database):
    other = await make_tenant(database)
    mine = (await put(shop.client, await shop.reward(), picture())).json()
    path = mine["picture"]["large"]
    theirs = path.replace(encode("tenant", house.tenant.id), encode("tenant", other.tenant.id))
    owner = await joined(other, "owner")

    async with nobody(other) as client:
        client.headers.update(owner.headers)
        written = await put(client, mine, picture())

    assert (await served(house, theirs)).status_code == 404
    assert written.status_code == 404
    for odd in ("/media/x/y.webp", f"{path}/..", path.replace("-large", "-huge")):
        assert (await served(house, odd)).status_code == 404


async def test_files_that_no_reward_has_are_removed_after_a_day(shop, house):
    reward, other = await shop.reward(), await shop.reward()
    first = (await put(shop.client, reward, picture())).json()["picture"]
    await put(shop.client, other, picture())
    second = (await put(shop.client, reward, picture(size=(90, 90)))).json()["picture"]
    await shop.client.delete(f"/v1/rewards/{reward['id']}/picture")
    assert (await shop.read(reward))["picture"] is None

    async def go(**span):
        async with house.work() as work:
            work.now = utc_now() + timedelta(**span)
            return await remove_unused_pictures(work, limit=10)

    assert await go(hours=23) == 0
    assert await go(hours=25) == 1
    assert await go(hours=25) == 0
    # The first one is another reward's, too.
    assert (await served(house, first["large"])).status_code == 200
    assert (await served(house, second["large"])).status_code == 404
    again = (await put(shop.client, reward, picture(size=(90, 90)))).json()["picture"]
    assert again == second
    assert (await served(house, second["small"])).status_code == 200


async def test_a_copy_has_the_picture_too_and_an_archived_reward_takes_none(shop):
    reward = (await put(shop.client, await shop.reward(), picture())).json()

    copy = await shop.client.post(f"/v1/rewards/{reward['id']}/duplicate")
    await shop.client.post(f"/v1/rewards/{reward['id']}/archive")
    refused = await put(shop.client, reward, picture("JPEG"))

    assert copy.json()["picture"] == reward["picture"]
    assert (refused.status_code, refused.json()["code"]) == (409, "reward_archived")


async def test_a_tenant_that_is_purged_leaves_no_files(shop, house):
    found = (await put(shop.client, await shop.reward(), picture())).json()

    await media.remove_all(house.tenant.id)

    assert (await served(house, found["picture"]["large"])).status_code == 404


async def test_an_edit_that_began_from_another_version_is_refused(shop):
    reward = await shop.reward()
    path = f"/v1/rewards/{reward['id']}"
    first = {"name": "Ten off", "version": reward["version"]}
    second = {"cost_points": 90, "version": reward["version"]}

    done = await shop.client.patch(path, json=first)
    refused = await shop.client.patch(path, json=second)

    assert done.json()["version"] == 2
    assert (refused.status_code, refused.json()["code"]) == (409, "version_conflict")
    assert refused.json()["current_version"] == 2
    assert (await shop.read(reward))["cost_points"] == 100
    assert (await shop.client.patch(path, json={"cost_points": 90})).json()["version"] == 3
