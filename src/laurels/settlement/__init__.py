"""What a purchase causes and a refund undoes, in one transaction and fixed order.

It owns the write routes of purchases and the enrolment of members, because those are stories
across the books: member, purchase, rules, ledger, totals, outbox.
"""

from .archiving import archive, restore
from .effect import Settled
from .ending import cancel, complete, find_stuck, settle_waiting
from .refunding import Refunded, refund
from .rehearsal import DryRunOut, FollowsOut, follow
from .service import award_enrolment, enrol, settle

__all__ = [
    "DryRunOut",
    "FollowsOut",
    "Refunded",
    "Settled",
    "archive",
    "award_enrolment",
    "cancel",
    "complete",
    "enrol",
    "find_stuck",
    "follow",
    "refund",
    "restore",
    "settle",
    "settle_waiting",
]
