"""Rules as JSON: what is accepted, how it is stored, and which field an error names."""

from decimal import Decimal
from uuid import UUID

import pytest
from pydantic import ValidationError

from laurels.earning.rules import Cap, Fixed, Multiplier, PerUnit, PointsPerMoney, Rule
from laurels.earning.schemas import EarningRuleIn, from_json
from laurels.kit.values.ids import encode

SKU = {"field": "sku", "op": "eq", "value": "A"}
LARGE = {"field": "purchase.amount", "op": "gte", "value": "50.00"}
PROGRAM = UUID(int=7)
GOOD = {
    "name": " One per dollar ",
    "trigger": "purchase.completed",
    "conditions": {"all": [LARGE]},
    "award": {"type": "points_per_money", "rate": Decimal("1.50"), "lines": SKU},
    "caps": [{"period": "day", "points": 100}],
    "starts_at": "2026-01-01T01:00:00+01:00",
    "ends_at": "2026-02-01T00:00:00Z",
    "program_id": encode("program", PROGRAM),
}


def test_a_rule_is_stored_and_read_back_as_the_same_rule():
    form = EarningRuleIn.model_validate(GOOD)

    rule = form.to_rule(rule_id=UUID(int=1), version=3)

    assert isinstance(rule.award, PointsPerMoney)
    assert (rule.name, rule.caps, rule.program_id) == (
        "One per dollar",
        (Cap("day", 100),),
        PROGRAM,
    )
    assert form.definition() == {
        "conditions": {"all": [LARGE]},
        "award": {"type": "points_per_money", "rate": "1.50", "lines": SKU, "base": "amount"},
        "caps": [{"period": "day", "points": 100}],
    }
    assert rule == from_json(
        form.definition(),
        id=UUID(int=1),
        version=3,
        name=rule.name,
        trigger=rule.trigger,
        starts_at=rule.starts_at,
        ends_at=rule.ends_at,
        program_id=PROGRAM,
    )
    assert EarningRuleIn.model_validate(form.model_dump(mode="json")) == form
    assert form.model_dump(mode="json")["starts_at"] == "2026-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("award", "expected"),
    [
        ({"type": "fixed", "points": 5}, Fixed(5)),
        ({"type": "multiplier", "factor": 2}, Multiplier(Decimal(2))),
        (
            {"type": "per_unit", "points": 1, "unit": "100", "of": "activity.value"},
            PerUnit(1, Decimal(100), "activity.value"),
        ),
    ],
)
def test_every_form_of_award_is_read(award, expected):
    form = EarningRuleIn.model_validate({"name": "A", "trigger": "steps.verified", "award": award})

    assert form.to_rule(rule_id=UUID(int=1), version=1) == Rule(
        id=UUID(int=1), version=1, name="A", trigger="steps.verified", award=expected
    )


def steps(**changed):
    return {"type": "per_unit", "points": 1, "unit": "1", "of": "activity.value", **changed}


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"award": steps(unit="0")}, "award/unit"),
        ({"award": steps(of="purchase.channel")}, "award/of"),
        ({"award": steps(lines=SKU)}, "award/lines"),
        ({"award": {"type": "points_per_money", "rate": "0"}}, "award/rate"),
        ({"award": {"type": "points_per_money", "rate": "NaN"}}, "award/rate"),
        ({"award": {"type": "points_per_money", "rate": "1", "lines": LARGE}}, "award/lines/field"),
        ({"award": {"type": "multiplier", "factor": "1001"}, "caps": []}, "award/factor"),
        ({"award": {"type": "multiplier", "factor": "2"}}, "caps"),
        ({"award": {"type": "fixed", "points": 1, "note": "x"}}, "award/note"),
        ({"award": {"type": "free"}}, "award"),
        ({"award": 3}, "award"),
        ({"conditions": {"all": [LARGE, {**LARGE, "value": "x"}]}}, "conditions/all/1/value"),
        ({"conditions": {"all": []}}, "conditions/all"),
        ({"caps": [{"period": "day", "points": 0}]}, "caps/0/points"),
        ({"caps": [{"period": "day", "points": 1}] * 2}, "caps"),
        ({"starts_at": "2026-02-01T00:00:00Z"}, "ends_at"),
        ({"starts_at": "2026-01-01T00:00:00"}, "starts_at"),
        ({"starts_at": "0001-01-01T00:00:00+10:00"}, "starts_at"),
        ({"name": "  "}, "name"),
        ({"name": "a\x00"}, "name"),
        ({"name": "a" * 121}, "name"),
        ({"trigger": "purchase"}, "trigger"),
        ({"priority": 1001}, "priority"),
        ({"stacking": "sometimes"}, "stacking"),
        ({"exclusion_group": "A b"}, "exclusion_group"),
        ({"program_id": "mem_00000000000000000000000007"}, "program_id"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_an_error_names_the_field(changed, place):
    with pytest.raises(ValidationError) as caught:
        EarningRuleIn.model_validate({**GOOD, **changed})

    assert ["/".join(map(str, error["loc"])) for error in caught.value.errors()] == [place]


def test_the_schema_of_the_api_can_be_written():
    schema = EarningRuleIn.model_json_schema()

    assert set(schema["$defs"]) >= {"PointsPerMoneyForm", "PerUnitForm", "CapForm"}
    assert schema["properties"]["award"]["discriminator"]["propertyName"] == "type"
