"""Pure: the states of a redemption and what leads from one to another.

    pending ──> completed ──> used ──> (refunded, by force)
       │            ├───────> expired ──> (refunded, by force)
       │            └───────> refunded
       ├──> failed
       └──> cancelled

A failed attempt to deliver leaves a redemption pending. Failed, cancelled and refunded redemptions
have given their points back; expired ones only where the tenant's settings say so.
"""

from collections.abc import Mapping

from .errors import ForceNeeded, RedemptionMoved

STATES = ("pending", "completed", "used", "expired", "failed", "cancelled", "refunded")
ENDED = ("expired", "failed", "cancelled", "refunded")
RETURNED = ("failed", "cancelled", "refunded")
"""States in which a redemption counts no more: not for limits, not for sums."""

PATHS: Mapping[str, Mapping[str, str]] = {
    "complete": {"pending": "completed"},
    "fail": {"pending": "failed"},
    "cancel": {"pending": "cancelled"},
    "use": {"completed": "used"},
    "expire": {"completed": "expired"},
    "reopen": {"used": "completed"},
    "refund": {"completed": "refunded"},
}
"""What each operation makes of which state; from every other state it is refused."""
FORCED: Mapping[str, str] = {"used": "refunded", "expired": "refunded"}
"""What a refund does only when somebody insists and says why."""

_DONE = {
    "complete": "completed",
    "fail": "failed",
    "cancel": "cancelled",
    "use": "used",
    "expire": "expired",
    "reopen": "opened again",
    "refund": "refunded",
}


def transition(operation: str, state: str, *, force: bool = False) -> str:
    """Return the state that an operation leads to.

    Raise RedemptionMoved, or ForceNeeded for a refund.
    """
    paths = PATHS[operation]
    if state in paths:
        return paths[state]
    if operation == "refund" and state in FORCED:
        if force:
            return FORCED[state]
        raise ForceNeeded(state=state)
    from_where = " or ".join(f"`{each}`" for each in paths)
    msg = f"The redemption is `{state}`; only one that is {from_where} can be {_DONE[operation]}."
    raise RedemptionMoved(msg, state=state)
