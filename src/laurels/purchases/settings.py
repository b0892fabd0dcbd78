"""What a tenant may set about purchases."""

from decimal import Decimal
from typing import ClassVar

from pydantic import Field

from laurels import tenants
from laurels.kit.values.fields import Flag
from laurels.kit.values.money import require_amount
from laurels.kit.work import Work
from laurels.tenants import Section, TenantInvalid, register


@register
class PurchaseSettings(Section):
    """Limits on purchases, and what returns may take back."""

    section: ClassVar[str] = "purchases"

    max_amount: Decimal | None = Field(
        default=None,
        gt=0,
        max_digits=19,
        decimal_places=4,
        description="Largest amount of a single purchase; null: no limit.",
    )
    returns_leave_debt: Flag = Field(
        default=False,
        description="Whether a return without its purchase may take more points than the member"
        " has. On: the shortfall becomes debt, which later points pay off. Off: it is forgiven.",
    )


@tenants.on_settings_change(PurchaseSettings)
async def _require_money(work: Work, _: PurchaseSettings, settings: PurchaseSettings) -> None:
    """Raise TenantInvalid for a limit that no amount of the tenant's currency can have."""
    if settings.max_amount is not None:
        currency = (await tenants.current(work)).currency
        require_amount(settings.max_amount, currency, field="max_amount", error=TenantInvalid)
