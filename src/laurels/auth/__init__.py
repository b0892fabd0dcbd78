"""Who is asking: API keys that carry their tenant, with scopes and an end.

It supplies the authenticator that `kit.access` declares; it decides nothing about points.
"""

from .service import EVERYTHING, KeyAuthenticator, NewKey, create_key, list_keys, revoke_key

__all__ = [
    "EVERYTHING",
    "KeyAuthenticator",
    "NewKey",
    "create_key",
    "list_keys",
    "revoke_key",
]
