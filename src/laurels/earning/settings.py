"""What a tenant may set about earning."""

from typing import ClassVar

from pydantic import Field

from laurels.tenants import Section, register


@register
class EarningSettings(Section):
    """Whether the programme earns at all."""

    section: ClassVar[str] = "earning"

    enabled: bool = Field(default=True, description="Off: purchases are recorded and earn nothing.")
