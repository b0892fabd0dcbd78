"""Who changed what: one entry per change, written in the same transaction.

An audit row outlives what it speaks of; it holds ids and changed values, never secrets.
"""

from .queries import Filter, list_entries
from .service import Note, blank, record, record_all

__all__ = ["Filter", "Note", "blank", "list_entries", "record", "record_all"]
