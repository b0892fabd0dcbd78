"""What a tenant may set about purchases."""

from decimal import Decimal
from typing import ClassVar

from pydantic import Field

from laurels.tenants import Section, register


@register
class PurchaseSettings(Section):
    """What a purchase may be."""

    section: ClassVar[str] = "purchases"

    max_amount: Decimal | None = Field(
        default=None, gt=0, max_digits=19, decimal_places=4,
        description="Largest amount of one purchase; null: no limit of the tenant's own.",
    )  # fmt: skip
