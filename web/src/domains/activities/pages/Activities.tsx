import { Trans, useLingui } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { keepPreviousData } from "@tanstack/react-query";
import { type Schemas, useApi, useMay } from "@/api/context";
import { Drawer, useDrawer } from "@/ui/Drawer";
import { Empty } from "@/ui/Empty";
import { EntityLink } from "@/ui/EntityLink";
import { FilterBar } from "@/ui/FilterBar";
import { useFilters } from "@/ui/filters";
import { memberName } from "@/ui/memberName";
import { Page } from "@/ui/Page";
import { Points } from "@/ui/Points";
import { Status } from "@/ui/Status";
import type { Column } from "@/ui/table/columns";
import { DataTable } from "@/ui/table/DataTable";
import { ExportButton } from "@/ui/table/ExportButton";
import { useViews } from "@/ui/table/views";
import { useTenantPath } from "@/ui/tenant";
import { useUnits } from "@/ui/units";
import { usePaging } from "@/ui/url";
import { When } from "@/ui/When";
import { RecordForm } from "../parts/RecordForm";
import { useActivityWords } from "../words";

type Row = Schemas["ActivitySummaryOut"];

export default function Activities() {
  const { t } = useLingui();
  const { api } = useApi();
  const may = useMay();
  const below = useTenantPath();
  const words = useActivityWords();
  const unit = useUnits();
  const drawer = useDrawer();
  const paging = usePaging({ sort: "-created_at" });
  const views = useViews("activities");
  const filters = useFilters([
    { id: "kind", kind: "text", label: t`Kind` },
    {
      id: "status",
      kind: "choice",
      label: t`Status`,
      options: ["recorded", "revoked"].map((value) => ({ value, label: words.status(value) })),
    },
    { id: "recorded", kind: "dates", label: t`Recorded` },
    { id: "external_id", kind: "text", label: t`Your number` },
    { id: "source", kind: "text", label: t`Sent by` },
    { id: "member_id", kind: "text", label: t`Member (mem_…)` },
  ]);
  const expand = may("members:read") ? "member,award" : "award";
  const activities = api.useQuery(
    "get",
    "/v1/activities",
    { params: { query: { ...filters.query, ...paging.query, expand } } },
    { placeholderData: keepPreviousData },
  );
  const columns: Column<Row>[] = [
    { id: "kind", header: t`What`, cell: (row) => words.kind(row.kind) },
    { id: "subject", header: t`About`, cell: (row) => row.subject ?? "–" },
    {
      id: "member",
      header: t`Member`,
      cell: (row) => (
        <EntityLink id={row.member_id}>
          {row.expanded?.member ? memberName(row.expanded.member) : undefined}
        </EntityLink>
      ),
    },
    {
      id: "when",
      header: t`When`,
      sort: "created_at",
      cell: (row) => <When at={row.occurred_at} />,
    },
    { id: "source", header: t`Sent by`, cell: (row) => row.source },
    {
      id: "status",
      header: t`Status`,
      cell: (row) => (
        <Status tone={row.status === "recorded" ? "good" : "quiet"}>
          {words.status(row.status)}
        </Status>
      ),
    },
    {
      id: "points",
      header: t`Earned`,
      align: "right",
      definition: t`What it earned when it was recorded; a revocation takes it back.`,
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
  const record = may("activities:write") && (
    <Button onClick={() => drawer.open("record")}>
      <Trans>Record an activity</Trans>
    </Button>
  );
  return (
    <Page
      title={t`What members do`}
      subtitle={<Trans>Reviews, shares, visits and whatever else members do besides buying.</Trans>}
      actions={record}
    >
      <DataTable
        label={t`Activities`}
        list={activities}
        columns={columns}
        rowId={(row) => row.id}
        rowLink={(row) => below(`activities/${row.id}`)}
        paging={paging}
        filters={<FilterBar filters={filters} />}
        views={views}
        actions={<ExportButton name="activities" query={{ ...filters.query, ...paging.query }} />}
        empty={
          filters.active ? (
            <Empty title={t`No such activity`}>
              <Trans>Change or remove a filter to see other activities.</Trans>
            </Empty>
          ) : (
            <Empty title={t`Nothing recorded yet`}>
              <Trans>
                Your systems send what members do to the API, or you record it here. An earning rule
                says what it earns.
              </Trans>
            </Empty>
          )
        }
      />
      <Drawer id="record" title={t`Record an activity`}>
        <RecordForm />
      </Drawer>
    </Page>
  );
}
