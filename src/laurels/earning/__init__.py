"""What an event earns: rules, and why each award was given.

A rule listens to one event (its trigger), asks its conditions, and awards points within caps.
`award` decides and books; the engine itself never sees a database or a clock.
"""

from .awarding import award, find_award, find_awards, give_back_usage, judge_at_most
from .errors import RuleNotFound, TooMuchToJudge
from .facts import activity_facts, purchase_facts, without_points
from .judging import Awarded, Occurrence, source_of
from .managed import follow_settings
from .presets import apply_preset
from .service import create_rule
from .settings import EarningSettings
from .supplying import supply

__all__ = [
    "Awarded",
    "EarningSettings",
    "Occurrence",
    "RuleNotFound",
    "TooMuchToJudge",
    "activity_facts",
    "apply_preset",
    "award",
    "create_rule",
    "find_award",
    "find_awards",
    "follow_settings",
    "give_back_usage",
    "judge_at_most",
    "purchase_facts",
    "source_of",
    "supply",
    "without_points",
]
