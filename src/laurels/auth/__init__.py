"""Who is asking: API keys that carry their tenant, with scopes and an end.

It supplies the authenticator that `kit.access` declares; it decides nothing about points.
"""

from .authenticating import KeyAuthenticator
from .errors import KeyExpired
from .operators import create_operator_key, list_operator_keys, revoke_operator_key
from .service import EVERYTHING, NewKey, create_key, list_keys, revoke_key

__all__ = [
    "EVERYTHING",
    "KeyAuthenticator",
    "KeyExpired",
    "NewKey",
    "create_key",
    "create_operator_key",
    "list_keys",
    "list_operator_keys",
    "revoke_key",
    "revoke_operator_key",
]
