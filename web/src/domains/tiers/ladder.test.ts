import { expect, test } from "vitest";
import { BADGES } from "@/ui/theme";
import { fieldNames, levelsOf, nextStep, proposalOf, stepOf, type Tier } from "./ladder";

const tier = (name: string, level: number, more: Partial<Tier> = {}) =>
  ({
    id: `tir_${name}`,
    name,
    description: null,
    level,
    color: BADGES[0],
    icon: "star",
    criteria: "spend",
    min_points: 0,
    min_spend: "100.00",
    min_orders: 0,
    qualification_period_days: 365,
    points_multiplier: "1.50",
    discount_percentage: "0.00",
    free_shipping: false,
    early_access: false,
    birthday_bonus_points: 0,
    requires_maintenance: false,
    maintenance_period_days: 365,
    grace_days: 0,
    is_default: false,
    version: 3,
    ...more,
  }) as unknown as Tier;

test("a ladder that is as it was asks for nothing", () => {
  const before = [tier("Silver", 1), tier("Gold", 5)];
  const { body, none } = proposalOf(before, before.map(stepOf));
  expect(none).toBe(true);
  expect(body.changed).toEqual([]);
});

test("only what changed is sent, with the version that was edited", () => {
  const before = [tier("Silver", 1), tier("Gold", 5)];
  const steps = before.map(stepOf);
  const gold = { ...steps[1]!, min_spend: "250" };
  const { body, places } = proposalOf(before, [steps[0]!, gold]);
  expect(body.changed).toEqual([{ id: "tir_Gold", version: 3, min_spend: "250" }]);
  expect(fieldNames(places)["changed.0.min_spend"]).toBe("steps.1.min_spend");
});

test("a step between two others moves those above it only where it must", () => {
  const steps = [tier("Silver", 1), tier("Gold", 5)].map(stepOf);
  const added = nextStep(steps);
  expect(levelsOf([steps[0]!, added, steps[1]!])).toEqual([1, 2, 5]);
  expect(levelsOf([steps[1]!, steps[0]!])).toEqual([5, 6]);
});

test("what is gone is archived, and another becomes the default by itself", () => {
  const before = [tier("Silver", 1, { is_default: true }), tier("Gold", 2)];
  const steps = before.map(stepOf);
  const { body } = proposalOf(before, [{ ...steps[1]!, is_default: true }]);
  expect(body.archived).toEqual(["tir_Silver"]);
  expect(body.changed).toEqual([{ id: "tir_Gold", version: 3, is_default: true }]);
});
