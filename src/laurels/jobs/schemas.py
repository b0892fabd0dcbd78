"""What the API says about jobs, their runs and test clocks."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from laurels.kit.schema import IdOf, Moment, Schema, View

from .clock import ClockView

RunId = Annotated[UUID, IdOf("job_run")]
State = Literal["waiting", "running", "done", "failed"]


class JobRunOut(View):
    """One run of a job. `done` counts up while it runs, towards `total` where that is known."""

    id: RunId
    job: str
    period: str
    origin: Literal["schedule", "hand", "clock"]
    state: State
    due_at: datetime
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    attempts: int
    done: int
    total: int | None
    result: dict[str, Any] | None
    error: str | None


class JobOut(View):
    """A job, when it runs, and how it last went."""

    name: str
    description: str
    schedule: str
    next_at: datetime | None
    last_run: JobRunOut | None


class JobsOut(View):
    """All jobs by name."""

    data: list[JobOut]


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


class TestClockOut(View):
    """Where the tenant's time stands. While `advancing`, things happen on the way to `target`."""

    __test__ = False

    now: datetime
    status: Literal["real", "ready", "advancing"]
    target: datetime | None
    run: JobRunOut | None

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
