"""Where uploaded files lie: a folder, or a bucket that speaks S3.

A file is called by its tenant and its content, so it never changes, and what is served under one
tenant's address is that tenant's.
"""

import re
from functools import lru_cache
from uuid import UUID

import obstore
from obstore.store import LocalStore, ObjectStore, from_url

from laurels.config import settings

from .values.ids import decode, encode

SIZES = ("large", "small")
NAME = re.compile(r"[0-9a-f]{64}-(?:large|small)\.webp")


@lru_cache(maxsize=1)
def store() -> ObjectStore:
    """Return the store that the environment names."""
    place = settings().media
    if place is not None and "://" in place:
        return from_url(place)
    return LocalStore(place or settings().data_dir / "media", mkdir=True)


def path_of(tenant_id: UUID, digest: str, size: str) -> str:
    """Return the path of a file below the address of the API."""
    return f"/media/{encode('tenant', tenant_id)}/{digest}-{size}.webp"


async def put(tenant_id: UUID, digest: str, size: str, content: bytes) -> None:
    """The file is stored; the same again changes nothing."""
    await obstore.put_async(store(), _key(tenant_id, f"{digest}-{size}.webp"), content)


async def read(tenant: str, name: str) -> bytes | None:
    """Return a file by the words of its address; None when there is none."""
    try:
        tenant_id = decode("tenant", tenant)
    except ValueError:
        return None
    if not NAME.fullmatch(name):
        return None
    try:
        found = await obstore.get_async(store(), _key(tenant_id, name))
    except FileNotFoundError:
        return None
    return bytes(await found.bytes_async())


async def remove(tenant_id: UUID, digest: str) -> None:
    """The files of this content are gone; those that were not there are no trouble."""
    for size in SIZES:
        try:
            await obstore.delete_async(store(), _key(tenant_id, f"{digest}-{size}.webp"))
        except FileNotFoundError:
            continue


async def remove_all(tenant_id: UUID) -> None:
    """No file of this tenant is left."""
    # The library leaves the type of its other kind of answer open.
    files = store()
    pages = files.list(encode("tenant", tenant_id))  # pyright: ignore[reportUnknownMemberType]
    async for page in pages:
        await obstore.delete_async(files, [each["path"] for each in page])


def _key(tenant_id: UUID, name: str) -> str:
    return f"{encode('tenant', tenant_id)}/{name}"
