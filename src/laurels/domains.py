"""What the rooms bring along: the API, the worker and the migrations find it here by its name.

A room has what it has in files of fixed names (`routes.py`, `jobs.py`, `models.py`, ...), and in
its public interface what it adds to presets and to the worker. Nobody keeps lists of these:
whatever is there is taken, in the order of the layers.
"""

import asyncio
from collections.abc import Awaitable, Callable
from importlib import import_module
from importlib.util import find_spec
from inspect import getdoc
from types import ModuleType
from typing import TYPE_CHECKING

from laurels.layers import ROOMS

if TYPE_CHECKING:
    from sqlalchemy import MetaData

    from laurels.kit.db.pool import Database
    from laurels.tenants import PresetInstaller

TABLES_OF_NO_TENANT: dict[str, str] = {
    "alembic_version": "which migration the schema is at",
    "schema_files": "which SQL functions are in force",
    "login_tenants": "the mapping that the policies themselves read",
    "operator_keys": "operators work for the platform, not for a tenant",
    "password_resets": "a password belongs to a person, who may work for several tenants",
    "plans": "one list of plans for all tenants",
    "platform_settings": "settings of the installation as a whole",
    "platform_settings_history": "what those settings were",
    "sign_in_links": "a login belongs to a person, and an operator to no tenant",
    "sign_in_throttles": "who tries to sign in is not known yet, nor for which tenant",
    "users": "one login for all tenants that a person works for; `staff` is the tenant's part",
}
"""Tables without a tenant's wall, each with its reason (`tenants` has one on its own id)."""


def modules(name: str) -> list[ModuleType]:
    """Return the modules of this name that rooms have, from the bottom to the top, imported."""
    places = [f"laurels.{room}.{name}" for room in ROOMS]
    return [import_module(place) for place in places if find_spec(place)]


# Whatever is declared by being imported: the jobs; what carries messages out of the system; then
# the parts of rooms in the lives of members, played in this order; last what rooms do about
# events, which stands on the operations of others.
for _name in ("jobs", "providers", "member_lifecycle", "handlers"):
    modules(_name)

_INTERFACES = [import_module(f"laurels.{room}") for room in ROOMS]
PRESET_INSTALLERS: "tuple[PresetInstaller, ...]" = tuple(
    room.apply_preset for room in _INTERFACES if hasattr(room, "apply_preset")
)
"""The rooms' own parts of presets: what is called `apply_preset` in their public interfaces."""
LOOPS: "dict[str, Callable[[Database, asyncio.Event], Awaitable[None]]]" = {
    name: loop for room in _INTERFACES for name, loop in getattr(room, "LOOPS", {}).items()
}
"""What goes on in a worker, by name: what rooms have in `LOOPS` in their public interfaces."""


def load_models() -> "MetaData":
    """Return all tables. Only migrations, the reference pages and tests want them."""
    from laurels.kit.db import models
    from laurels.kit.db.tables import Base

    assert models, "the tables of the kit come first"
    modules("models")
    return Base.metadata


def sentences() -> dict[str, str]:
    """Return what every room is for: the first sentence of its public interface."""
    found = {
        room: getdoc(interface) or "" for room, interface in zip(ROOMS, _INTERFACES, strict=True)
    }
    return {room: text.split("\n\n")[0].replace("\n", " ") for room, text in found.items()}
