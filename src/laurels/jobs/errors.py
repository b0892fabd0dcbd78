"""Errors about jobs and test clocks.

AppError
├── JobNotFound           no job of that name
├── JobRunNotFound        no such run
├── RunOvertaken          another worker has taken the run up
├── NotATestTenant        only test tenants have a movable clock
├── ClockMoving           the clock is on its way already
└── ClockTargetInvalid    it cannot go there
"""

from typing import ClassVar

from laurels.kit.errors import Conflict, Invalid, NotFound


class JobNotFound(NotFound):
    """There is no job of this name; `GET /v1/jobs` lists them."""

    code: ClassVar[str] = "job_not_found"


class JobRunNotFound(NotFound):
    """There is no such run; runs are kept for 45 days, the last of each job longer."""

    code: ClassVar[str] = "job_run_not_found"


class RunOvertaken(Conflict):
    """Another worker has taken this run up; nothing of this attempt's last step is kept."""

    code: ClassVar[str] = "run_overtaken"


class NotATestTenant(Conflict):
    """Only a test tenant has a clock that can be moved; create one with `--test`."""

    code: ClassVar[str] = "not_a_test_tenant"


class ClockMoving(Conflict):
    """The test clock is still on its way; wait until its status is `ready`."""

    code: ClassVar[str] = "test_clock_moving"


class ClockTargetInvalid(Invalid):
    """The test clock cannot go there."""

    code: ClassVar[str] = "test_clock_target_invalid"
