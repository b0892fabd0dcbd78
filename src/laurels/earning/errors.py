"""Errors about earning.

AppError
├── RuleNotFound       no such rule
├── RuleArchived       an archived rule is not changed
├── RuleManaged        a setting says what the rule gives
├── UnknownTrigger     no event of that name earns
├── RuleProgramUnknown the rule names a program that is not there
├── TooManyRules       more active rules than may be
├── RulesTooHeavy      the active rules ask more of each line than may be
├── TooMuchToJudge     more lines at once than the rules can judge
└── FactUnknown        the rule asks about what its trigger never has
"""

from typing import ClassVar

from laurels.kit.errors import AppError, Conflict, Invalid, Limited, NotFound


class RuleNotFound(NotFound):
    """There is no earning rule with this id."""

    code: ClassVar[str] = "rule_not_found"


class RuleArchived(Conflict):
    """The rule is archived; restore it, or create a new one."""

    code: ClassVar[str] = "rule_archived"


class RuleManaged(Conflict):
    """This rule is managed by a setting; change the setting instead."""

    code: ClassVar[str] = "rule_managed"


class UnknownTrigger(Invalid):
    """No event with this name can earn points."""

    code: ClassVar[str] = "unknown_trigger"


class RuleProgramUnknown(Invalid):
    """The rule names a program that does not exist; create it first, or choose another one."""

    code: ClassVar[str] = "rule_program_unknown"


class TooManyRules(Conflict):
    """At most 100 rules may be active; pause or archive one first."""

    code: ClassVar[str] = "too_many_rules"


class RulesTooHeavy(Conflict):
    """The active rules would make too many comparisons per purchase line; simplify them."""

    code: ClassVar[str] = "rules_too_heavy"


class TooMuchToJudge(Limited):
    """The request has more lines than the rules can process at once; send fewer."""

    code: ClassVar[str] = "too_much_to_judge"
    retry_after = 1


class FactUnknown(Invalid):
    """The rule uses a fact that its trigger does not have."""

    code: ClassVar[str] = "fact_unknown"


DRAFTING: tuple[type[AppError], ...] = (
    RuleNotFound,
    RuleArchived,
    RuleManaged,
    UnknownTrigger,
    FactUnknown,
    RuleProgramUnknown,
    TooManyRules,
    RulesTooHeavy,
)
"""What stands in the way of a rule that is created or replaced."""
