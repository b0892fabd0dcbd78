import type { Schemas } from "@/api/context";
import { BADGES } from "@/ui/theme";

export type Tier = Schemas["TierOut"];
export type Criteria = "points" | "spend" | "orders" | "hybrid";

/** A step as the editor holds it; one that is new has no tier yet. */
export interface Step extends Record<string, unknown> {
  key: string;
  tier: Tier | null;
  name: string;
  description: string;
  color: string;
  criteria: Criteria;
  min_points: number | null;
  min_spend: string | null;
  min_orders: number | null;
  qualification_period_days: number | null;
  points_multiplier: string;
  discount_percentage: string;
  free_shipping: boolean;
  early_access: boolean;
  birthday_bonus_points: number | null;
  requires_maintenance: boolean;
  maintenance_period_days: number | null;
  grace_days: number | null;
  is_default: boolean;
}

export function stepOf(tier: Tier): Step {
  return {
    key: tier.id,
    tier,
    name: tier.name,
    description: tier.description ?? "",
    color: tier.color,
    criteria: tier.criteria as Criteria,
    min_points: tier.min_points,
    min_spend: tier.min_spend,
    min_orders: tier.min_orders,
    qualification_period_days: tier.qualification_period_days,
    points_multiplier: String(tier.points_multiplier),
    discount_percentage: String(tier.discount_percentage),
    free_shipping: tier.free_shipping,
    early_access: tier.early_access,
    birthday_bonus_points: tier.birthday_bonus_points,
    requires_maintenance: tier.requires_maintenance,
    maintenance_period_days: tier.maintenance_period_days,
    grace_days: tier.grace_days,
    is_default: tier.is_default,
  };
}

/** A new step on top of these; it counts what the one below counts. */
export function nextStep(steps: Step[]): Step {
  const below = steps.at(-1);
  return {
    key: `new-${steps.length}-${Date.now()}`,
    tier: null,
    name: "",
    description: "",
    color: BADGES[steps.length % BADGES.length] ?? BADGES[0],
    criteria: below?.criteria ?? "spend",
    min_points: 0,
    min_spend: "0",
    min_orders: 0,
    qualification_period_days: below?.qualification_period_days ?? 365,
    points_multiplier: "1",
    discount_percentage: "0",
    free_shipping: false,
    early_access: false,
    birthday_bonus_points: 0,
    requires_maintenance: false,
    maintenance_period_days: 365,
    grace_days: 0,
    is_default: steps.length === 0,
  };
}

/** Three steps to begin with, by what is spent in a year; everything of them can be changed. */
export function firstSteps(names: string[]): Step[] {
  const steps: Step[] = [];
  for (const [at, name] of names.entries()) {
    const key = `new-${at}`;
    const min_spend = SPENT[at] ?? "0";
    const points_multiplier = TIMES[at] ?? "1";
    steps.push({ ...nextStep(steps), key, name, min_spend, points_multiplier });
  }
  return steps;
}

const SPENT = ["0", "250", "1000"];
const TIMES = ["1", "1.25", "1.5"];

/** Each step's level: its own where the order allows it, else one more than the step below. */
export function levelsOf(steps: Step[]): number[] {
  let last = 0;
  return steps.map(({ tier }) => (last = Math.max(tier?.level ?? 0, last + 1)));
}

/** A step as the API has it. */
export function fieldsOf(step: Step, level: number) {
  const counts = (what: Criteria) => step.criteria === what || step.criteria === "hybrid";
  return {
    name: step.name.trim(),
    description: step.description.trim() || null,
    level,
    color: step.color,
    criteria: step.criteria,
    min_points: counts("points") ? (step.min_points ?? 0) : 0,
    min_spend: counts("spend") ? (step.min_spend ?? "0") : "0",
    min_orders: step.min_orders ?? 0,
    qualification_period_days: step.qualification_period_days ?? 0,
    points_multiplier: step.points_multiplier || "1",
    discount_percentage: step.discount_percentage || "0",
    free_shipping: step.free_shipping,
    early_access: step.early_access,
    birthday_bonus_points: step.birthday_bonus_points ?? 0,
    requires_maintenance: step.requires_maintenance && !step.is_default,
    maintenance_period_days: step.maintenance_period_days ?? 365,
    grace_days: step.grace_days ?? 0,
    is_default: step.is_default,
  };
}

const NUMBERS = new Set(["min_spend", "points_multiplier", "discount_percentage"]);

function differs(field: string, now: unknown, before: unknown): boolean {
  return NUMBERS.has(field) ? Number(now) !== Number(before) : now !== before;
}

/** What the API is asked for: only what changed, each with the version that was edited. */
export function proposalOf(before: Tier[], steps: Step[]) {
  const levels = levelsOf(steps);
  const changed: Record<string, unknown>[] = [];
  const fresh: ReturnType<typeof fieldsOf>[] = [];
  /** Which step the API means by `changed.0` or `new.0`. */
  const places: Record<string, number> = {};
  steps.forEach((step, at) => {
    const fields = fieldsOf(step, levels[at] ?? at + 1);
    const { tier } = step;
    if (tier === null) {
      places[`new.${fresh.length}`] = at;
      fresh.push(fields);
      return;
    }
    const news = Object.entries(fields).filter(([name, value]) =>
      differs(name, value, tier[name as keyof Tier]),
    );
    // A default tier stops being it by another's becoming it.
    const said = news.filter(([name, value]) => name !== "is_default" || value === true);
    if (said.length === 0) return;
    places[`changed.${changed.length}`] = at;
    changed.push({ id: tier.id, version: tier.version, ...Object.fromEntries(said) });
  });
  const kept = new Set(steps.map((step) => step.tier?.id));
  const archived = before.filter((tier) => !kept.has(tier.id)).map((tier) => tier.id);
  const body = { changed, new: fresh, archived, replace: false } as Schemas["PreviewIn"];
  return { body, places, none: changed.length + fresh.length + archived.length === 0 };
}

/** Where the fields of the form are that the API calls `changed.0.name`. */
export function fieldNames(places: Record<string, number>): Record<string, string> {
  const names: Record<string, string> = {};
  for (const [place, at] of Object.entries(places))
    for (const field of FIELDS) names[`${place}.${field}`] = `steps.${at}.${field}`;
  return names;
}

const FIELDS = [
  ..."name description color criteria min_points min_spend min_orders".split(" "),
  ..."qualification_period_days points_multiplier discount_percentage is_default".split(" "),
  ..."birthday_bonus_points requires_maintenance maintenance_period_days grace_days".split(" "),
];
