"""Import and export of CSV files.

A run reads a file row by row; each row is booked, skipped (it was there before) or refused with a
reason and a remedy, kept in the database and in a file. History reaches points and totals, never
webhooks. A broken run is run again. It never decides what a purchase earns: that is `settlement`.
An export is of one moment, and the import of its kind reads it back.
"""

from .dialect import Dialect
from .errors import FileRefused, TooManyBroken
from .exporting import EXPORTS, export, note_export
from .report import Rejection, Report
from .service import (
    Options,
    has_imported,
    import_balances,
    import_members,
    import_purchases,
    import_rewards,
    import_vouchers,
)
from .streaming import Exports

__all__ = [
    "EXPORTS",
    "Dialect",
    "Exports",
    "FileRefused",
    "Options",
    "Rejection",
    "Report",
    "TooManyBroken",
    "export",
    "has_imported",
    "import_balances",
    "import_members",
    "import_purchases",
    "import_rewards",
    "import_vouchers",
    "note_export",
]
