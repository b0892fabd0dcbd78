"""The ladder of tiers: what each requires and offers, and which one a member has.

Members rise as soon as they meet the criteria. They come down when a refund takes what brought
them up, when a tier that needs maintenance was not earned again, or when one by hand is over;
never by time alone, and never by spending points. It moves no points.
"""

from .assigning import assign, unassign
from .errors import TierArchived, TierNotFound
from .policy import Metrics
from .presets import apply_preset
from .previewing import Preview, preview
from .progress import (
    Progress,
    catch_up,
    lock_progress,
    progress_call,
    read_progress,
    reconsider,
    review_reached,
)
from .proposing import Proposal
from .queries import Standing, distribution, get_tier, has_tiers, history_of, list_tiers, standings
from .reviewing import place, review
from .saving import save_ladder
from .service import archive_tier, change_tier, create_tier, restore_tier
from .settings import TierSettings

__all__ = [
    "Metrics",
    "Preview",
    "Progress",
    "Proposal",
    "Standing",
    "TierArchived",
    "TierNotFound",
    "TierSettings",
    "apply_preset",
    "archive_tier",
    "assign",
    "catch_up",
    "change_tier",
    "create_tier",
    "distribution",
    "get_tier",
    "has_tiers",
    "history_of",
    "list_tiers",
    "lock_progress",
    "place",
    "preview",
    "progress_call",
    "read_progress",
    "reconsider",
    "restore_tier",
    "review",
    "review_reached",
    "save_ladder",
    "standings",
    "unassign",
]
