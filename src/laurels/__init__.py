"""Laurels: something happens, rules decide, the ledger records, the outbox tells."""

__version__ = "0.1.0"
