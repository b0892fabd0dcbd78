"""The earning rules that tenants start with."""

from typing import Any, Final

from laurels import tenants
from laurels.events.catalogue.activities import ActivityRecorded, MemberBirthday
from laurels.events.catalogue.purchases import PurchaseCompleted
from laurels.kit.work import Work

from .schemas import EarningRuleIn
from .service import create_rule
from .settings import EarningSettings

SETTINGS: Final[dict[str, dict[str, Any]]] = {
    "shopify": {"points_per_dollar": "1.00", "welcome_points": 100}
}
"""Settings of the section `earning` by preset; each keeps a rule."""

_OF_KIND = {"field": "activity.kind", "op": "eq"}
RULES: Final[dict[str, tuple[tuple[str, dict[str, Any]], ...]]] = {
    "plain": (
        (
            "active",
            {
                "name": "One point per currency unit",
                "trigger": PurchaseCompleted.name,
                "award": {"type": "points_per_money", "rate": "1"},
            },
        ),
    ),
    "shopify": (
        (
            "active",
            {
                "name": "Birthday bonus of the tier",
                "trigger": MemberBirthday.name,
                "award": {
                    "type": "per_unit",
                    "points": 1,
                    "unit": "1",
                    "of": "member.tier_birthday_bonus_points",
                },
            },
        ),
        (
            "paused",
            {
                "name": "A review",
                "trigger": ActivityRecorded.name,
                "conditions": {**_OF_KIND, "value": "review"},
                "award": {"type": "fixed", "points": 50},
                "caps": [{"period": "day", "points": 150}],
            },
        ),
        (
            "paused",
            {
                "name": "A share",
                "trigger": ActivityRecorded.name,
                "conditions": {**_OF_KIND, "value": "social_share"},
                "award": {"type": "fixed", "points": 25},
                "caps": [{"period": "day", "points": 25}],
            },
        ),
    ),
}
"""Rules by preset, each with its status. Samples are paused: a new shop owes only what it said."""


async def apply_preset(work: Work, preset: str) -> None:
    """The tenant has the earning rules of its preset."""
    if preset in SETTINGS:
        await tenants.change_section(work, EarningSettings.section, SETTINGS[preset])
    for status, rule in RULES.get(preset, ()):
        await create_rule(work, EarningRuleIn.model_validate(rule), status=status)
