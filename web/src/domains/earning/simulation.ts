import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type Schemas, useApi } from "@/api/context";
import { type ConditionObject, leavesIn, linesOf } from "@/ui/condition/model";
import type { RuleValues } from "./form";
import { decimalsOf } from "@/ui/forms/numbers";
import { useCurrency } from "@/ui/tenant";

export type Simulation = Schemas["SimulationOut"];
export type SimulatedRule = Schemas["SimulatedRuleOut"];
export type Draft = Schemas["DraftRuleIn"];

export interface LineValues {
  category: string;
  sku: string;
  quantity: number;
  unit_price: string;
}

/** What is to be simulated, as it stands in the address. */
export interface EventValues {
  kind: "purchase" | "activity";
  amount: string;
  lines: LineValues[];
  channel: string;
  payment_method: string | null;
  activity: string;
  value: string;
  at: string | null;
  /** A member, or somebody who is described. */
  member: string | null;
  tier: string | null;
  segments: string[];
  birthday: string | null;
}

export const USUAL: EventValues = {
  kind: "purchase",
  amount: "25",
  lines: [],
  channel: "",
  payment_method: null,
  activity: "review",
  value: "",
  at: null,
  member: null,
  tier: null,
  segments: [],
  birthday: null,
};

/** What a rule is tried with at first: an activity or a line such as its conditions ask for. */
export function firstEvent({ conditions, award }: RuleValues): EventValues {
  const asked = (condition: ConditionObject | null, field: string) => {
    const leaves = linesOf(condition).flatMap(leavesIn);
    const value = leaves.find((leaf) => leaf.field === field)?.value;
    return String((Array.isArray(value) ? value[0] : value) ?? "");
  };
  const line = {
    category: asked(award.lines, "category"),
    sku: asked(award.lines, "sku"),
    quantity: 1,
    unit_price: USUAL.amount,
  };
  return {
    ...USUAL,
    activity: asked(conditions, "activity.kind") || USUAL.activity,
    lines: award.lines === null ? [] : [line],
  };
}

/** What lines cost together, exactly: counted in the currency's smallest unit. */
export function sumOf(lines: LineValues[], currency: string): string {
  const decimals = decimalsOf(currency);
  const unit = 10 ** decimals;
  const total = lines.reduce(
    (sum, line) => sum + Math.round(Number(line.unit_price || 0) * unit) * line.quantity,
    0,
  );
  return (total / unit).toFixed(decimals);
}

export function bodyOfEvent(
  event: EventValues,
  currency: string,
  drafts: Draft[],
): Schemas["SimulationIn"] {
  const whose = event.member ? { member_id: event.member } : {};
  const at = event.at ? { occurred_at: event.at } : {};
  const described = event.member
    ? {}
    : {
        described_member: {
          ...(event.tier ? { tier_id: event.tier } : {}),
          ...(event.birthday ? { birthday: event.birthday } : {}),
          segment_ids: event.segments,
        },
      };
  if (event.kind === "activity")
    return {
      ...described,
      rules: drafts,
      activity: {
        ...whose,
        ...at,
        kind: event.activity.trim(),
        ...(event.value === "" ? {} : { value: event.value }),
      },
    } as Schemas["SimulationIn"];
  const amount = event.lines.length > 0 ? sumOf(event.lines, currency) : event.amount || "0";
  return {
    ...described,
    rules: drafts,
    purchase: {
      ...whose,
      ...at,
      amount,
      currency,
      ...(event.channel ? { channel: event.channel } : {}),
      ...(event.payment_method ? { payment_method: event.payment_method } : {}),
      lines: event.lines.map(({ sku, category, quantity, unit_price }) => ({
        ...(sku ? { sku } : {}),
        ...(category ? { category } : {}),
        quantity: String(quantity),
        unit_price: unit_price || "0",
      })),
    },
  } as Schemas["SimulationIn"];
}

export const SIMULATE = "/v1/earning-rules/simulate";

/** What the event would earn, asked anew as one types. */
export function useSimulation(event: EventValues, drafts: Draft[]) {
  const { client } = useApi();
  const currency = useCurrency();
  const [asked] = useDebouncedValue(bodyOfEvent(event, currency, drafts), 400);
  return useQuery({
    queryKey: ["post", SIMULATE, asked],
    queryFn: async ({ signal }) => {
      const answer = await client.POST(SIMULATE, { body: asked, signal });
      return answer.data;
    },
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: 0,
  });
}
