"""A small café with regulars: coffee all year, lemonade in summer, soup when it is cold."""

from decimal import Decimal

from .business import Business, Offer, RuleStep
from .trading import Market, Product

SUMMER, WINTER = (6, 7, 8, 9), (10, 11, 12, 1, 2, 3)


def _product(
    sku: str, name: str, category: str, price: str, weight: int, months: tuple[int, ...] = ()
) -> Product:
    return Product(sku, name, category, Decimal(price), weight, months)


MARKET = Market(
    products=(
        _product("ESP", "Espresso", "drinks", "2.80", 10),
        _product("CAP", "Cappuccino", "drinks", "3.90", 16),
        _product("FLW", "Flat white", "drinks", "4.20", 9),
        _product("TEA", "Pot of tea", "drinks", "3.60", 5, WINTER),
        _product("LEM", "Rhubarb lemonade", "drinks", "4.20", 3, SUMMER),
        _product("COL", "Cold brew", "drinks", "4.50", 3, SUMMER),
        _product("CRO", "Croissant", "bakery", "2.60", 10),
        _product("CAK", "Slice of cake", "bakery", "4.80", 7),
        _product("CIN", "Cinnamon bun", "bakery", "3.80", 4, WINTER),
        _product("SOU", "Soup of the day", "food", "7.90", 3, WINTER),
        _product("SAN", "Sandwich", "food", "8.50", 6),
        _product("BRU", "Brunch for two", "food", "34.00", 2),
        _product("BEA", "Beans, 500 g", "shop", "14.50", 3),
        _product("MUG", "Mug", "shop", "16.00", 1),
        _product("GIF", "Gift box", "shop", "49.00", 1, (11, 12)),
    ),
    weekdays=(0.8, 0.8, 0.9, 0.95, 1.1, 1.5, 1.2),
    months=(0.85, 0.9, 1.0, 1.0, 1.05, 1.0, 0.9, 0.85, 1.0, 1.05, 1.1, 1.4),
    hours=(0, 0, 0, 0, 0, 0, 0, 6, 10, 9, 7, 8, 12, 10, 6, 7, 7, 5, 3, 2, 0, 0, 0, 0),
    basket=(5, 6, 3, 1),
    channels=(("counter", 84), ("app", 10), ("online", 6)),
    remote=frozenset({"app", "online"}),
    guests=0.18,
    returns=0.02,
    return_days=(0.05, 1.5),
    reviews=0.02,
    tax=Decimal(0),
)

_OF_KIND = {"field": "activity.kind", "op": "eq"}
_BAKERY = {"field": "category", "op": "eq", "value": "bakery"}

CAFE = Business(
    slug="demo",
    name="Demo Café",
    preset="plain",
    currency="USD",
    time_zone="America/New_York",
    seed=1847,
    members=230,
    pace=1,
    prefix="C",
    market=MARKET,
    program={"expiry_days": 100, "grace_days": 14, "point_value": Decimal("0.05")},
    settings={
        "console": {"first_steps": False},
        "members": {"country": "US"},
        "rewards": {"code_prefix": "CAFE-"},
    },
    ladder=(
        {"name": "Guest", "level": 1, "color": "#8D6E63", "icon": "coffee", "is_default": True},
        {
            "name": "Regular",
            "level": 2,
            "color": "#26A69A",
            "icon": "heart",
            "criteria": "orders",
            "min_orders": 8,
            "qualification_period_days": 60,
            "points_multiplier": "1.10",
            "requires_maintenance": True,
            "maintenance_period_days": 45,
            "grace_days": 10,
            "description": "Eight visits in sixty days.",
        },
        {
            "name": "Friend of the house",
            "level": 3,
            "color": "#F9A825",
            "icon": "star",
            "criteria": "spend",
            "min_spend": "260",
            "qualification_period_days": 90,
            "points_multiplier": "1.25",
            "requires_maintenance": True,
            "maintenance_period_days": 90,
            "grace_days": 14,
            "description": "260 dollars in ninety days, and a table by the window.",
        },
    ),
    rules=(
        RuleStep(
            0,
            {
                "name": "Opening week of the terrace",
                "trigger": "purchase.completed",
                "award": {"type": "multiplier", "factor": "3"},
            },
            starts=0,
            ends=8,
        ),
        RuleStep(
            0,
            {
                "name": "Bakery bonus",
                "trigger": "purchase.completed",
                "conditions": {"some": "purchase.lines", "where": _BAKERY},
                "award": {"type": "points_per_money", "rate": "0.5", "lines": _BAKERY},
            },
        ),
        RuleStep(
            2,
            {
                "name": "Happy hour at the counter",
                "trigger": "purchase.completed",
                "conditions": {
                    "all": [
                        {"field": "event.hour", "op": "gte", "value": 15},
                        {"field": "event.hour", "op": "lt", "value": 17},
                        {"field": "purchase.channel", "op": "eq", "value": "counter"},
                    ]
                },
                "award": {"type": "multiplier", "factor": "2"},
            },
        ),
        RuleStep(
            5,
            {
                "name": "Joined through the app",
                "trigger": "member.enrolled",
                "conditions": {
                    "field": "member.attributes.joined_in",
                    "op": "eq",
                    "value": "app",
                },
                "award": {"type": "fixed", "points": 25},
            },
        ),
        RuleStep(
            5,
            {
                "name": "Birthday cake",
                "trigger": "member.birthday",
                "award": {"type": "fixed", "points": 120},
            },
        ),
        RuleStep(
            12,
            {
                "name": "A review",
                "trigger": "activity.recorded",
                "conditions": {**_OF_KIND, "value": "review"},
                "award": {"type": "fixed", "points": 20},
                "caps": [{"period": "day", "points": 20}, {"period": "month", "points": 60}],
            },
        ),
        RuleStep(
            30,
            {
                "name": "A shared picture",
                "trigger": "activity.recorded",
                "conditions": {**_OF_KIND, "value": "social_share"},
                "award": {"type": "fixed", "points": 15},
                "caps": [{"period": "month", "points": 30}],
            },
        ),
        RuleStep(
            70,
            {
                "name": "Bakery bonus",
                "trigger": "purchase.completed",
                "conditions": {"some": "purchase.lines", "where": _BAKERY},
                "award": {"type": "points_per_money", "rate": "1", "lines": _BAKERY},
                "caps": [{"period": "day", "points": 25}],
            },
        ),
        RuleStep(
            110,
            {
                "name": "Beans to take home",
                "trigger": "purchase.completed",
                "award": {
                    "type": "per_unit",
                    "points": 10,
                    "unit": "1",
                    "of": "purchase.lines.quantity",
                    "lines": {"field": "sku", "op": "eq", "value": "BEA"},
                },
                "caps": [{"period": "month", "points": 40}],
            },
        ),
        RuleStep(120, {"name": "A shared picture"}, status="paused"),
        RuleStep(125, {"name": "Opening week of the terrace"}, status="archived"),
        RuleStep(
            150,
            {
                "name": "Grey Mondays",
                "trigger": "purchase.completed",
                "conditions": {"field": "event.weekday", "op": "eq", "value": "monday"},
                "award": {"type": "multiplier", "factor": "1.5"},
                "exclusion_group": "multipliers",
            },
            starts=152,
            ends=173,
        ),
    ),
    rewards=(
        Offer(
            0,
            {
                "name": "Espresso on the house",
                "type": "free_product",
                "value": {"sku": "ESP", "product_name": "Espresso", "units": 1},
                "cost_points": 50,
                "redemption_expiry_days": 14,
                "category": "drinks",
                "featured": True,
                "description": "One espresso, single or double.",
            },
        ),
        Offer(
            0,
            {
                "name": "Slice of cake",
                "type": "free_product",
                "value": {"sku": "CAK", "product_name": "Slice of cake", "units": 1},
                "cost_points": 90,
                "redemption_expiry_days": 14,
                "category": "bakery",
                "max_redemptions_per_member": 4,
            },
        ),
        Offer(
            14,
            {
                "name": "10 % off your next visit",
                "type": "discount_percentage",
                "value": {"percentage": "10", "max_discount": "8"},
                "cost_points": 120,
                "min_order_value": "10",
                "redemption_expiry_days": 30,
                "category": "vouchers",
                "terms": "Not together with other offers.",
            },
        ),
        Offer(
            21,
            {
                "name": "House mug",
                "type": "merchandise",
                "value": {"sku": "MUG", "product_name": "Mug", "regular_price": "16"},
                "cost_points": 240,
                "stock": 30,
                "fulfilment": "manual",
                "category": "shop",
                "max_redemptions_per_member": 2,
            },
            restocked=150,
        ),
        Offer(
            40,
            {
                "name": "Museum ticket",
                "type": "custom",
                "cost_points": 180,
                "fulfilment": "pool",
                "category": "partners",
                "min_tier_level": 2,
                "description": "For the museum next door, on any day.",
            },
            codes=40,
        ),
        Offer(
            90,
            {
                "name": "Tote bag of the summer",
                "type": "merchandise",
                "value": {"product_name": "Tote bag"},
                "cost_points": 150,
                "stock": 6,
                "fulfilment": "manual",
                "category": "shop",
            },
        ),
        Offer(
            120,
            {
                "name": "Evening of latte art",
                "type": "event",
                "value": {"venue": "Demo Café", "seats": 1},
                "cost_points": 200,
                "stock": 12,
                "fulfilment": "manual",
                "category": "events",
                "max_redemptions_total": 12,
            },
            ends=188,
        ),
        Offer(
            30,
            {
                "name": "Brunch for two",
                "type": "free_product",
                "value": {"sku": "BRU", "product_name": "Brunch for two", "units": 1},
                "cost_points": 420,
                "redemption_expiry_days": 60,
                "category": "food",
            },
            paused=165,
        ),
        Offer(
            0,
            {
                "name": "Iced tea of the terrace",
                "type": "free_product",
                "value": {"sku": "ICE", "product_name": "Iced tea", "units": 1},
                "cost_points": 40,
                "redemption_expiry_days": 10,
                "category": "drinks",
            },
            archived=100,
        ),
    ),
    segments=(
        {
            "name": "Regulars of the month",
            "description": "Eight purchases or more in thirty days.",
            "segment_type": "behavioral",
            "criteria": {"field": "purchases.last_30_days.count", "op": "gte", "value": 8},
        },
        {
            "name": "Slipping away",
            "description": "They came often, and not for a month.",
            "segment_type": "behavioral",
            "criteria": {
                "all": [
                    {"field": "lifetime.purchases", "op": "gte", "value": 5},
                    {"field": "lifetime.days_since_last_purchase", "op": "gt", "value": 30},
                ]
            },
        },
        {
            "name": "Points to spend",
            "description": "Enough for a slice of cake.",
            "segment_type": "value",
            "criteria": {"field": "points.available", "op": "gte", "value": 90},
        },
        {
            "name": "The best fifth",
            "segment_type": "value",
            "criteria": {"field": "rfm.monetary", "op": "gte", "value": 5},
        },
    ),
    lists=(
        {
            "name": "Neighbours",
            "description": "From the houses around, as the cashiers know them.",
            "segment_type": "demographic",
        },
    ),
)
