"""What a tenant may set about earning."""

from typing import Annotated, ClassVar

from pydantic import Field

from laurels.tenants import Section, register


@register
class EarningSettings(Section):
    """What members earn by."""

    section: ClassVar[str] = "earning"

    birthday_known_days: Annotated[int, Field(strict=True, ge=0, le=366)] = Field(
        default=0,
        description="How many days before a birthday its date must be known for it to be"
        " celebrated; 0: on the day is early enough.",
    )
