"""The people in a tenant's programme: who they are and what they have bought in all.

A member has an external id (the tenant's own), an e-mail, or both. It never knows of points.
"""

from .errors import MemberNotFound
from .queries import get_facts, get_member, list_members
from .service import Upserted, add_purchases, add_refunds, change, ensure, ensure_new, find, upsert

__all__ = [
    "MemberNotFound",
    "Upserted",
    "add_purchases",
    "add_refunds",
    "change",
    "ensure",
    "ensure_new",
    "find",
    "get_facts",
    "get_member",
    "list_members",
    "upsert",
]
