"""What runs by itself: which job for which tenant in which period, and how it ended.

Rooms declare jobs (`kit.jobs`); here their runs are planned, carried out and kept, so that a run of
a period happens once, survives the worker that had it, and can be looked at. A test clock is moved
here too, because moving it runs what falls due on the way. It knows nothing of what jobs do.
"""

from .asking import ask, list_jobs, run_now
from .clock import ClockView, advance, clock_of, set_to
from .errors import JobNotFound, JobRunNotFound, RunOvertaken
from .planning import Planner
from .queries import RunView, get_run, list_runs, tenants_last_runs
from .running import Attempt, Stopped, carry_out
from .working import claim, run_jobs, run_planner

__all__ = [
    "Attempt",
    "ClockView",
    "JobNotFound",
    "JobRunNotFound",
    "Planner",
    "RunOvertaken",
    "RunView",
    "Stopped",
    "advance",
    "ask",
    "carry_out",
    "claim",
    "clock_of",
    "get_run",
    "list_jobs",
    "list_runs",
    "run_jobs",
    "run_now",
    "run_planner",
    "set_to",
    "tenants_last_runs",
]
