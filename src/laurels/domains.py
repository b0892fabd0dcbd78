"""The list of rooms, once. The API, the worker and the migrations read it."""

from importlib import import_module, util
from inspect import getdoc
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import MetaData

ROOMS: tuple[str, ...] = (
    "audit",
    "events",
    "tenants",
    "jobs",
    "auth",
    "members",
    "ledger",
    "purchases",
    "activities",
    "tiers",
    "segments",
    "rewards",
    "earning",
    "settlement",
    "imports",
    "platform",
)
"""Every room, from the bottom of the stairs to the top."""

TABLES_OF_NO_TENANT: dict[str, str] = {
    "alembic_version": "which migration the schema is at",
    "schema_files": "which SQL functions are in force",
    "login_tenants": "the mapping that the policies themselves read",
    "operator_keys": "operators work for the platform, not for a tenant",
    "password_resets": "a password belongs to a person, who may work for several tenants",
    "plans": "one list of plans for all tenants",
    "platform_settings": "settings of the installation as a whole",
    "platform_settings_history": "what those settings were",
    "sign_in_throttles": "who tries to sign in is not known yet, nor for which tenant",
    "users": "one login for all tenants that a person works for; `staff` is the tenant's part",
}
"""Tables without a tenant's wall, each with its reason (`tenants` has one on its own id)."""

# The jobs; then the parts of rooms in the lives of members, which are played in this order, from
# the bottom to the top; last what rooms do about events, which stands on the activities of others.
for _part in ("jobs", "people", "handlers"):
    for _room in ROOMS:
        if util.find_spec(f"laurels.{_room}.{_part}"):
            import_module(f"laurels.{_room}.{_part}")

from laurels import earning, ledger, tiers  # noqa: E402 - after the jobs are known

FURNISHERS = (ledger.furnish, tiers.furnish, earning.furnish)
"""The rooms' own parts of presets, from the bottom of the stairs to the top."""


def load_models() -> "MetaData":
    """Return all tables. Only migrations, the reference pages and tests want them."""
    from laurels.kit.tables import Base

    for room in ("kit", *ROOMS):
        if util.find_spec(f"laurels.{room}.models"):
            import_module(f"laurels.{room}.models")
    return Base.metadata


def sentences() -> dict[str, str]:
    """Return what every room is for: the first sentence at its doorbell."""
    found = {room: getdoc(import_module(f"laurels.{room}")) or "" for room in ROOMS}
    return {room: text.split("\n\n")[0].replace("\n", " ") for room, text in found.items()}
