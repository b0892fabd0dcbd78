"""The people in a tenant's programme, with their lifetime totals.

A member has an external id (the tenant's own), an e-mail, or another identity. It never knows of
points.
"""

from .archiving import archive, block, restore, unblock
from .choosing import MemberFilter, choose, count
from .erasing import erase
from .errors import MemberArchived, MemberBlocked, MemberErased, MemberMerged, MemberNotFound
from .exporting import export
from .finding import lead, survivors
from .merging import Merge, merge, unmerge
from .queries import (
    Present,
    count_active,
    enrolled_since,
    facts_call,
    find_by_anything,
    find_by_email,
    find_by_identity,
    get_facts,
    get_member,
    list_born_on,
    list_members,
    lock_present,
    narrow,
    read_facts,
    require_active,
    walk,
)
from .service import (
    Ensured,
    Upserted,
    add_purchases,
    add_refunds,
    change,
    ensure,
    ensure_new,
    find,
    look_up,
    set_totals,
    upsert,
)

__all__ = [
    "Ensured",
    "MemberArchived",
    "MemberBlocked",
    "MemberErased",
    "MemberFilter",
    "MemberMerged",
    "MemberNotFound",
    "Merge",
    "Present",
    "Upserted",
    "add_purchases",
    "add_refunds",
    "archive",
    "block",
    "change",
    "choose",
    "count",
    "count_active",
    "enrolled_since",
    "ensure",
    "ensure_new",
    "erase",
    "export",
    "facts_call",
    "find",
    "find_by_anything",
    "find_by_email",
    "find_by_identity",
    "get_facts",
    "get_member",
    "lead",
    "list_born_on",
    "list_members",
    "lock_present",
    "look_up",
    "merge",
    "narrow",
    "read_facts",
    "require_active",
    "restore",
    "set_totals",
    "survivors",
    "unblock",
    "unmerge",
    "upsert",
    "walk",
]
