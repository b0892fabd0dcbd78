"""What members do besides buying: reviews, shares, visits, birthdays, whatever the tenant names.

A deed is recorded once per source and external id, and may be revoked once. It never knows of
points: what a deed earns and a revocation takes back is `settlement`.
"""

from .errors import DeedAltered, DeedInvalid, DeedNotFound
from .queries import DEEDS, celebrated, find_by_key, find_deeds, ids_of, list_deeds, lock
from .recording import BIRTHDAY, OURS, NewDeed, Recorded, check, record
from .service import set_revoked

__all__ = [
    "BIRTHDAY",
    "DEEDS",
    "OURS",
    "DeedAltered",
    "DeedInvalid",
    "DeedNotFound",
    "NewDeed",
    "Recorded",
    "celebrated",
    "check",
    "find_by_key",
    "find_deeds",
    "ids_of",
    "list_deeds",
    "lock",
    "record",
    "set_revoked",
]
