"""The two pages that links in mails lead to: join, and choose a new password.

The pages load nothing from elsewhere and speak to this API alone.
"""

from importlib.resources import files

from fastapi import APIRouter, Response
from starlette.responses import HTMLResponse, PlainTextResponse

from laurels.kit.http.access import Public

from .links import JOIN, RESET

router = APIRouter(include_in_schema=False, dependencies=[Public])
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
    " form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)


def _page(title: str, name: str, field: str = "") -> Response:
    text = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width"><link rel="stylesheet"'
        f' href="join/page.css"></head><body><main><h1>{title}</h1>'
        f'<p id="said" role="status">One moment …</p><form id="{name}" hidden>{field}'
        '<label>Password<input type="password" name="password" minlength="12" maxlength="256"'
        ' autocomplete="new-password" required></label><button>Save</button></form></main>'
        "<noscript><p>This page needs JavaScript. You can also use the API.</p></noscript>"
        '<script src="join/page.js"></script></body></html>'
    )
    return HTMLResponse(text, headers={"Content-Security-Policy": _POLICY})


@router.get(JOIN)
async def join() -> Response:
    """Show the form in which an invitation is accepted."""
    name = (
        '<label>Your name<input name="name" maxlength="200" autocomplete="name" required></label>'
    )
    return _page("You are invited", "join", name)


@router.get(RESET)
async def reset() -> Response:
    """Show the form in which a new password is chosen."""
    return _page("Choose a new password", "reset")


@router.get(f"{JOIN}/page.js")
async def script() -> Response:
    """Give what the pages do."""
    return PlainTextResponse(_text("page.js"), media_type="text/javascript")


@router.get(f"{JOIN}/page.css")
async def style() -> Response:
    """Give how the pages look."""
    return PlainTextResponse(_text("page.css"), media_type="text/css")


def _text(name: str) -> str:
    return files("laurels.auth").joinpath(name).read_text(encoding="utf-8")
