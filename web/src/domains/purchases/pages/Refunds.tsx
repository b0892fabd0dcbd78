import { Trans, useLingui } from "@lingui/react/macro";
import { keepPreviousData } from "@tanstack/react-query";
import { type Schemas, useApi } from "@/api/context";
import { Empty } from "@/ui/Empty";
import { FilterBar } from "@/ui/FilterBar";
import { useFilters } from "@/ui/filters";
import { Money } from "@/ui/Money";
import { Page } from "@/ui/Page";
import { Points } from "@/ui/Points";
import type { Column } from "@/ui/table/columns";
import { DataTable } from "@/ui/table/DataTable";
import { ExportButton } from "@/ui/table/ExportButton";
import { useViews } from "@/ui/table/views";
import { useTenantPath } from "@/ui/tenant";
import { usePaging } from "@/ui/url";
import { When } from "@/ui/When";
import { useUnits } from "@/ui/units";

type Row = Schemas["RefundSummaryOut"];

export default function Refunds() {
  const { t } = useLingui();
  const { api } = useApi();
  const below = useTenantPath();
  const unit = useUnits();
  const paging = usePaging({ sort: "-created_at" });
  const views = useViews("refunds");
  const filters = useFilters([
    { id: "recorded", kind: "dates", label: t`Recorded` },
    { id: "external_id", kind: "text", label: t`Your number` },
    { id: "source", kind: "text", label: t`Sent by` },
    { id: "purchase_id", kind: "text", label: t`Purchase (pur_…)` },
  ]);
  const refunds = api.useQuery(
    "get",
    "/v1/refunds",
    { params: { query: { ...filters.query, ...paging.query } } },
    { placeholderData: keepPreviousData },
  );
  const columns: Column<Row>[] = [
    { id: "when", header: t`Refunded`, cell: (row) => <When at={row.occurred_at} /> },
    { id: "number", header: t`Number`, cell: (row) => row.external_id ?? "–" },
    { id: "source", header: t`Sent by`, cell: (row) => row.source },
    { id: "reason", header: t`Reason`, cell: (row) => row.reason ?? "–" },
    {
      id: "amount",
      header: t`Amount`,
      align: "right",
      cell: (row) => <Money amount={row.amount} />,
    },
    {
      id: "points",
      header: t`Taken back`,
      definition: t`What the refund took of the points that the purchase had earned.`,
      align: "right",
      cell: (row) =>
        row.points_by_program.length === 0
          ? "–"
          : row.points_by_program.map((each) => (
              <div key={each.program_id}>
                <Points value={each.points} {...unit(each.program_id)} />
              </div>
            )),
    },
    {
      id: "returned",
      header: t`Given back`,
      definition: t`Points that the purchase was paid with and that the buyer got back.`,
      align: "right",
      cell: (row) => (row.points_returned === 0 ? "–" : <Points value={row.points_returned} />),
    },
  ];
  return (
    <Page
      title={t`Refunds`}
      subtitle={<Trans>Money that went back to buyers, and what that did to their points.</Trans>}
    >
      <DataTable
        label={t`Refunds`}
        list={refunds}
        columns={columns}
        rowId={(row) => row.id}
        rowLink={(row) => below(`purchases/${row.purchase_id}`)}
        paging={paging}
        filters={<FilterBar filters={filters} />}
        views={views}
        actions={<ExportButton name="refunds" query={{ ...filters.query, ...paging.query }} />}
        empty={
          filters.active ? (
            <Empty title={t`No such refund`}>
              <Trans>Change or remove a filter to see other refunds.</Trans>
            </Empty>
          ) : (
            <Empty title={t`No refunds yet`}>
              <Trans>Open a purchase to refund it, or send refunds through the API.</Trans>
            </Empty>
          )
        }
      />
    </Page>
  );
}
