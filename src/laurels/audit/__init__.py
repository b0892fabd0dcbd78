"""Who changed what: one row beside each change, written in the same transaction.

An audit row outlives what it speaks of; it holds ids and changed values, never secrets.
"""

from .service import Note, record, record_all

__all__ = ["Note", "record", "record_all"]
