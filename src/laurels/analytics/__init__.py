"""Analytics: what the books of a period add up to.

It reads the books of all rooms and decides nothing. Figures are counted when they are asked for, so
they know what was booked a moment ago, also for days that are long gone.
"""

from .first_steps import FirstSteps, first_steps
from .overview import Overview, Span, overview

__all__ = ["FirstSteps", "Overview", "Span", "first_steps", "overview"]
