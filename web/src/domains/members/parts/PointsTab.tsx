import { useLingui as useDescriptors } from "@lingui/react";
import { Trans, useLingui } from "@lingui/react/macro";
import { keepPreviousData } from "@tanstack/react-query";
import { useApi } from "@/api/context";
import { Empty } from "@/ui/Empty";
import { EntityLink } from "@/ui/EntityLink";
import { FilterBar } from "@/ui/FilterBar";
import { useFilters } from "@/ui/filters";
import { Points } from "@/ui/Points";
import { DataTable } from "@/ui/table/DataTable";
import { usePaging } from "@/ui/url";
import { When } from "@/ui/When";
import { MOVEMENTS, SOURCES } from "../words";

/** Every movement of a member's points, with the balance after it. */
export function PointsTab({ memberId }: { memberId: string }) {
  const { t } = useLingui();
  const { _ } = useDescriptors();
  const { api } = useApi();
  const paging = usePaging();
  const filters = useFilters([
    {
      id: "type",
      kind: "choice",
      label: t`Kind`,
      options: Object.entries(MOVEMENTS).map(([value, words]) => ({ value, label: _(words) })),
    },
    { id: "when", kind: "dates", label: t`When`, from: "since", to: "until" },
  ]);
  const movements = api.useQuery(
    "get",
    "/v1/members/{member_id}/transactions",
    {
      params: {
        path: { member_id: memberId },
        query: { ...filters.query, ...paging.query },
      },
    },
    { placeholderData: keepPreviousData },
  );
  return (
    <DataTable
      label={t`Movements of points`}
      list={movements}
      rowId={(row) => row.id}
      paging={paging}
      filters={<FilterBar filters={filters} />}
      empty={
        <Empty title={t`No movements`}>
          <Trans>Points appear here when they are earned, spent or adjusted.</Trans>
        </Empty>
      }
      columns={[
        { id: "when", header: t`When`, cell: (row) => <When at={row.occurred_at} /> },
        {
          id: "type",
          header: t`Kind`,
          cell: (row) => {
            const words = MOVEMENTS[row.type];
            return words ? _(words) : row.type;
          },
        },
        {
          id: "source",
          header: t`Through`,
          cell: (row) => {
            const words = SOURCES[row.source];
            const name = words ? _(words) : row.source;
            return row.source_id ? <EntityLink id={row.source_id}>{name}</EntityLink> : name;
          },
        },
        { id: "reason", header: t`Reason`, cell: (row) => row.reason },
        {
          id: "points",
          header: t`Points`,
          align: "right",
          cell: (row) => <Points value={row.points} signed bare />,
        },
        {
          id: "after",
          header: t`Balance after`,
          align: "right",
          cell: (row) => <Points value={row.balance_after} bare />,
        },
      ]}
    />
  );
}
