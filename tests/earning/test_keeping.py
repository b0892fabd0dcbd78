"""What is kept of awards says, put together again, what was told."""

from uuid import UUID

import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from laurels.earning.judging import Awarded
from laurels.earning.keeping import keep
from laurels.kit.values.ids import new_id

FIGURES = st.one_of(
    st.integers(-(2**53), 2**53).map(str),
    st.decimals(-(10**9), 10**9, places=2).map(str),
    st.dates().map(lambda day: f"day:{day}"),
    st.datetimes().map(lambda at: f"it starts at {at.isoformat()}+00:00"),
    st.sampled_from(["0-0-0", "~AAAA", "7", " 7 ", "(7)", "7.", '"7"', "v7", "\x1f7\x1e", "7²"]),
)
TEXTS = st.one_of(FIGURES, st.text(), st.lists(FIGURES, max_size=3).map(" of ".join))
VALUES = st.recursive(
    st.one_of(TEXTS, st.integers(-(2**53), 2**53), st.booleans(), st.none()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=8,
)
EFFECTS = st.lists(
    st.fixed_dictionaries(
        {
            "rule_id": st.uuids(),
            "program_id": st.none() | st.uuids(),
            "version": st.integers(1, 99),
            "type": st.sampled_from(["earned", "bonus", "refunded"]),
            "points": st.integers(-(2**53), 2**53),
            "transaction_id": st.uuids(),
            "usage": st.lists(st.dates().map(lambda day: f"day:{day}"), max_size=2),
            "lines": st.lists(st.integers(0, 200), max_size=3),
        }
    ),
    max_size=3,
)


@given(st.dictionaries(TEXTS, VALUES, max_size=4), EFFECTS)
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None
)
async def test_nothing_is_lost_of_what_awards_say(house, explanation, effects):
    body, figures = keep(Awarded(0, effects, ("{}", []), without_nul(explanation)))

    async with house.work() as work:
        row = await work.fetchrow(
            "select laurels.why($1, $2) as why where $3::uuid is not null",
            body, figures, work.tenant_id,
        )  # fmt: skip

    told = orjson.loads(orjson.dumps([without_nul(explanation), effects], default=str))
    assert row["why"] == told


def without_nul(value):
    """PostgreSQL keeps no NUL, in JSON neither; the doors refuse it."""
    text = orjson.dumps(value).replace(b"\\u0000", b"")
    return orjson.loads(text)


def test_awards_that_differ_by_figures_alone_say_the_same():
    rule, program = new_id(), new_id()

    def award(points: int, amount: str, day: str) -> Awarded:
        fired = {"rule": "rul_01m8fyjwm5e29a2rdfyfxfvryf", "points": points, "amount": amount}
        words = [f"purchase.amount {amount} is not at least 100"]
        effect = {
            "rule_id": rule, "version": 2, "program_id": program, "points": points,
            "type": "earned", "transaction_id": new_id(), "usage": [f"day:{day}", "lifetime"],
        }  # fmt: skip
        more = {"fired": [fired], "skipped": [{"words": words}]}
        return Awarded(points, [effect], ("{}", []), more)

    one, other = award(7, "7.12", "2026-11-21"), award(1234567, "1234567.99", "2025-01-01")

    assert keep(one)[0] == keep(other)[0]
    assert "rul_01m8fyjwm5e29a2rdfyfxfvryf" in keep(one)[0]
    assert str(rule) in keep(one)[0]
    assert keep(one)[1].split() == [
        "7", "7.12", "7.12", "100", "7", keep(one)[1].split()[5], "day:2026-11-21", "lifetime",
    ]  # fmt: skip
    assert isinstance(rule, UUID)
