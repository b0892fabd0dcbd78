import { useLingui as useDescriptors } from "@lingui/react";
import { Trans, useLingui } from "@lingui/react/macro";
import { keepPreviousData } from "@tanstack/react-query";
import { type Schemas, useApi } from "@/api/context";
import { Empty } from "@/ui/Empty";
import { FilterBar } from "@/ui/FilterBar";
import { useFilters } from "@/ui/filters";
import { Status } from "@/ui/Status";
import { DataTable } from "@/ui/table/DataTable";
import { useTenantPath } from "@/ui/tenant";
import { usePaging } from "@/ui/url";
import { OUTCOMES } from "../words";
import { useReason } from "./useReason";

/** Whom an action is for, and what came of each. */
export function Results({ action }: { action: Schemas["BulkActionOut"] }) {
  const { t } = useLingui();
  const { _ } = useDescriptors();
  const { api } = useApi();
  const below = useTenantPath();
  const reason = useReason();
  const paging = usePaging();
  const filters = useFilters([
    {
      id: "outcome",
      kind: "choice",
      label: t`Result`,
      options: Object.entries(OUTCOMES).map(([value, { words }]) => ({ value, label: _(words) })),
    },
  ]);
  const results = api.useQuery(
    "get",
    "/v1/bulk-actions/{bulk_action_id}/members",
    {
      params: {
        path: { bulk_action_id: action.id },
        query: { ...filters.query, ...paging.query },
      },
    },
    {
      placeholderData: keepPreviousData,
      refetchInterval: action.finished_at === null ? 2_000 : false,
    },
  );
  return (
    <DataTable
      label={t`Members`}
      list={results}
      rowId={(row) => row.member_id}
      rowLink={(row) => below(`members/${row.member_id}`)}
      paging={paging}
      filters={<FilterBar filters={filters} />}
      empty={
        <Empty title={t`Nobody`}>
          <Trans>Nobody has this result. Reset the filter to see all.</Trans>
        </Empty>
      }
      columns={[
        { id: "member", header: t`Member`, cell: (row) => row.member || row.member_id },
        {
          id: "outcome",
          header: t`Result`,
          cell: ({ outcome }) =>
            outcome === null ? (
              <Status tone="waiting">{t`Waiting`}</Status>
            ) : (
              <Status tone={OUTCOMES[outcome].tone}>{_(OUTCOMES[outcome].words)}</Status>
            ),
        },
        { id: "why", header: t`Why not`, cell: (row) => row.code !== null && reason(row) },
      ]}
    />
  );
}
