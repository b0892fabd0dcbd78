"""What a purchase or activity causes and a refund or revocation undoes, in one transaction.

It owns the write routes of purchases and activities and the enrolment of members, because those go
across the books: member, purchase or activity, rules, ledger, totals, outbox.
"""

from . import finding as _finding
from .archiving import archive, block, restore, unblock
from .dry_run import DryRunOut, FollowsOut, follow
from .effect import Settled
from .ending import cancel, complete, find_stuck, settle_waiting
from .recording import record_activities, revoke_activity
from .refunding import Refunded, refund
from .service import award_enrolment, enrol, enrol_all, settle

assert _finding.members, "people are found by what is theirs"

__all__ = [
    "DryRunOut",
    "FollowsOut",
    "Refunded",
    "Settled",
    "archive",
    "award_enrolment",
    "block",
    "cancel",
    "complete",
    "enrol",
    "enrol_all",
    "find_stuck",
    "follow",
    "record_activities",
    "refund",
    "restore",
    "revoke_activity",
    "settle",
    "settle_waiting",
    "unblock",
]
