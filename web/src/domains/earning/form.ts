import type { Schemas } from "@/api/context";
import type { ConditionJson, ConditionObject } from "@/ui/condition/model";
import type { Told } from "./parts/RuleSentence";
import type { Rule } from "./queries";

export const PERIODS = ["event", "day", "month", "lifetime"] as const;
export type Period = (typeof PERIODS)[number];
export type AwardType = "points_per_money" | "fixed" | "per_unit" | "multiplier";

/** A rule as its form has it: all that any kind of award asks stands side by side. */
export interface RuleValues extends Record<string, unknown> {
  name: string;
  trigger: string;
  conditions: ConditionObject | null;
  award: {
    type: AwardType;
    rate: string;
    base: "amount" | "net_amount";
    points: number | null;
    unit: string;
    of: string;
    factor: string;
    lines: ConditionObject | null;
  };
  caps: Record<Period, number | null>;
  starts_at: string | null;
  ends_at: string | null;
  stacking: "stack" | "exclusive";
  exclusion_group: string | null;
  priority: number;
  program_id: string | null;
}

const NO_CAPS = { event: null, day: null, month: null, lifetime: null };

export const BLANK: RuleValues = {
  name: "",
  trigger: "purchase.completed",
  conditions: null,
  award: {
    type: "points_per_money",
    rate: "1",
    base: "amount",
    points: 50,
    unit: "1",
    of: "purchase.lines.quantity",
    factor: "2",
    lines: null,
  },
  caps: NO_CAPS,
  starts_at: null,
  ends_at: null,
  stacking: "stack",
  exclusion_group: null,
  priority: 0,
  program_id: null,
};

/** The form of a rule that is there. */
export function valuesOf(rule: Rule): RuleValues {
  const caps = { ...NO_CAPS } as RuleValues["caps"];
  for (const cap of rule.caps as { period: Period; points: number }[])
    caps[cap.period] = cap.points;
  return {
    name: rule.name,
    trigger: rule.trigger,
    conditions: rule.conditions as ConditionJson | null,
    award: { ...BLANK.award, ...(rule.award as Partial<RuleValues["award"]>) },
    caps,
    starts_at: rule.starts_at,
    ends_at: rule.ends_at,
    stacking: rule.stacking === "exclusive" ? "exclusive" : "stack",
    exclusion_group: rule.exclusion_group,
    priority: rule.priority,
    program_id: rule.program_id,
  };
}

/** What the API takes for these values: of the award only what its kind asks. */
export function bodyOf(values: RuleValues): Schemas["EarningRuleIn"] {
  const { award, caps } = values;
  return {
    ...values,
    name: values.name.trim(),
    conditions: values.conditions as Record<string, unknown> | null,
    exclusion_group: values.exclusion_group?.trim() || null,
    award: awardOf(award) as Schemas["EarningRuleIn"]["award"],
    caps:
      award.type === "multiplier"
        ? []
        : PERIODS.flatMap((period) => {
            const points = caps[period];
            return points === null ? [] : [{ period, points }];
          }),
  };
}

function awardOf(award: RuleValues["award"]): Record<string, unknown> {
  const { type, rate, base, points, unit, of, factor, lines } = award;
  switch (type) {
    case "points_per_money":
      return { type, rate, base, lines };
    case "fixed":
      return { type, points };
    case "per_unit":
      return { type, points, unit, of, lines: of === "purchase.lines.quantity" ? lines : null };
    case "multiplier":
      return { type, factor };
  }
}

/** Where the API's words about a limit belong, which it counts and the form names. */
export function capNames(values: RuleValues): Record<string, string> {
  const given = PERIODS.filter((period) => values.caps[period] !== null);
  return Object.fromEntries(given.map((period, at) => [`caps.${at}.points`, `caps.${period}`]));
}

/** The sentence that these values make. */
export const toldOf = (values: RuleValues): Told => {
  const { trigger, conditions, award, caps, starts_at, ends_at, program_id } = {
    ...values,
    ...bodyOf(values),
  };
  return {
    trigger,
    conditions: conditions ?? null,
    award: award as Record<string, unknown>,
    caps: (caps ?? []) as Told["caps"],
    starts_at: starts_at ?? null,
    ends_at: ends_at ?? null,
    program_id: program_id ?? null,
  };
};
