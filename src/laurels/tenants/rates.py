"""How many requests a second a key of the tenant may make."""

from typing import ClassVar

from pydantic import Field

from laurels.kit.work import Work

from .plans import limits_of
from .service import current
from .settings import Section, read, register


@register
class ApiSettings(Section):
    """How the tenant's keys may use the API."""

    section: ClassVar[str] = "api"

    requests_per_second: int | None = Field(
        default=None,
        ge=0,
        le=100_000,
        description="Requests per second that each key may make; 0: no limit; null: the"
        " installation's default, and no limit for test tenants. A plan can set a ceiling.",
    )


async def requests_per_second(work: Work) -> int | None:
    """Return what each key of the tenant may ask a second; 0: no limit, None: the usual number."""
    rate = (await read(work, ApiSettings)).requests_per_second
    if rate is None and (await current(work)).test:
        rate = 0
    ceiling = (await limits_of(work)).requests_per_second
    if ceiling is None or (rate is not None and 0 < rate <= ceiling):
        return rate
    return ceiling
