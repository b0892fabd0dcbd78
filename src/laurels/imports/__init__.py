"""Bringing in what happened elsewhere: purchases, refunds and members from CSV files.

A run reads a file row by row; each row is booked, skipped (it was there before) or refused with a
reason and a remedy, kept in the database and in a file. History reaches points and totals, never
webhooks. A broken run is run again. It never decides what a purchase earns: that is `settlement`.
"""

from .errors import FileRefused, TooManyBroken
from .report import Rejection, Report
from .service import Options, has_imported, import_balances, import_members, import_purchases

__all__ = [
    "FileRefused",
    "Options",
    "Rejection",
    "Report",
    "TooManyBroken",
    "has_imported",
    "import_balances",
    "import_members",
    "import_purchases",
]
