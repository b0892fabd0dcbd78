import { Trans } from "@lingui/react/macro";
import { Alert, Skeleton, Stack } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { type Schemas, useApi, useMay } from "@/api/context";
import { Effects } from "@/ui/Effects";
import { ProblemNotice } from "@/ui/ProblemNotice";
import { RulesSay } from "@/ui/RulesSay";
import type { Body } from "./RecordForm";

/** What the purchase would do to points, by a dry run, and what each rule says about it. */
export function RecordPreview({ body, off }: { body: Body | null; off: boolean }) {
  const { client } = useApi();
  const may = useMay();
  const now = JSON.stringify(body);
  const [asked] = useDebouncedValue(now, 400);
  const settled = body !== null && asked === now && !off;
  const planned = useQuery({
    queryKey: ["record-purchase", asked],
    queryFn: async () =>
      (
        await client.POST("/v1/purchases", {
          params: { query: { dry_run: true } },
          body: JSON.parse(asked) as Body,
        })
      ).data as unknown as Schemas["DryRunOut"],
    enabled: settled,
    gcTime: 0,
    retry: false,
  });
  const refused = (planned.data?.status ?? 0) >= 400;
  const why = useQuery({
    queryKey: ["record-purchase-why", asked],
    queryFn: async () =>
      (
        await client.POST("/v1/earning-rules/simulate", {
          body: { purchase: JSON.parse(asked) as Body, rules: [] },
        })
      ).data as Schemas["SimulationOut"],
    enabled:
      settled && body.member_id != null && planned.isSuccess && !refused && may("earning:read"),
    gcTime: 0,
    retry: false,
  });
  if (body === null) return null;
  if (planned.error) return <ProblemNotice error={planned.error} />;
  if (planned.data === undefined) return <Skeleton h="4em" />;
  return (
    <Alert
      color={refused ? "red" : "gray"}
      title={<Trans>What this does</Trans>}
      role="status"
      aria-busy={!settled}
    >
      <Stack gap="sm">
        {refused ? String(planned.data.answer.detail ?? "") : <Effects planned={planned.data} />}
        {why.data && <RulesSay why={{ ...why.data, taken_back: 0, lots: [] }} />}
      </Stack>
    </Alert>
  );
}
