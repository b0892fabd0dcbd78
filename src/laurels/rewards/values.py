"""What a reward is worth, by its type: each type has a form of its own and takes no other."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar

from pydantic import Field, ValidationError

from laurels.kit.errors import FieldError
from laurels.kit.values.faults import fault_of
from laurels.kit.values.fields import Amount, Attributes, Code, Moment, Name, Schema
from laurels.kit.values.money import require_amount, require_at_most
from laurels.kit.values.time import end_of_days, zone

from .errors import RedemptionInvalid, RewardInvalid

MAX_NUMBER = 1_000_000_000
"""Largest stock, limit or number of redemptions."""
MAX_QUANTITY = 1000
"""How many of a reward are had at once, at most."""
AT_ONCE = frozenset({"code", "pool"})
"""Ways of delivering that are done with the redemption itself."""
Positive = Annotated[Amount, Field(gt=0)]


class Value(Schema):
    """What every form has: free facts, such as the ids that another system gave."""

    money: ClassVar[tuple[str, ...]] = ()

    attributes: Attributes = Field(
        default_factory=dict,
        description="Free facts, such as ids of another system: at most 50 entries.",
    )


class PercentageValue(Value):
    """So many percent off, at most so much money."""

    money: ClassVar[tuple[str, ...]] = ("max_discount",)

    percentage: Annotated[Amount, Field(gt=0, le=100, decimal_places=2)] = Field(
        description="Percent off, more than 0 and at most 100."
    )
    max_discount: Positive | None = Field(
        default=None, description="Largest amount of money off; null: no limit."
    )


class MoneyValue(Value):
    """An amount of the tenant's currency."""

    money: ClassVar[tuple[str, ...]] = ("amount",)

    amount: Positive = Field(description="The amount, in the tenant's currency.")


class ShippingValue(Value):
    """No shipping costs, at most so much of them."""

    money: ClassVar[tuple[str, ...]] = ("max_amount",)

    max_amount: Positive | None = Field(
        default=None, description="Largest part of the shipping costs that is covered; null: all."
    )


class ProductValue(Value):
    """A product of the shop's own."""

    sku: Code = Field(description="Article number of the product.")
    product_name: Name | None = Field(default=None, description="Name of the product.")
    units: Annotated[int, Field(strict=True, ge=1, le=1000)] = Field(
        default=1, description="How many pieces one reward stands for."
    )


class MerchandiseValue(Value):
    """Something that is handed over or sent."""

    money: ClassVar[tuple[str, ...]] = ("regular_price",)

    sku: Code | None = Field(default=None, description="Article number.")
    product_name: Name | None = Field(default=None, description="Name of the thing.")
    regular_price: Amount | None = Field(
        default=None, description="What it costs in the shop, for display."
    )


class EventValue(Value):
    """A seat somewhere, at some time."""

    venue: Name | None = Field(default=None, description="Where it takes place.")
    takes_place_at: Moment | None = Field(default=None, description="When it takes place.")
    seats: Annotated[int, Field(strict=True, ge=1, le=1000)] = Field(
        default=1, description="How many seats one reward stands for."
    )


class CustomValue(Value):
    """Whatever the tenant makes of it; only free facts."""


VALUES: dict[str, type[Value]] = {
    "discount_percentage": PercentageValue,
    "discount_fixed": MoneyValue,
    "free_shipping": ShippingValue,
    "free_product": ProductValue,
    "store_credit": MoneyValue,
    "merchandise": MerchandiseValue,
    "event": EventValue,
    "tasting": EventValue,
    "gift_card": MoneyValue,
    "custom": CustomValue,
}
"""Every type of reward and the form of its value."""
FIXED = frozenset({"discount_fixed", "store_credit", "gift_card"})
"""Types that say themselves how much money they are worth."""


def read_value(kind: str, raw: dict[str, Any], currency: str) -> dict[str, Any]:
    """Return the value as it is stored: what was sent, checked, amounts as decimal strings.

    Raise RewardInvalid, which names each field that is wrong.
    """
    try:
        value = VALUES[kind].model_validate(raw)
    except ValidationError as error:
        trouble = RewardInvalid(f"This value is not valid for a `{kind}`.")
        trouble.fields = [
            FieldError(".".join(["value", *map(str, item["loc"])]), words, code)
            for item in error.errors(include_url=False)
            for code, words in [fault_of(item)]
        ]
        raise trouble from None
    for name in value.money:
        check_money(getattr(value, name), currency, f"value.{name}")
    told = value.model_dump(mode="json", exclude_none=True)
    return {name: each for name, each in told.items() if name != "attributes" or each}


def check_money(amount: Decimal | None, currency: str, field: str) -> None:
    """Raise RewardInvalid for an amount that the tenant's currency does not have."""
    if amount is None:
        return
    require_amount(amount, currency, field=field, error=RewardInvalid)


def worth_of(kind: str, value: dict[str, Any], quantity: int) -> Decimal | None:
    """Return how much money so many are worth, None where only the purchase will tell."""
    return Decimal(value["amount"]) * quantity if kind in FIXED else None


def check_discount(
    amount: Decimal | None, reward: dict[str, Any], quantity: int, currency: str
) -> None:
    """Raise RedemptionInvalid for money that the currency lacks, or that the reward never gives."""
    if amount is None:
        return
    require_amount(amount, currency, field="discount_amount", error=RedemptionInvalid)
    most = most_of(reward["type"], reward["value"], quantity)
    if most is not None:
        require_at_most(
            amount,
            most,
            currency,
            field="discount_amount",
            of="what the reward is worth",
            error=RedemptionInvalid,
        )


def most_of(kind: str, value: dict[str, Any], quantity: int) -> Decimal | None:
    """Return the most money that so many can be worth, None where nothing bounds it."""
    bounds = {"discount_percentage": "max_discount", "free_shipping": "max_amount"}
    name = "amount" if kind in FIXED else bounds.get(kind, "")
    return Decimal(value[name]) * quantity if name in value else None


def most_on(value: dict[str, Any], paid: Decimal) -> Decimal:
    """Return the most that so many percent off can have been, where this was paid afterwards.

    All that was paid is what is left of the price, so the price is not known where nothing is left.
    """
    percentage = Decimal(value["percentage"])
    return paid * percentage / (100 - percentage)


def valid_until(moment: datetime, days: int | None, time_zone: str) -> datetime | None:
    """Return when something lapses that is valid for so many days, None for never."""
    return None if days is None else end_of_days(moment, days, zone(time_zone))
