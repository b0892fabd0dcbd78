"""What a purchase causes and a refund undoes, in one transaction and fixed order.

It owns the write routes of purchases and the enrolment of members, because those are stories
across the books: member, purchase, rules, ledger, totals, outbox.
"""

from .service import (
    Refunded,
    Settled,
    award_enrolment,
    cancel,
    complete,
    enrol,
    refund,
    settle,
    settle_waiting,
)

__all__ = [
    "Refunded",
    "Settled",
    "award_enrolment",
    "cancel",
    "complete",
    "enrol",
    "refund",
    "settle",
    "settle_waiting",
]
