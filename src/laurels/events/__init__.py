"""What happened, told later: the catalogue of events and the outbox.

`emit` writes events in the transaction that caused them. Nothing is sent from here.
"""

from .outbox import emit

__all__ = ["emit"]
