"""Jobs, their runs, and the test clock over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from laurels.kit.http.access import requires
from laurels.kit.http.openapi import error_responses
from laurels.kit.http.paging import Asked, Page
from laurels.kit.http.route import TransactionalRoute
from laurels.kit.values.fields import Moment
from laurels.kit.work import Work
from laurels.permissions import Permission

from . import asking, clock, queries
from .errors import ClockMoving, ClockTargetInvalid, JobNotFound, JobRunNotFound, NotATestTenant
from .schemas import (
    JobOut,
    JobRunOut,
    JobsOut,
    RunId,
    State,
    TestClockIn,
    TestClockOut,
    TestClockPreviewOut,
)

router = APIRouter(prefix="/v1", tags=["jobs"], route_class=TransactionalRoute)
Reading = Annotated[Work, requires(Permission.JOBS_READ)]
Running = Annotated[Work, requires(Permission.JOBS_RUN)]
JobName = Annotated[str, Path(pattern=r"^[a-z_]{1,40}\.[a-z_]{1,40}$", description="Its name.")]


@router.get("/jobs")
async def list_jobs(work: Reading) -> JobsOut:
    """List what runs by itself: what it does, when, how it last went, and when it is next due."""
    return JobsOut(data=[JobOut.model_validate(job) for job in await asking.list_jobs(work)])


@router.get("/jobs/runs")
async def list_job_runs(
    work: Reading,
    asked: Annotated[Asked, Depends(queries.RUNS)],
    job: Annotated[str | None, Query(max_length=80, description="Of this job only.")] = None,
    state: Annotated[State | None, Query(description="In this state only.")] = None,
) -> Page[JobRunOut]:
    """List runs of jobs, newest first. They are kept for 45 days, the last of each job longer."""
    rows = await queries.list_runs(work, job=job, state=state, asked=asked)
    return rows.page(JobRunOut.model_validate(row) for row in rows)


@router.get("/jobs/runs/{job_run_id}")
@error_responses(JobRunNotFound)
async def get_job_run(job_run_id: RunId, work: Reading) -> JobRunOut:
    """Read a run of a job."""
    return JobRunOut.model_validate(await queries.get_run(work, job_run_id))


@router.post("/jobs/{job}/run", status_code=202)
@error_responses(JobNotFound)
async def run_job(job: JobName, work: Running) -> JobRunOut:
    """Let a job run now. A worker takes it up; the run tells how far it is."""
    return JobRunOut.model_validate(await asking.ask(work, job))


@router.get("/test-clock")
@error_responses(NotATestTenant)
async def get_test_clock(work: Reading) -> TestClockOut:
    """Read where the test tenant's clock stands, and what ran when it was last moved."""
    return TestClockOut.of(await clock.clock_of(work), work.now)


@router.get("/test-clock/preview")
@error_responses(NotATestTenant, ClockTargetInvalid)
async def preview_test_clock(
    work: Reading,
    advance: Annotated[
        str | None, Query(max_length=40, description="A span from where it stands: `P14D`.")
    ] = None,
    now: Annotated[Moment | None, Query(description="Or the moment to move it to.")] = None,
) -> TestClockPreviewOut:
    """Tell what would fall due if the test clock were moved, as far as it is known before.

    Nothing is changed. What falls due only because of what happens on the way is not foreseen.
    """
    found = await clock.preview(work, span=None if now is not None else advance, target=now)
    return TestClockPreviewOut.model_validate(found)


@router.post("/test-clock", status_code=202)
@error_responses(NotATestTenant, ClockMoving, ClockTargetInvalid)
async def move_test_clock(body: TestClockIn, work: Running) -> TestClockOut:
    """Move the test tenant's clock forward; from then on it stands still until it is moved again.

    What falls due on the way happens in order, day by day. Read the clock until it is `ready`.
    """
    if body.now is not None:
        return TestClockOut.of(await clock.set_to(work, body.now), work.now)
    return TestClockOut.of(await clock.advance(work, body.advance or ""), work.now)
