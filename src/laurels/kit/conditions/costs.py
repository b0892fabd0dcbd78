"""What asking a condition costs, in comparisons: per event, and per element of a collection."""

from dataclasses import dataclass

from .tree import TEXTUAL, AllOf, AnyOf, Condition, Each, Leaf, Not

CHARACTERS_AT_ONCE = 16
"""Looking for a text in another costs as much as a comparison for so many of its characters."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Comparisons at most: `once` for every event, `each` for every element that it has."""

    once: int = 0
    each: int = 0

    def __add__(self, other: "Cost") -> "Cost":
        """Return the cost of both."""
        return Cost(self.once + other.once, self.each + other.each)

    def of(self, elements: int) -> int:
        """Return the comparisons for an event with so many elements."""
        return self.once + self.each * elements


def cost_of(condition: Condition | None) -> Cost:
    """Return the most that asking a condition may cost."""
    match condition:
        case None:
            return Cost()
        case Leaf(op=op, value=value):
            long = len(value) // CHARACTERS_AT_ONCE if isinstance(value, str) else 0
            return Cost(1 + (long if op in TEXTUAL else 0))
        case AllOf(parts) | AnyOf(parts):
            return sum((cost_of(part) for part in parts), Cost())
        case Not(part):
            return cost_of(part)
        case Each(where=where):
            return Cost(1, cost_of(where).once)
