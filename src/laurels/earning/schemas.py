"""Earning rules in the API and in the database: read strictly, written as JSON.

Errors point at what is wrong in the caller's own words: `award.unit`, or inside a condition
`conditions/all/1/value`. Decimals are written as texts; JSON numbers are read as exact decimals
where the reader hands them over as such.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Final, Literal, Self, cast
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    WrapValidator,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from laurels.kit.conditions import Condition, ConditionError, parse, to_json
from laurels.kit.values.faults import Fault, fault_of
from laurels.kit.values.fields import IdOf, Moment, Shaped
from laurels.kit.values.text import check_line
from laurels.kit.versions import EditedVersion

from .facts import FIELDS, LINE_QUANTITY, LINES, NUMERIC
from .rules import (
    MAX_POINTS,
    AwardForm,
    Base,
    Cap,
    Fixed,
    Multiplier,
    Period,
    PerUnit,
    PointsPerMoney,
    Rule,
    Stacking,
)

_CLOSED: Final = ConfigDict(extra="forbid", frozen=True)


def _custom(kind: str, words: str) -> PydanticCustomError:
    # Only literal templates are typed; without a context nothing is filled in.
    return PydanticCustomError(cast("Any", kind), cast("Any", words))


def _at(member: str, words: str) -> ValidationError:
    line = InitErrorDetails(type=_custom(Fault.CONTRADICTION, words), loc=(member,), input=None)
    return ValidationError.from_exception_data("rule", [line])


def _read_condition(raw: object, collection: str | None) -> Condition:
    if isinstance(raw, Condition):
        return raw
    try:
        return parse(raw, FIELDS, collection)
    except ConditionError as error:
        what = _custom(Fault.CONDITION, f"{error.reason}. {error.remedy}")
        line = InitErrorDetails(type=what, loc=error.path, input=None)
        raise ValidationError.from_exception_data("condition", [line]) from None


def _read_top(raw: object) -> Condition:
    return _read_condition(raw, None)


def _read_line(raw: object) -> Condition:
    return _read_condition(raw, LINES)


_AS_OBJECT: Final = WithJsonSchema(
    {
        "type": "object",
        "additionalProperties": True,
        "description": "A condition; see the guide on conditions.",
    }
)
ConditionForm = Annotated[
    Condition, PlainValidator(_read_top), PlainSerializer(to_json), _AS_OBJECT
]
LineConditionForm = Annotated[
    Condition, PlainValidator(_read_line), PlainSerializer(to_json), _AS_OBJECT
]


def _digits(number: Decimal) -> str:
    return format(number, "f")


Number = Annotated[Decimal, Field(gt=0, decimal_places=8), PlainSerializer(_digits)]
Points = Annotated[int, Field(gt=0, le=1_000_000_000, strict=True)]


class PointsPerMoneyForm(BaseModel):
    """`rate` points per unit of currency of the purchase, or only of the lines that match."""

    model_config = _CLOSED

    type: Literal["points_per_money"] = Field(description="Always `points_per_money`.")
    rate: Annotated[Number, Field(le=1_000_000)] = Field(
        description="Points for one unit of currency.", examples=["1.5"]
    )
    lines: LineConditionForm | None = Field(
        default=None, description="Count only the lines that match this condition."
    )
    base: Base = Field(
        default="amount",
        description="What counts: `amount`, all that was paid, or `net_amount`, the same less the"
        " tax in it.",
    )

    def to_award(self) -> AwardForm:
        """The award as the engine knows it."""
        return PointsPerMoney(self.rate, self.lines, self.base)


class FixedForm(BaseModel):
    """The same points every time."""

    model_config = _CLOSED

    type: Literal["fixed"] = Field(description="Always `fixed`.")
    points: Points = Field(description="Points for one event.", examples=[50])

    def to_award(self) -> AwardForm:
        """The award as the engine knows it."""
        return Fixed(self.points)


STORED: Final = {"stored": True}
"""The context of a rule that is read as it is stored: its facts were there when it was written."""


def _countable(name: str, info: ValidationInfo) -> str:
    """A fact that can be counted. Raise ValueError, with the remedy, for any other name."""
    if info.context == STORED:
        return name
    countable = [field.name for field in FIELDS if field.kind in NUMERIC and not field.collection]
    if name not in (LINE_QUANTITY, *countable):
        raise ValueError(f"cannot be counted; use one of {', '.join([LINE_QUANTITY, *countable])}")
    return name


class PerUnitForm(BaseModel):
    """`points` for every `unit` of a quantity: bottles, steps, items of a category."""

    model_config = _CLOSED

    type: Literal["per_unit"] = Field(description="Always `per_unit`.")
    points: Points = Field(description="Points for one unit.", examples=[1])
    unit: Annotated[Number, Field(le=1_000_000_000)] = Field(
        description="How much makes one unit.", examples=["100"]
    )
    of: Annotated[str, AfterValidator(_countable)] = Field(
        description="The fact that is counted.", examples=["activity.value"]
    )
    lines: LineConditionForm | None = Field(
        default=None, description="Count only the lines that match this condition."
    )

    @model_validator(mode="after")
    def _lines_are_counted(self) -> Self:
        if self.lines is not None and self.of != LINE_QUANTITY:
            raise _at("lines", f"Lines can only be counted if `of` is `{LINE_QUANTITY}`")
        return self

    def to_award(self) -> AwardForm:
        """The award as the engine knows it."""
        return PerUnit(self.points, self.unit, self.of, self.lines)


class MultiplierForm(BaseModel):
    """Multiplies the points per money of the same event and program."""

    model_config = _CLOSED

    type: Literal["multiplier"] = Field(description="Always `multiplier`.")
    factor: Annotated[Number, Field(le=1000)] = Field(
        description="What the points are multiplied by.", examples=["2"]
    )

    def to_award(self) -> AwardForm:
        """The award as the engine knows it."""
        return Multiplier(self.factor)


def _without_tag(value: object, read: ValidatorFunctionWrapHandler) -> object:
    """Pydantic puts the chosen form's name into the place of an error; the caller wrote no such."""
    try:
        return read(value)
    except ValidationError as error:
        lines = [
            InitErrorDetails(
                type=_custom(*fault_of(line)), loc=line["loc"][1:], input=line["input"]
            )
            for line in error.errors(include_url=False)
        ]
        raise ValidationError.from_exception_data("award", lines) from None


AwardIn = Annotated[
    PointsPerMoneyForm | FixedForm | PerUnitForm | MultiplierForm,
    Field(discriminator="type"),
    WrapValidator(_without_tag),
]


class CapForm(BaseModel):
    """A limit on the points that this rule gives, per member and period."""

    model_config = _CLOSED

    period: Period = Field(
        description="`event`, or the member's local `day`, `month`, or `lifetime`."
    )
    points: Annotated[int, Field(gt=0, le=MAX_POINTS, strict=True)] = Field(
        description="The most it can give in the period.", examples=[100]
    )


def _one_cap_per_period(caps: tuple[CapForm, ...]) -> tuple[CapForm, ...]:
    if len({cap.period for cap in caps}) < len(caps):
        raise ValueError("two caps have the same period; keep the lower one")
    return caps


class DefinitionForm(BaseModel):
    """What a rule asks and gives: the part that is stored as JSON."""

    model_config = _CLOSED

    conditions: ConditionForm | None = Field(
        default=None, description="When it fires; by default always."
    )
    award: AwardIn = Field(description="What it gives.")
    caps: Annotated[tuple[CapForm, ...], AfterValidator(_one_cap_per_period)] = Field(
        default=(), max_length=4, description="Limits per member."
    )

    @model_validator(mode="after")
    def _multipliers_have_no_caps(self) -> Self:
        if self.caps and isinstance(self.award, MultiplierForm):
            words = "a multiplier gives no points of its own; cap the rules that it multiplies"
            raise _at("caps", words)
        return self

    def definition(self) -> dict[str, Any]:
        """The stored form: `conditions`, `award` and `caps`, decimals as texts."""
        return self.model_dump(mode="json", include={"conditions", "award", "caps"})


Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=120),
    AfterValidator(check_line),
]
Trigger = Annotated[
    str,
    StringConstraints(min_length=1, max_length=100),
    Shaped(
        r"[a-z][a-z_]*\.[a-z][a-z_]*", "is not the name of an event such as `purchase.completed`"
    ),
]
Group = Annotated[
    str,
    StringConstraints(min_length=1, max_length=60),
    Shaped(
        "[a-z0-9][a-z0-9_-]*",
        "has small letters, digits, `-` and `_`, and begins with a letter or digit",
    ),
]


class EarningRuleIn(DefinitionForm):
    """A rule to create or replace; Laurels assigns its id and version."""

    name: Name = Field(description="What it is called.", examples=["One point per dollar"])
    trigger: Trigger = Field(
        description="The event that triggers it.", examples=["purchase.completed"]
    )
    priority: int = Field(
        default=0,
        ge=-1000,
        le=1000,
        strict=True,
        description="The higher priority wins where only one rule may apply.",
    )
    starts_at: Moment | None = Field(default=None, description="When it takes effect, inclusive.")
    ends_at: Moment | None = Field(default=None, description="When it stops, exclusive.")
    stacking: Stacking = Field(
        default="stack", description="`stack`, or `exclusive`: shuts out all other rules."
    )
    exclusion_group: Group | None = Field(
        default=None, description="Of the rules in one group, only the best gives points."
    )
    program_id: Annotated[UUID, IdOf("program")] | None = Field(
        default=None,
        description="The program whose points it gives; defaults to the default program.",
    )

    @model_validator(mode="after")
    def _window_has_an_inside(self) -> Self:
        if self.starts_at is None or self.ends_at is None or self.starts_at < self.ends_at:
            return self
        raise _at("ends_at", "The end must come after the start")

    def to_rule(self, *, rule_id: UUID, version: int) -> Rule:
        """The rule as the engine knows it."""
        return _rule(
            self,
            id=rule_id,
            version=version,
            name=self.name,
            trigger=self.trigger,
            priority=self.priority,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            stacking=self.stacking,
            exclusion_group=self.exclusion_group,
            program_id=self.program_id,
        )


class EarningRuleReplacement(EarningRuleIn):
    """What a rule becomes."""

    version: EditedVersion = None


def from_json(definition: Mapping[str, Any], **columns: Any) -> Rule:
    """The rule from its stored JSON and the columns beside it, named like the fields of `Rule`.

    Raises ValidationError for JSON that no `EarningRuleIn` has written.
    """
    return _rule(DefinitionForm.model_validate(definition, context=STORED), **columns)


def _rule(form: DefinitionForm, **columns: Any) -> Rule:
    return Rule(
        condition=form.conditions,
        award=form.award.to_award(),
        caps=tuple(Cap(cap.period, cap.points) for cap in form.caps),
        **columns,
    )
