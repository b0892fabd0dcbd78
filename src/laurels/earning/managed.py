"""Rules that settings keep: who changes the number never meets the rule.

A change of `earning.points_per_dollar` or `earning.welcome_points` writes a new version of the
rule that belongs to it, in the same transaction; 0 and null pause it. Conditions, caps and the
window that somebody gave the rule stay.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from laurels import tenants
from laurels.events.catalogue.members import MemberEnrolled
from laurels.events.catalogue.purchases import PurchaseCompleted
from laurels.kit.work import Work

from . import service
from .schemas import EarningRuleIn
from .settings import EarningSettings


@dataclass(frozen=True, slots=True)
class Managed:
    """A setting and the rule that belongs to it."""

    setting: str
    name: str
    trigger: str
    gift: Callable[[Any], dict[str, Any]]


MANAGED: Final = (
    Managed(
        "points_per_dollar",
        "Points per unit of currency",
        PurchaseCompleted.name,
        lambda rate: {"type": "points_per_money", "rate": format(rate, "f")},
    ),
    Managed(
        "welcome_points",
        "Welcome",
        MemberEnrolled.name,
        lambda points: {"type": "fixed", "points": points},
    ),
)
_KEPT = tuple(
    """
    name trigger conditions caps priority starts_at ends_at stacking exclusion_group program_id
    """.split()
)


@tenants.on_settings_change(EarningSettings)
async def follow_settings(work: Work, before: EarningSettings, after: EarningSettings) -> None:
    """Every rule that a setting manages gives what the setting says by now."""
    for managed in MANAGED:
        value = getattr(after, managed.setting)
        if value != getattr(before, managed.setting):
            await _give(work, managed, value)


async def _give(work: Work, managed: Managed, value: Any) -> None:
    """The rule gives this much and is in force, or it is paused when that is nothing."""
    setting = f"{EarningSettings.section}.{managed.setting}"
    rule = await service.find_managed(work, setting)
    if not value:
        if rule is not None:
            await service.set_status(work, rule["id"], "paused", by_setting=True)
        return
    gift = managed.gift(value)
    if rule is None:
        form = {"name": managed.name, "trigger": managed.trigger, "award": gift}
        await service.create_rule(work, EarningRuleIn.model_validate(form), managed_by=setting)
        return
    award = {**rule["award"], **gift}
    if award != rule["award"]:
        form = {**{name: rule[name] for name in _KEPT}, "award": award}
        await service.replace_rule(
            work, rule["id"], EarningRuleIn.model_validate(form), by_setting=True
        )
    await service.set_status(work, rule["id"], "active", by_setting=True)
