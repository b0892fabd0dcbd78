"""What an event earns: rules, and why each award was given.

A rule listens to one event (its trigger), asks its conditions, and awards points within caps.
`award` decides and books; the engine itself never sees a database or a clock.
"""

from .awarding import award, find_award, find_awards, give_back_usage, judge_at_most
from .errors import DRAFTING, RuleNotFound, TooMuchToJudge
from .facts import activity_facts, purchase_facts, without_points
from .judging import Awarded, Occurrence, source_of
from .managed import follow_settings
from .presets import apply_preset
from .schemas import EarningRuleIn
from .service import create_rule, list_rules, replace_rule, set_status
from .settings import EarningSettings
from .simulating import assume_segments, checks_of
from .supplying import supply

__all__ = [
    "DRAFTING",
    "Awarded",
    "EarningRuleIn",
    "EarningSettings",
    "Occurrence",
    "RuleNotFound",
    "TooMuchToJudge",
    "activity_facts",
    "apply_preset",
    "assume_segments",
    "award",
    "checks_of",
    "create_rule",
    "find_award",
    "find_awards",
    "follow_settings",
    "give_back_usage",
    "judge_at_most",
    "list_rules",
    "purchase_facts",
    "replace_rule",
    "set_status",
    "source_of",
    "supply",
    "without_points",
]
