import { type Schemas, useApi, useMay } from "@/api/context";

export type Redemption = Schemas["RedemptionOut"];
export type Reward = Schemas["RewardOut"];

/** What rewards name and people call otherwise. */
export interface Names {
  programs: { id: string; name: string; unit_name: string; is_default: boolean }[];
  tiers: { id: string; name: string; level: number }[];
  segments: { id: string; name: string }[];
  isPending: boolean;
}

const ALL = { params: { query: { limit: 100 } } } as const;

/** Everything that the words about a reward need besides it; what one may not read stays out. */
export function useNames(): Names {
  const { api } = useApi();
  const may = useMay();
  const programs = api.useQuery("get", "/v1/programs", ALL, { enabled: may("ledger:read") });
  const tiers = api.useQuery("get", "/v1/tiers", ALL, { enabled: may("tiers:read") });
  const segments = api.useQuery("get", "/v1/segments", ALL, { enabled: may("segments:read") });
  return {
    programs: programs.data?.data ?? [],
    tiers: tiers.data?.data ?? [],
    segments: segments.data?.data ?? [],
    isPending: [programs, tiers, segments].some((query) => query.isLoading),
  };
}
