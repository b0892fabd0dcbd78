"""The landing page at `/`, and the API described: `/docs` for people, `/openapi.json`.

Swagger UI comes with the package `fastapi-offline`, so that the page works without the internet
and no visitor's browser calls on others.
"""

from html import escape
from importlib.resources import files

from fastapi import APIRouter, FastAPI, Request, Response
from starlette.exceptions import HTTPException
from starlette.responses import (
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
)

from ..process.offload import offload
from .access import Public
from .web_pages import build_id

router = APIRouter(include_in_schema=False, dependencies=[Public])

_ASSETS = {"swagger-ui-bundle.js": "text/javascript", "swagger-ui.css": "text/css"}
_PAGE_POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline';"
    " frame-ancestors 'none'"
)
_START = """SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#page",
  deepLinking: true,
  persistAuthorization: false,
  validatorUrl: null,
});
"""


@router.get("/")
async def landing(request: Request) -> Response:
    """Lead browsers to the console; tell others what answers here and where to read on."""
    title: str = request.app.title
    version: str = request.app.version
    if "text/html" not in request.headers.get("accept", ""):
        places = {"api": "/v1", "documentation": "/docs", "openapi": "/openapi.json"}
        return JSONResponse({"name": title, "version": version, **places, "ready": "/readyz"})
    if build_id() is not None:
        return RedirectResponse("console/", 302)
    page = (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{escape(title)}</title>"
        f"<h1>{escape(title)} {escape(version)}</h1><p>{escape(request.app.description)}</p>"
        '<ul><li><a href="docs">All endpoints</a><li><a href="openapi.json">OpenAPI</a>'
        '<li><a href="readyz">Is it ready?</a></ul></html>'
    )
    return HTMLResponse(page, headers={"Content-Security-Policy": _PAGE_POLICY})


@router.get("/openapi.json")
async def openapi(request: Request) -> Response:
    """Describe all endpoints to programs."""
    if not hasattr(request.app.state, "described"):
        await offload(_describe, request.app)
    return Response(request.app.state.described, media_type="application/json")


def _describe(app: FastAPI) -> None:
    """Write the description, which takes a second: once, for anybody may ask for it."""
    if not hasattr(app.state, "described"):
        app.state.described = bytes(JSONResponse(app.openapi()).body)


@router.get("/docs")
async def docs(request: Request) -> Response:
    """Show all endpoints, to read and to try."""
    page = (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{escape(request.app.title)}"
        '</title><meta name=viewport content="width=device-width">'
        '<link rel=stylesheet href="docs/swagger-ui.css"><div id=page></div>'
        '<script src="docs/swagger-ui-bundle.js"></script><script src="docs/start.js"></script>'
        "</html>"
    )
    return HTMLResponse(page, headers={"Content-Security-Policy": _PAGE_POLICY})


@router.get("/docs/{name}")
async def docs_asset(name: str) -> Response:
    """Give a file of the page at `/docs`."""
    if name == "start.js":
        return PlainTextResponse(_START, media_type="text/javascript")
    if name not in _ASSETS:
        raise HTTPException(404)
    content = files("fastapi_offline").joinpath("static", name).read_bytes()
    return Response(
        content, media_type=_ASSETS[name], headers={"Cache-Control": "public, max-age=86400"}
    )
