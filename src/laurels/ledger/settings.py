"""What a tenant may set about its points: one policy of expiry for the default program."""

from typing import Annotated, ClassVar

from pydantic import Field

from laurels.kit.values.fields import Flag
from laurels.tenants import Section, register


@register
class LedgerSettings(Section):
    """Whether points of the default program lapse. Points already earned keep their dates."""

    section: ClassVar[str] = "ledger"

    points_expire_enabled: Flag | None = Field(
        default=None,
        description="Whether points earned from now on lapse; null: the program's own"
        " `expiry_days` decides.",
    )
    points_expire_days: Annotated[int, Field(strict=True, ge=1, le=36_500)] = Field(
        default=365,
        description="Number of local days after the day of earning on which points can be spent.",
    )

    @property
    def decides(self) -> bool:
        """Whether the program's own value follows from these settings."""
        return self.points_expire_enabled is not None

    @property
    def expiry_days(self) -> int | None:
        """What the default program says when they decide."""
        return self.points_expire_days if self.points_expire_enabled else None
