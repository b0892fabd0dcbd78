"""What is made of an endpoint's answer: pure, values in and a verdict out."""

from collections.abc import Sequence
from dataclasses import dataclass

from .sending import MAX_WAIT_SECONDS, Answer

DELAYS_SECONDS = (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""How long a delivery waits after each failed attempt: ten attempts within about three days."""
JITTER = 0.1


@dataclass(frozen=True, slots=True)
class Verdict:
    """The state of a delivery after an attempt, and in how many seconds it is due if it waits."""

    state: str
    wait_seconds: float = 0.0
    gone: bool = False


def judge(
    answer: Answer, *, failed_before: int, chance: float, delays: Sequence[float] = DELAYS_SECONDS
) -> Verdict:
    """Return what becomes of a delivery; `chance` from 0 to 1 spreads retries of one moment.

    2xx delivers, 410 stops the endpoint, everything else is tried again until the delays are
    used up. A `Retry-After` may lengthen a delay, to a day at most; it never shortens one.
    """
    if answer.status is not None and 200 <= answer.status < 300:
        return Verdict("delivered")
    if answer.status == 410:
        return Verdict("stopped", gone=True)
    if failed_before >= len(delays):
        return Verdict("dead")
    wait = delays[failed_before] * (1 + JITTER * (2 * chance - 1))
    asked = min(answer.retry_after or 0.0, MAX_WAIT_SECONDS)
    return Verdict("waiting", max(wait, asked))
