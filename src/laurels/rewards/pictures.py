"""Pictures of rewards: read as what they are, drawn anew, stored by their content.

Nothing of the file that was sent is served: its pixels are drawn again, so whatever else it holds,
a place, a script, a second file behind the first, is left behind.
"""

import asyncio
import struct
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from uuid import UUID

from PIL import Image, ImageOps

from laurels import audit
from laurels.kit import media
from laurels.kit.db.sql import statements
from laurels.kit.work import Work

from . import queries
from .errors import PictureTooLarge, PictureUnreadable, RewardArchived
from .queries import Row
from .service import lock

SQL = statements(__name__)

KINDS = ("image/jpeg", "image/png", "image/webp", "image/gif")
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
MAX_PIXELS = 40_000_000
EDGES = {"large": 1200, "small": 400}
QUALITY = 82
_TROUBLE = (OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, struct.error)
"""What Pillow raises for files that are not what they say, besides its own errors."""
_one_at_a_time = asyncio.Semaphore(1)
"""A picture of that many pixels takes 160 MB while it is drawn."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture as it is stored: its files by size, called by the content of the larger one."""

    digest: str
    width: int
    height: int
    files: dict[str, bytes]


def draw(content: bytes) -> Drawn:
    """Return the picture of a file, drawn anew. Raise PictureUnreadable or PictureTooLarge."""
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as image:
            # The size stands in the head of the file: nothing is unpacked before it is known.
            if image.width * image.height > MAX_PIXELS:
                msg = (
                    f"The picture has {image.width} by {image.height} pixels; at most 40 million"
                    " are accepted. Make it smaller."
                )
                raise PictureTooLarge(msg)
            edge = EDGES["large"]
            image.draft("RGB", (edge, edge))
            upright = ImageOps.exif_transpose(image)
            whole = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureTooLarge from error
    except Image.UnidentifiedImageError as error:
        raise PictureUnreadable from error
    except _TROUBLE as error:
        msg = "The picture is damaged or incomplete; save it again and upload it once more."
        raise PictureUnreadable(msg) from error
    files: dict[str, bytes] = {}
    sizes: dict[str, tuple[int, int]] = {}
    for size, edge in EDGES.items():
        scaled = ImageOps.contain(whole, (edge, edge)) if max(whole.size) > edge else whole
        target = BytesIO()
        Image.Image.save(scaled, target, "WEBP", quality=QUALITY, exif=b"", icc_profile=b"")
        files[size] = target.getvalue()
        sizes[size] = scaled.size
    return Drawn(sha256(files["large"]).hexdigest(), *sizes["large"], files)


async def set_picture(work: Work, reward_id: UUID, content: bytes) -> None:
    """The reward has this picture.

    Raise RewardNotFound, RewardArchived, PictureUnreadable or PictureTooLarge.
    """
    _refuse_archived(await queries.get_reward(work, reward_id))
    async with _one_at_a_time:
        drawn = await asyncio.to_thread(draw, content)
    before = await _lock(work, reward_id)
    # The row first: whoever removes files of pictures nobody uses waits for it, or is waited for.
    await work.fetch(SQL.keep_picture, work.tenant_id, drawn.digest, drawn.width, drawn.height)
    for size, file in drawn.files.items():
        await media.put(work.tenant_id, drawn.digest, size, file)
    await _set(work, before, drawn.digest)


async def remove_picture(work: Work, reward_id: UUID) -> None:
    """The reward has no picture; a repeat changes nothing. Raise RewardNotFound, RewardArchived."""
    await _set(work, await _lock(work, reward_id), None)


async def remove_unused(work: Work, *, limit: int) -> int:
    """The files of pictures that no reward has had for a day are gone; return how many."""
    rows = await work.fetch(SQL.unused_pictures, work.tenant_id, work.now, limit)
    digests = [row[0] for row in rows]
    for digest in digests:
        await media.remove(work.tenant_id, digest)
    await work.fetch(SQL.pictures_are_removed, work.tenant_id, digests)
    return len(digests)


async def _lock(work: Work, reward_id: UUID) -> Row:
    return _refuse_archived(await lock(work, reward_id))


def _refuse_archived(reward: Row) -> Row:
    if reward["archived_at"] is not None:
        raise RewardArchived
    return reward


async def _set(work: Work, before: Row, digest: str | None) -> None:
    was = before["picture"]
    if was == digest:
        return
    await work.fetch(SQL.set_picture, work.tenant_id, before["id"], digest)
    if was is not None:
        await work.fetch(SQL.touch_picture, work.tenant_id, was)
    await audit.record(
        work,
        "reward.picture_changed" if digest else "reward.picture_removed",
        "reward",
        before["id"],
        before={"picture": was},
        after={"picture": digest},
    )
