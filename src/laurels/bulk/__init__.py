"""Actions on many members at once, carried out by a job.

Whom an action is for is settled when it is asked for: by ids, or by the filters of the list of
members. A worker then takes them in batches, each one transaction, and keeps what came of every
member. It decides nothing itself: each action is an operation of another room.
"""

from .service import cancel, create, preview

__all__ = ["cancel", "create", "preview"]
