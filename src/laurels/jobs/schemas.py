"""What the API says about jobs, their runs and test clocks."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from laurels.kit.http.paging import Whole
from laurels.kit.values.fields import IdOf, Moment, Schema, View

from .clock import ClockView

RunId = Annotated[UUID, IdOf("job_run")]
State = Literal["waiting", "running", "done", "failed"]


class JobRunOut(View):
    """One run of a job. `done` counts up while it runs, towards `total` where that is known."""

    id: RunId
    job: str = Field(description="Name of the job.")
    period: str = Field(
        description="What the run is for, such as a local day; one run per job and period."
    )
    origin: Literal["schedule", "hand", "clock"] = Field(
        description="What asked for it: the `schedule`, a `hand`, or the test `clock`."
    )
    state: State = Field(description="`waiting`, `running`, `done` or `failed`.")
    due_at: datetime = Field(description="When it was due.")
    created_at: datetime
    started_at: datetime | None = Field(description="When a worker took it up; null until then.")
    finished_at: datetime | None = Field(description="When it ended; null until then.")
    attempts: int = Field(description="How often it was tried.")
    done: int = Field(description="How much is done.")
    total: int | None = Field(description="How much there is to do; null where that is not known.")
    result: dict[str, Any] | None = Field(
        description="What came of it, by job; null until it is done."
    )
    error: str | None = Field(description="What went wrong the last time; null when nothing did.")


class TimingOut(View):
    """When a job runs, in parts, to say it in any language."""

    kind: Literal["daily", "weekly", "monthly", "every"] = Field(description="How it comes back.")
    at: str | None = Field(default=None, description="Time of the tenant's clock, such as `03:00`.")
    weekday: int | None = Field(default=None, description="1 is Monday.")
    day: int | None = Field(default=None, description="Day of the month, or its last one.")
    minutes: int | None = Field(default=None, description="So many minutes apart.")
    where_waiting: bool = Field(description="Only where something waits for it.")


class JobOut(View):
    """A job, when it runs, and how it last went."""

    name: str = Field(description="Name of the job.")
    description: str = Field(description="What it does.")
    schedule: str = Field(description="When it runs, in words.")
    timing: TimingOut = Field(description="The same in parts.")
    next_at: datetime | None = Field(description="When it is next due; null: not by itself.")
    last_run: JobRunOut | None = Field(description="How it last went; null: it never ran.")


class JobsOut(Whole):
    """All jobs by name."""

    data: list[JobOut] = Field(description="All jobs, by name.")


class TestClockIn(Schema):
    """Where the clock is to go: a moment, or a span from where it stands."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"advance": "P14D"}]})

    __test__ = False

    now: Moment | None = Field(default=None, description="Such as `2027-01-01T00:00:00Z`.")
    advance: Annotated[str, StringConstraints(max_length=40)] | None = Field(
        default=None,
        description="ISO 8601: `P14D`, `P1Y6M`, `PT36H`. Days and months are the tenant's own.",
        examples=["P14D"],
    )

    @model_validator(mode="after")
    def one_of_both(self) -> Self:
        """Refuse both, and neither."""
        if (self.now is None) == (self.advance is None):
            msg = "send either `now`, a moment, or `advance`, a span such as `P14D`"
            raise ValueError(msg)
        return self


class DueOut(View):
    """What would fall due on the way of a test clock, of one job."""

    job: str = Field(description="Name of the job.")
    description: str = Field(description="What it does.")
    first_at: datetime = Field(description="When it is first due.")
    runs: int | None = Field(
        description="How often it would run by the calendar; null: as often as something falls due."
    )


class TestClockPreviewOut(View):
    """What would fall due if a test clock were moved."""

    __test__ = False

    now: datetime = Field(description="Where the clock stands.")
    target: datetime = Field(description="Where it would stand.")
    due: list[DueOut] = Field(description="What would fall due on the way, the first one first.")


class TestClockOut(View):
    """Where the tenant's time stands. While `advancing`, things happen on the way to `target`."""

    __test__ = False

    now: datetime = Field(description="Where the tenant's time stands.")
    status: Literal["real", "ready", "advancing"] = Field(
        description="`real`: the clock was never moved. `ready`: it stands still. `advancing`:"
        " things happen on the way to `target`."
    )
    target: datetime | None = Field(description="Where it is going; null while it stands.")
    run: JobRunOut | None = Field(
        description="What ran, or runs, because of the last move; null: nothing."
    )

    @classmethod
    def of(cls, clock: ClockView | None, now: datetime) -> Self:
        """Shape a clock; a tenant without one has the real time."""
        if clock is None:
            return cls(now=now, status="real", target=None, run=None)
        return cls(
            now=clock.now,
            status="ready" if clock.target is None else "advancing",
            target=clock.target,
            run=None if clock.run is None else JobRunOut.model_validate(clock.run),
        )
