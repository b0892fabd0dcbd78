import { useLingui } from "@lingui/react/macro";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type Schemas, useApi, useMay } from "@/api/context";
import type { ConditionField, ConditionObject } from "@/ui/condition/model";
import type { ConditionWords } from "@/ui/condition/words";
import type { Choice } from "@/ui/filters";
import { useCriteriaWords } from "./words";

export type Segment = Schemas["SegmentOut"];
export type Criteria = ConditionObject | null;

/** What criteria are told in. */
export interface CriteriaTold {
  fields: ConditionField[];
  words: ConditionWords;
  options: (field: ConditionField) => Choice[] | undefined;
  isPending: boolean;
  error: unknown;
}

/** The fields that criteria can use, with their words, and the tiers to choose from. */
export function useCriteriaFields(): CriteriaTold {
  const { i18n } = useLingui();
  const { api } = useApi();
  const may = useMay();
  const words = useCriteriaWords();
  const found = api.useQuery("get", "/v1/segments/fields", {}, { staleTime: Infinity });
  const tiers = api.useQuery(
    "get",
    "/v1/tiers",
    { params: { query: { limit: 100 } } },
    { enabled: may("tiers:read") },
  );
  const names = (tiers.data?.data ?? []).map(({ name }) => ({ value: name, label: name }));
  // The API describes fields in English; elsewhere our own words have to do.
  const fields = (found.data?.data ?? []).map((field) =>
    i18n.locale === "en" ? field : { ...field, description: "" },
  );
  return {
    fields,
    words,
    options: (field) => (field.name === "tier.name" && names.length > 0 ? names : undefined),
    isPending: found.isPending,
    error: found.error,
  };
}

/** Who criteria mean that are not saved yet, counted as one edits. */
export function usePreview(criteria: Criteria) {
  const { client } = useApi();
  const may = useMay();
  const [asked] = useDebouncedValue(JSON.stringify(criteria), 300);
  const expand = may("members:read") ? "member" : undefined;
  const found = useQuery({
    queryKey: ["segments", "preview", asked],
    queryFn: async ({ signal }) => {
      const body = { criteria: JSON.parse(asked) as Record<string, unknown>, expand };
      return (await client.POST("/v1/segments/preview", { body, signal })).data;
    },
    enabled: asked !== "null",
    placeholderData: keepPreviousData,
    retry: false,
    gcTime: 0,
  });
  return { ...found, counting: found.isFetching || asked !== JSON.stringify(criteria) };
}

/** What answers about segments bring along: who names them, as far as one may see that. */
export function useUses(): string | undefined {
  const may = useMay();
  const names = [may("earning:read") && "earning_rules", may("rewards:read") && "rewards"];
  return names.filter(Boolean).join(",") || undefined;
}
