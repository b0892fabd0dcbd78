"""What members do besides buying: reviews, shares, visits, birthdays, whatever the tenant names.

An activity is recorded once per source and external id, and may be revoked once. It never knows of
points: what an activity earns and a revocation takes back is `settlement`.
"""

from .errors import ActivityAltered, ActivityInvalid, ActivityNotFound
from .queries import (
    ACTIVITIES,
    celebrated,
    find_activities,
    find_by_key,
    ids_of,
    list_activities,
    lock,
)
from .recording import BIRTHDAY, OURS, NewActivity, Recorded, check, record
from .service import set_revoked

__all__ = [
    "ACTIVITIES",
    "BIRTHDAY",
    "OURS",
    "ActivityAltered",
    "ActivityInvalid",
    "ActivityNotFound",
    "NewActivity",
    "Recorded",
    "celebrated",
    "check",
    "find_activities",
    "find_by_key",
    "ids_of",
    "list_activities",
    "lock",
    "record",
    "set_revoked",
]
