import { Trans, useLingui } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { keepPreviousData } from "@tanstack/react-query";
import { type Schemas, useApi, useMay } from "@/api/context";
import { Drawer, useDrawer } from "@/ui/Drawer";
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
import { Buyer } from "../parts/Buyer";
import { RecordForm } from "../parts/RecordForm";
import { PurchaseStatus } from "../parts/PurchaseStatus";
import { useUnits } from "@/ui/units";
import { REFUND_STATES, STATUSES, usePurchaseWords } from "../words";

type Row = Schemas["PurchaseSummaryOut"];

export default function Purchases() {
  const { t } = useLingui();
  const { api } = useApi();
  const may = useMay();
  const below = useTenantPath();
  const words = usePurchaseWords();
  const unit = useUnits();
  const drawer = useDrawer();
  const paging = usePaging({ sort: "-occurred_at" });
  const views = useViews("purchases");
  const filters = useFilters([
    {
      id: "status",
      kind: "choice",
      label: t`Status`,
      options: STATUSES.map((value) => ({ value, label: words.status(value) })),
    },
    {
      id: "refund_state",
      kind: "choice",
      label: t`Refunded`,
      options: REFUND_STATES.map((value) => ({ value, label: words.refundState(value) })),
    },
    { id: "recorded", kind: "dates", label: t`Recorded` },
    { id: "external_id", kind: "text", label: t`Your number` },
    { id: "amount", kind: "numbers", label: t`Amount`, from: "min_amount", to: "max_amount" },
    { id: "source", kind: "text", label: t`Sent by` },
    { id: "member", kind: "text", label: t`Your id of the member` },
    { id: "member_id", kind: "text", label: t`Member (mem_…)` },
  ]);
  const expand = may("members:read") ? "member,award" : "award";
  const purchases = api.useQuery(
    "get",
    "/v1/purchases",
    { params: { query: { ...filters.query, ...paging.query, expand } } },
    { placeholderData: keepPreviousData },
  );
  const columns: Column<Row>[] = [
    {
      id: "when",
      header: t`Bought`,
      sort: "occurred_at",
      cell: (row) => <When at={row.occurred_at} />,
    },
    { id: "buyer", header: t`Member`, cell: (row) => <Buyer purchase={row} /> },
    {
      id: "number",
      header: t`Number`,
      definition: t`Your number for the purchase, as the shop or till sent it.`,
      cell: (row) => row.external_id ?? "–",
    },
    { id: "source", header: t`Sent by`, cell: (row) => row.source },
    { id: "status", header: t`Status`, cell: (row) => <PurchaseStatus purchase={row} /> },
    {
      id: "amount",
      header: t`Amount`,
      align: "right",
      definition: t`What was paid, before refunds.`,
      cell: (row) => <Money amount={row.amount} currency={row.currency} />,
    },
    {
      id: "refunded",
      header: t`Refunded`,
      align: "right",
      hidden: true,
      cell: (row) => <Money amount={row.refunded} currency={row.currency} />,
    },
    {
      id: "points",
      header: t`Earned`,
      align: "right",
      definition: t`What it earned when it was completed. Refunds may have taken some of it back.`,
      cell: (row) => {
        const earned = row.expanded?.award?.points_by_program ?? [];
        if (earned.length === 0) return "–";
        return earned.map((each) => (
          <div key={each.program_id}>
            <Points value={each.points} {...unit(each.program_id)} />
          </div>
        ));
      },
    },
  ];
  return (
    <Page
      title={t`Purchases`}
      subtitle={<Trans>What members and guests bought, and what it earned them.</Trans>}
      actions={
        <Button disabled={!may("purchases:write")} onClick={() => drawer.open("record")}>
          <Trans>Record a purchase</Trans>
        </Button>
      }
    >
      <DataTable
        label={t`Purchases`}
        list={purchases}
        columns={columns}
        rowId={(row) => row.id}
        rowLink={(row) => below(`purchases/${row.id}`)}
        paging={paging}
        filters={<FilterBar filters={filters} />}
        views={views}
        actions={
          <ExportButton
            name="purchases"
            query={{
              ...filters.query,
              ...paging.query,
              ...(may("members:read") ? { expand: "member" } : {}),
            }}
          />
        }
        empty={
          filters.active ? (
            <Empty title={t`No such purchase`}>
              <Trans>Change or remove a filter to see other purchases.</Trans>
            </Empty>
          ) : (
            <Empty title={t`No purchases yet`}>
              <Trans>
                Your shop or till sends them to the API. Each appears here at once, with what it
                earned and why.
              </Trans>
            </Empty>
          )
        }
      />
      <Drawer id="record" title={t`Record a purchase`}>
        <RecordForm />
      </Drawer>
    </Page>
  );
}
