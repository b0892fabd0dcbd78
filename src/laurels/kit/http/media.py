"""Uploaded pictures, for everybody who has their address: `/media/<tenant>/<content>.webp`."""

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

from .. import media
from .access import Public

router = APIRouter(include_in_schema=False, dependencies=[Public])

HEADERS = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    # A shop shows them on pages of its own.
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Access-Control-Allow-Origin": "*",
}


@router.api_route("/media/{tenant}/{name}", methods=["GET", "HEAD"])
async def picture(tenant: str, name: str, request: Request) -> Response:
    """Give a picture; its name stands for its content, so whoever asks again has it already."""
    content = await media.read(tenant, name)
    if content is None:
        raise HTTPException(404)
    headers = {**HEADERS, "ETag": f'"{name}"'}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type="image/webp", headers=headers)
