"""The ladders that tenants start with."""

from decimal import Decimal
from typing import Any

from laurels.kit.work import Work

from .schemas import TierIn
from .service import create_tier

LADDERS: dict[str, tuple[dict[str, Any], ...]] = {
    "shopify": (
        {"name": "Bronze", "color": "#CD7F32", "min_points": 0, "is_default": True},
        {
            "name": "Silver",
            "color": "#C0C0C0",
            "min_points": 1000,
            "points_multiplier": Decimal("1.25"),
        },
        {
            "name": "Gold",
            "color": "#FFD700",
            "min_points": 5000,
            "points_multiplier": Decimal("1.50"),
        },
        {
            "name": "Platinum",
            "color": "#E5E4E2",
            "min_points": 15_000,
            "points_multiplier": Decimal("2.00"),
        },
    )
}
"""Tiers by preset, the lowest first; a preset that is not here has none."""


async def apply_preset(work: Work, preset: str) -> None:
    """The tenant has the tiers of its preset."""
    for level, values in enumerate(LADDERS.get(preset, ()), start=1):
        tier = TierIn.model_validate({"level": level, **values})
        # There are no members yet who could be reviewed.
        await create_tier(work, tier.model_dump(), review=False)
