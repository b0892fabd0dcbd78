"""Every door says who may come in: a permission, or Public."""

from fastapi import APIRouter, FastAPI
from tools.reference.pages import entrances

from laurels import auth
from laurels.api import create_app
from laurels.kit.db.pool import Database
from laurels.kit.http.access import SIGNED_IN
from laurels.permissions import ALL_PERMISSIONS, Permission

from .source import nothing

PUBLIC = {
    "/", "/docs", "/docs/{name}", "/openapi.json", "/healthz", "/readyz", "/metrics",
    # The built pages, which hold nothing of anybody.
    "/console", "/console/{path:path}", "/ui/version.json", "/ui/assets/{name}",
    # Pictures for members and shops; nobody guesses the name of one.
    "/media/{tenant}/{name}",
    # Who comes here has not shown who they are; the body does, or proves nothing.
    "/v1/auth/accept-invitation", "/v1/auth/forgot-password", "/v1/auth/invitation",
    "/v1/auth/refresh", "/v1/auth/reset-password", "/v1/auth/sign-in",
    "/v1/auth/browser/accept-invitation", "/v1/auth/browser/one-time",
    "/v1/auth/browser/refresh", "/v1/auth/browser/sign-in",
}  # fmt: skip


def silent(app: FastAPI) -> list[str]:
    """The routes that state neither a permission nor that they are public."""
    return [f"{door.method} {door.path}" for door in entrances(app) if door.asks is None]


def application() -> FastAPI:
    return create_app(Database("postgresql://"))


def test_every_route_states_its_permission_or_that_it_is_public():
    nothing(silent(application()), "add begin(Permission.…) or Public")


def test_what_is_public_is_known():
    public = {door.path for door in entrances(application()) if door.asks == "public"}

    assert public == PUBLIC


QUESTIONS = {
    "POST /v1/earning-rules/simulate": "a purchase does not fit into an address; nothing is kept",
    "POST /v1/imports/{import_id}/preview": "settings do not fit into an address; nothing is kept",
    "POST /v1/members/search": "criteria do not fit into an address; nothing is kept",
    "POST /v1/segments/preview": "criteria do not fit into an address; nothing is kept",
}
"""Routes that only read, although they are sent something."""


def test_reading_asks_for_no_right_to_write_and_writing_for_no_right_to_read():
    wrong = [
        f"{door.method} {door.path} asks for {door.asks}"
        for door in entrances(application())
        if door.asks not in {None, "public", SIGNED_IN}
        and f"{door.method} {door.path}" not in QUESTIONS
        and (door.method in {"GET", "HEAD"}) != str(door.asks).endswith(":read")
    ]

    nothing(wrong)


def test_every_permission_opens_something():
    asked = {door.asks for door in entrances(application())}

    nothing(sorted(set(Permission) - asked), "no route asks for these")


def test_every_permission_belongs_to_a_role_besides_the_owners():
    given = {p for role, held in auth.ROLES.items() if role is not auth.Role.OWNER for p in held}
    left = ALL_PERMISSIONS - given - auth.OWNERS_ALONE.keys()

    nothing(sorted(left), "give these to a role in permissions.py, or say in OWNERS_ALONE why not")
    nothing(sorted(given & auth.OWNERS_ALONE.keys()), "others have these: take them off the list")
    assert auth.ROLES[auth.Role.OWNER] == ALL_PERMISSIONS


def test_only_doors_of_ones_own_open_to_whoever_is_signed_in():
    own = {door.path for door in entrances(application()) if door.asks == SIGNED_IN}

    assert own == {
        "/v1/me", "/v1/auth/password", "/v1/auth/sessions", "/v1/auth/sessions/{session_id}",
        "/v1/auth/sign-out", "/v1/auth/sign-out-everywhere",
        "/v1/auth/browser/sign-out", "/v1/auth/browser/switch",
        "/v1/exports/lists/{name}",
        "/v1/saved-views", "/v1/saved-views/default", "/v1/saved-views/{saved_view_id}",
    }  # fmt: skip


def test_permissions_are_alphabetical_and_begin_with_a_room():
    from laurels import domains

    assert list(Permission) == sorted(Permission)
    assert {permission.split(":")[0] for permission in Permission} <= set(domains.ROOMS)


def test_a_route_without_a_word_is_found():
    app = application()
    bare = APIRouter(prefix="/v1/bare")

    @bare.get("/things")
    async def things() -> dict[str, str]:
        return {}

    app.include_router(bare)

    @app.post("/v1/barer")
    async def barer() -> dict[str, str]:
        return {}

    assert silent(app) == ["GET /v1/bare/things", "POST /v1/barer"]
