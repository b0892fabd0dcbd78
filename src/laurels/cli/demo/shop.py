"""An outdoor shop, online and in one store: wool when it is cold, tents when it is warm."""

from decimal import Decimal

from .business import Business, Offer, RuleStep
from .trading import Market, Product

SUMMER, WINTER = (5, 6, 7, 8), (10, 11, 12, 1, 2)


def _product(
    sku: str, name: str, category: str, price: str, weight: int, months: tuple[int, ...] = ()
) -> Product:
    return Product(sku, name, category, Decimal(price), weight, months)


MARKET = Market(
    products=(
        _product("SOCK-MER", "Merino socks", "clothing", "19.90", 14),
        _product("BEAN-WOL", "Wool beanie", "clothing", "29.90", 6, WINTER),
        _product("SHIR-MER", "Merino shirt", "clothing", "69.90", 8),
        _product("SWEA-LAM", "Lambswool sweater", "clothing", "119.00", 4, WINTER),
        _product("JACK-SHE", "Shell jacket", "clothing", "249.00", 3, WINTER),
        _product("BOOT-HIK", "Hiking boots", "shoes", "189.00", 4),
        _product("SAND-TRE", "Trekking sandals", "shoes", "89.00", 2, SUMMER),
        _product("TENT-2P", "Tent for two", "gear", "329.00", 1, SUMMER),
        _product("MAT-SLE", "Sleeping mat", "gear", "84.90", 2, SUMMER),
        _product("BAG-28L", "Backpack, 28 l", "gear", "129.00", 4),
        _product("BOTT-1L", "Steel bottle, 1 l", "gear", "34.90", 8),
        _product("STOV-GAS", "Gas stove", "gear", "59.00", 2, SUMMER),
        _product("LAMP-HEA", "Head lamp", "gear", "44.90", 4, WINTER),
        _product("WAX-REP", "Wax for jackets", "care", "14.90", 6),
        _product("SOAP-WOL", "Wool soap", "care", "11.90", 6),
        _product("GIFT-50", "Gift card", "gift", "50.00", 2, (11, 12)),
    ),
    weekdays=(1.0, 0.95, 0.95, 1.0, 0.9, 1.1, 1.4),
    months=(0.9, 0.8, 0.9, 1.0, 1.1, 1.1, 1.0, 0.9, 1.0, 1.15, 1.5, 1.9),
    hours=(1, 0, 0, 0, 0, 1, 2, 4, 5, 6, 7, 7, 8, 7, 6, 6, 7, 8, 10, 12, 13, 11, 7, 3),
    basket=(8, 5, 2, 1),
    channels=(("online", 78), ("store", 22)),
    remote=frozenset({"online"}),
    guests=0.22,
    returns=0.11,
    return_days=(2.0, 16.0),
    reviews=0.06,
    tax=Decimal("0.19"),
)

_OF_KIND = {"field": "activity.kind", "op": "eq"}
_GEAR = {"field": "category", "op": "eq", "value": "gear"}

SHOP = Business(
    slug="demo-shop",
    name="Fjord & Fern Outdoor",
    preset="shopify",
    currency="EUR",
    time_zone="Europe/Berlin",
    seed=1851,
    members=440,
    pace=0.3,
    prefix="S-",
    market=MARKET,
    program={"maturity_days": 14, "grace_days": 30, "point_value": Decimal("0.02")},
    settings={
        "branding": {"brand_color": "#1F5C7A"},
        "console": {"first_steps": False},
        "ledger": {"points_expire_enabled": True, "points_expire_days": 110},
        "rewards": {"code_prefix": "FJORD-", "reopen_on_refund": True},
        "members": {"country": "DE"},
    },
    ladder=(
        {
            "name": "Silver",
            "min_points": 500,
            "qualification_period_days": 120,
            "requires_maintenance": True,
            "maintenance_period_days": 60,
            "grace_days": 14,
            "birthday_bonus_points": 100,
        },
        {
            "name": "Gold",
            "min_points": 1200,
            "qualification_period_days": 120,
            "requires_maintenance": True,
            "maintenance_period_days": 90,
            "grace_days": 14,
            "birthday_bonus_points": 200,
            "free_shipping": True,
        },
        {
            "name": "Platinum",
            "min_points": 3000,
            "qualification_period_days": 180,
            "birthday_bonus_points": 400,
            "free_shipping": True,
            "early_access": True,
        },
    ),
    rules=(
        RuleStep(3, {"name": "A review"}, status="active"),
        RuleStep(
            10,
            {
                "name": "Gear for the summer",
                "trigger": "purchase.completed",
                "conditions": {"some": "purchase.lines", "where": _GEAR},
                "award": {"type": "points_per_money", "rate": "1", "lines": _GEAR},
                "caps": [{"period": "event", "points": 300}],
            },
            starts=14,
            ends=80,
        ),
        RuleStep(
            40,
            {
                "name": "Orders over 150",
                "trigger": "purchase.completed",
                "conditions": {"field": "purchase.amount", "op": "gte", "value": "150"},
                "award": {"type": "fixed", "points": 75},
                "caps": [{"period": "month", "points": 150}],
                "exclusion_group": "baskets",
            },
        ),
        RuleStep(
            60,
            {
                "name": "Store visit",
                "trigger": "purchase.completed",
                "conditions": {"field": "purchase.channel", "op": "eq", "value": "store"},
                "award": {"type": "fixed", "points": 20},
                "caps": [{"period": "day", "points": 20}],
                "exclusion_group": "baskets",
            },
        ),
        RuleStep(
            100,
            {
                "name": "Orders over 150",
                "trigger": "purchase.completed",
                "conditions": {"field": "purchase.amount", "op": "gte", "value": "150"},
                "award": {"type": "fixed", "points": 100},
                "caps": [{"period": "month", "points": 200}],
                "exclusion_group": "baskets",
            },
        ),
        RuleStep(130, {"name": "Gear for the summer"}, status="archived"),
        RuleStep(
            168,
            {
                "name": "Double points before the holidays",
                "trigger": "purchase.completed",
                "award": {"type": "multiplier", "factor": "2"},
                "priority": 10,
            },
            starts=170,
            ends=186,
        ),
    ),
    rewards=(
        Offer(
            0,
            {
                "name": "5 € off",
                "type": "discount_fixed",
                "value": {"amount": "5"},
                "cost_points": 250,
                "min_order_value": "30",
                "redemption_expiry_days": 60,
                "category": "vouchers",
                "featured": True,
            },
        ),
        Offer(
            0,
            {
                "name": "15 € off",
                "type": "discount_fixed",
                "value": {"amount": "15"},
                "cost_points": 600,
                "min_order_value": "60",
                "redemption_expiry_days": 60,
                "category": "vouchers",
            },
        ),
        Offer(
            5,
            {
                "name": "Free shipping",
                "type": "free_shipping",
                "value": {"max_amount": "8"},
                "cost_points": 150,
                "redemption_expiry_days": 21,
                "category": "vouchers",
                "max_redemptions_per_member": 6,
            },
        ),
        Offer(
            20,
            {
                "name": "Enamel cup",
                "type": "merchandise",
                "value": {"sku": "CUP-ENA", "product_name": "Enamel cup", "regular_price": "18"},
                "cost_points": 400,
                "stock": 60,
                "fulfilment": "manual",
                "category": "gifts",
            },
        ),
        Offer(
            35,
            {
                "name": "Gift card of 20 €",
                "type": "gift_card",
                "value": {"amount": "20"},
                "cost_points": 900,
                "fulfilment": "pool",
                "category": "vouchers",
                "redemption_expiry_days": 365,
            },
            codes=60,
        ),
        Offer(
            60,
            {
                "name": "Early pick of the winter",
                "type": "event",
                "value": {"venue": "Store in Hamburg", "seats": 1},
                "cost_points": 300,
                "stock": 20,
                "fulfilment": "manual",
                "category": "events",
                "min_tier_level": 3,
            },
            ends=184,
        ),
        Offer(
            80,
            {
                "name": "Limited patch",
                "type": "merchandise",
                "value": {"product_name": "Embroidered patch"},
                "cost_points": 200,
                "stock": 8,
                "fulfilment": "manual",
                "category": "gifts",
                "max_redemptions_per_member": 1,
            },
        ),
        Offer(
            20,
            {
                "name": "Summer sticker set",
                "type": "merchandise",
                "cost_points": 120,
                "fulfilment": "manual",
                "category": "gifts",
            },
            archived=110,
        ),
        Offer(
            90,
            {
                "name": "Repair of a jacket",
                "type": "custom",
                "cost_points": 500,
                "fulfilment": "manual",
                "category": "services",
            },
            paused=160,
        ),
    ),
    segments=(
        {
            "name": "Big baskets",
            "description": "Members who spend more than 120 € on average.",
            "segment_type": "value",
            "criteria": {"field": "lifetime.average_purchase", "op": "gte", "value": "120"},
        },
        {
            "name": "Not back for sixty days",
            "segment_type": "behavioral",
            "criteria": {
                "all": [
                    {"field": "lifetime.purchases", "op": "gte", "value": 2},
                    {"field": "lifetime.days_since_last_purchase", "op": "gt", "value": 60},
                ]
            },
        },
        {
            "name": "Wool lovers",
            "description": "Bought clothing in the last ninety days.",
            "segment_type": "behavioral",
            "criteria": {
                "some": "purchase_lines",
                "where": {
                    "all": [
                        {"field": "category", "op": "eq", "value": "clothing"},
                        {"field": "days_ago", "op": "lte", "value": 90},
                    ]
                },
            },
        },
        {
            "name": "May get mails",
            "segment_type": "demographic",
            "criteria": {"field": "member.email_opt_in", "op": "eq", "value": True},
        },
        {
            "name": "Champions",
            "segment_type": "value",
            "criteria": {
                "all": [
                    {"field": "rfm.recency", "op": "gte", "value": 4},
                    {"field": "rfm.monetary", "op": "gte", "value": 4},
                ]
            },
        },
    ),
    lists=(
        {
            "name": "Testers of the new boots",
            "description": "Chosen by hand in the store.",
            "segment_type": "behavioral",
        },
    ),
)
