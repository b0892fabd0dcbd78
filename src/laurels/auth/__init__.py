"""Authentication: API keys for machines, and people who sign in, each with a role.

It supplies the authenticator that `kit.http.access` declares; it decides nothing about points. A
login belongs to no tenant; `staff` is what a person is in one of them.
"""

from laurels.permissions import OWNERS_ALONE, ROLES, Role

from .authenticating import KeyAuthenticator
from .changing import ask_reset
from .errors import KeyExpired, KeyRevoked, TokenExpired
from .holding import EVERYTHING
from .links import invitation_link, reset_link
from .logins import find_login, normal, places_of
from .operators import create_operator_key, list_operator_keys, revoke_operator_key
from .service import NewKey, create_key, list_keys, revoke_key
from .sign_in_links import make_operator_link, make_staff_link
from .staff import (
    Invited,
    Newcomer,
    change,
    find_staff,
    invite,
    invite_again,
    list_staff,
    remove,
    restore,
    take_over,
)

__all__ = [
    "EVERYTHING",
    "OWNERS_ALONE",
    "ROLES",
    "Invited",
    "KeyAuthenticator",
    "KeyExpired",
    "KeyRevoked",
    "NewKey",
    "Newcomer",
    "Role",
    "TokenExpired",
    "ask_reset",
    "change",
    "create_key",
    "create_operator_key",
    "find_login",
    "find_staff",
    "invitation_link",
    "invite",
    "invite_again",
    "list_keys",
    "list_operator_keys",
    "list_staff",
    "make_operator_link",
    "make_staff_link",
    "normal",
    "places_of",
    "remove",
    "reset_link",
    "restore",
    "revoke_key",
    "revoke_operator_key",
    "take_over",
]
