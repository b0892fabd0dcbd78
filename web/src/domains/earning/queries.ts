import { type Schemas, useApi, useMay } from "@/api/context";
import type { ConditionField } from "@/ui/condition/model";

export type Rule = Schemas["EarningRuleOut"];
export type RuleField = Schemas["EarningFieldOut"];
export type Program = Schemas["ProgramOut"];

/** What rules name and people call otherwise. */
export interface Names {
  /** Facts that conditions may ask, with the events that have them. */
  fields: RuleField[];
  programs: Program[];
  tiers: { id: string; name: string }[];
  segments: { id: string; name: string }[];
  isPending: boolean;
  error: unknown;
}

const ALL = { params: { query: { limit: 100 } } } as const;

/** Everything that a rule's sentence needs besides the rule; what one may not read stays out. */
export function useNames(): Names {
  const { api } = useApi();
  const may = useMay();
  const fields = api.useQuery("get", "/v1/earning-rules/fields");
  const programs = api.useQuery("get", "/v1/programs", ALL, { enabled: may("ledger:read") });
  const tiers = api.useQuery("get", "/v1/tiers", ALL, { enabled: may("tiers:read") });
  const segments = api.useQuery("get", "/v1/segments", ALL, { enabled: may("segments:read") });
  return {
    fields: fields.data?.data ?? [],
    programs: programs.data?.data ?? [],
    tiers: tiers.data?.data ?? [],
    segments: segments.data?.data ?? [],
    isPending: [fields, programs, tiers, segments].some((query) => query.isLoading),
    error: fields.error,
  };
}

/** The facts that an event of this trigger has. */
export const fieldsOf = (fields: RuleField[], trigger: string): ConditionField[] =>
  fields.filter((field) => field.triggers.includes(trigger));
