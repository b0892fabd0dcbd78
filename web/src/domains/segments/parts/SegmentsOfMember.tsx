import { Trans, useLingui } from "@lingui/react/macro";
import { useApi } from "@/api/context";
import { Empty } from "@/ui/Empty";
import { FilterBar } from "@/ui/FilterBar";
import { useFilters } from "@/ui/filters";
import { DataTable } from "@/ui/table/DataTable";
import { useTenantPath } from "@/ui/tenant";
import { usePaging } from "@/ui/url";
import { When } from "@/ui/When";
import { useCriteriaFields } from "../queries";
import { Reasons } from "./Reasons";

/** The segments of a member: since when, and why. */
export default function SegmentsOfMember({ memberId }: { memberId: string }) {
  const { t } = useLingui();
  const { api } = useApi();
  const below = useTenantPath();
  const told = useCriteriaFields();
  const paging = usePaging();
  const filters = useFilters([
    {
      id: "history",
      kind: "choice",
      label: t`Which`,
      options: [{ value: "true", label: t`Also those that they left` }],
    },
  ]);
  const segments = api.useQuery("get", "/v1/members/{member_id}/segments", {
    params: { path: { member_id: memberId }, query: { ...filters.query, ...paging.query } },
  });
  return (
    <DataTable
      label={t`Segments`}
      list={{ ...segments, isPending: segments.isPending || told.isPending }}
      rowId={(row) => `${row.segment_id} ${row.joined_at}`}
      rowLink={(row) => below(`segments/${row.segment_id}`)}
      paging={paging}
      filters={<FilterBar filters={filters} />}
      empty={
        <Empty title={t`In no segment`}>
          <Trans>Members come into segments by their conditions, or by hand.</Trans>
        </Empty>
      }
      columns={[
        { id: "segment", header: t`Segment`, cell: (row) => row.segment_name },
        { id: "since", header: t`Since`, cell: (row) => <When at={row.joined_at} /> },
        {
          id: "why",
          header: t`Why`,
          cell: (row) => <Reasons found={row.found} reason={row.reason} told={told} />,
        },
        {
          id: "left",
          header: t`Left`,
          hidden: filters.values.history === undefined,
          cell: (row) => row.left_at !== null && <When at={row.left_at} />,
        },
      ]}
    />
  );
}
