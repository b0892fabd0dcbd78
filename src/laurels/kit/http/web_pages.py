"""The built web pages: their HTML at `/console`, what they load at `/ui`.

The build lies in `laurels/ui`: `./dev` makes it in a checkout, and a wheel brings it along. Names
of files in `assets` hold a hash of their content: browsers keep them for good, the HTML never.
"""

import mimetypes
import re
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, HTMLResponse, JSONResponse

from .access import Public

router = APIRouter(include_in_schema=False, dependencies=[Public])

BUILD = Path(__file__).parents[2] / "ui"
_NAME = re.compile(r"[\w.-]+")
_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
_FOREVER = "public, max-age=31536000, immutable"
# Mantine places menus and draws charts by style attributes, which no nonce can allow. Scripts come
# from here alone.
_POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; manifest-src 'self';"
    " worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_PAGE_HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": _POLICY,
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_MISSING = (
    "<!doctype html><html lang=en><meta charset=utf-8><title>Laurels</title>"
    "<h1>The console was not built</h1><p>In a checkout, <code>./dev run</code> builds it; an"
    " installed wheel has it. The API works without: see <a href=/docs>its endpoints</a>.</html>"
)


@router.api_route("/console", methods=["GET", "HEAD"])
@router.api_route("/console/{path:path}", methods=["GET", "HEAD"])
async def console() -> Response:
    """Give the console; which of its screens, the page itself reads from the address."""
    return _page("console.html")


def _page(name: str) -> Response:
    file = BUILD / name
    if not file.is_file():
        return HTMLResponse(_MISSING, 503, headers=_PAGE_HEADERS)
    return FileResponse(file, media_type="text/html", headers=_PAGE_HEADERS)


@router.get("/ui/version.json")
async def version() -> Response:
    """Tell which build is served, so that an open page learns of a newer one."""
    return JSONResponse({"build": build_id()}, headers={"Cache-Control": "no-cache"})


def build_id() -> str | None:
    """Return what tells this build from others; None without a build."""
    manifest = BUILD / "manifest.json"
    try:
        return _digest(manifest, manifest.stat().st_mtime_ns)
    except OSError:
        return None


@lru_cache(maxsize=4)
def _digest(manifest: Path, _changed: int) -> str:
    return sha256(manifest.read_bytes()).hexdigest()[:16]


@router.get("/ui/assets/{name}")
@router.head("/ui/assets/{name}")
async def asset(name: str, request: Request) -> Response:
    """Give a file that pages load, compressed where the build compressed it."""
    file = BUILD / "assets" / name
    if not _NAME.fullmatch(name) or not file.is_file():
        raise HTTPException(404)
    headers = {
        "Cache-Control": _FOREVER,
        "X-Content-Type-Options": "nosniff",
        "Vary": "Accept-Encoding",
    }
    media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    accepted = _accepted(request.headers.get("accept-encoding", ""))
    for encoding, suffix in _ENCODINGS:
        packed = file.with_name(name + suffix)
        if encoding in accepted and packed.is_file():
            headers["Content-Encoding"] = encoding
            file = packed
            break
    # A name stands for one content, so whoever asks again has it already.
    if request.headers.get("if-none-match"):
        return Response(status_code=304, headers=headers)
    return FileResponse(file, media_type=media_type, headers=headers)


def _accepted(header: str) -> set[str]:
    """Return the encodings that a browser takes; one with a weight of zero it does not."""
    parts = [part.replace(" ", "").lower().split(";") for part in header.split(",")]
    return {part[0] for part in parts if not {"q=0", "q=0.0", "q=0.00", "q=0.000"} & set(part[1:])}
