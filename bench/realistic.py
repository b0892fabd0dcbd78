"""A tenant like a real shop's: four tiers, ten rules, two segments, many members and many tills.

The preset `shopify`, whose own rules are the one that its settings keep for purchases and some for
other events; ours bring those of purchases to ten. Fifty API keys ask in turn.
"""

from typing import Any
from uuid import UUID

from laurels import auth, domains, earning, segments, settlement, tenants
from laurels.earning.schemas import EarningRuleIn
from laurels.kit.db.pool import Database
from laurels.kit.work import OPERATOR, open_work

from .rows import Bench

MEMBERS, KEYS = 100_000, 50
SEGMENTS: dict[str, dict[str, Any]] = {
    "Regulars": {"field": "lifetime.purchases", "op": "gte", "value": 2},
    "Big spenders": {"field": "lifetime.spend", "op": "gte", "value": "150.00"},
}


def _rule(name: str, points: int, condition: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "name": name, "trigger": "purchase.completed", "conditions": condition,
        "award": {"type": "fixed", "points": points},
    }  # fmt: skip


def _amount(value: str) -> dict[str, Any]:
    return {"field": "purchase.amount", "op": "gte", "value": value}


RULES: list[dict[str, Any]] = [
    _rule("A regular", 5, {"field": "member.purchases", "op": "gte", "value": 3}),
    _rule("A high tier", 10, {"field": "member.tier_level", "op": "gte", "value": 2}),
    _rule(
        "Wine", 7,
        {
            "some": "purchase.lines",
            "where": {"field": "category", "op": "eq", "value": "wine"},
        },
    ),
    {
        "name": "Double from 150", "trigger": "purchase.completed",
        "conditions": _amount("150.00"), "award": {"type": "multiplier", "factor": "2"},
    },
    {
        **_rule("A few a day", 2), "caps": [{"period": "day", "points": 10}],
    },
    *(_rule(f"From {value}", 1, _amount(f"{value}.00")) for value in (20, 50, 100, 180)),
]  # fmt: skip
"""With the preset's points per money these are ten: three ask member, tier and line."""


class Realistic:
    """The tenant, and the keys of its tills."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self.tokens: list[str] = []
        self.tenant_id = UUID(int=0)

    async def prepare(self, database: Database) -> None:
        """Make the tenant with its members, who have bought once."""
        tenant = await tenants.create(
            database,
            slug="realistic",
            preset="shopify",
            apply_preset=domains.PRESET_INSTALLERS,
            actor=OPERATOR,
        )
        self.tenant_id = tenant.id
        async with open_work(database, tenant_id=tenant.id) as work:
            for rule in RULES:
                await earning.create_rule(work, EarningRuleIn.model_validate(rule))
            for number in range(KEYS):
                made = await auth.create_key(work, name=f"till {number}", test=False)
                self.tokens.append(made.key)
        for start in range(0, MEMBERS, 1000):
            async with open_work(database, tenant_id=tenant.id) as work:
                items = [self._bench.purchase(f"c{n}") for n in range(start, start + 1000)]
                await settlement.settle(work, items, historical=True)
            if start in (1000, 3000, 10_000, 30_000):
                # As an import does: the planner knows nothing of rows that have just come in.
                await database.refresh_statistics()
        async with open_work(database, tenant_id=tenant.id) as work:
            for name, criteria in SEGMENTS.items():
                values = {"name": name, "kind": "dynamic", "criteria": criteria}
                await segments.create(work, values)
