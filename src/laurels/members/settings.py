"""What a tenant may set about members."""

from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field, StringConstraints, WithJsonSchema

from laurels.kit.values.telephone import COUNTRIES
from laurels.tenants import Section, register


def _known(country: str) -> str:
    if country not in COUNTRIES:
        msg = "is not the two-letter code of a country, such as `DE`"
        raise ValueError(msg)
    return country


Country = Annotated[
    str,
    StringConstraints(min_length=2, max_length=2),
    AfterValidator(_known),
    WithJsonSchema({"type": "string", "enum": sorted(COUNTRIES)}),
]


@register
class MemberSettings(Section):
    """Where members are at home."""

    section: ClassVar[str] = "members"

    country: Country | None = Field(
        default=None,
        description="Country of telephone numbers that are sent without a country code, as an ISO"
        " 3166 code such as `DE`; null: such numbers are kept as they are sent.",
    )
