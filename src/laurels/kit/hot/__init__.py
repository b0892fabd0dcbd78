"""Hot routes: what arrives while a transaction is under way is booked together by the next one.

`requires_batched(permission)` makes a route hot. Its endpoint validates nothing and opens nothing:
it hands an operation and what it is to be done with to `caller.submit`. The operation takes many
items at once and returns an answer or an error for each (docs/decisions/0026).
"""

from .batch import Caller, Item, Operation
from .context import prefetch
from .route import requires_batched

__all__ = ["Caller", "Item", "Operation", "prefetch", "requires_batched"]
