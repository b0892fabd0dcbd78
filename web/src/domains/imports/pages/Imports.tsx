import { useLingui as useDescriptors } from "@lingui/react";
import { Trans, useLingui } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { keepPreviousData } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useApi, useMay } from "@/api/context";
import { useActors } from "@/ui/actors";
import { Empty } from "@/ui/Empty";
import { FilterBar } from "@/ui/FilterBar";
import { useFilters } from "@/ui/filters";
import { formatNumber } from "@/ui/format";
import { Page } from "@/ui/Page";
import { Status } from "@/ui/Status";
import { DataTable } from "@/ui/table/DataTable";
import { useViews } from "@/ui/table/views";
import { useTenantPath } from "@/ui/tenant";
import { usePaging } from "@/ui/url";
import { When } from "@/ui/When";
import { type Import, isUnderWay, KINDS, STATUS } from "../words";

/** Files that were imported, or are about to be. */
export default function Imports() {
  const { t, i18n } = useLingui();
  const { _ } = useDescriptors();
  const { api } = useApi();
  const may = useMay();
  const below = useTenantPath();
  const actor = useActors();
  const paging = usePaging();
  const views = useViews("imports");
  const filters = useFilters([
    { id: "search", kind: "search", label: t`Name of the file` },
    {
      id: "kind",
      kind: "choice",
      label: t`What`,
      options: Object.entries(KINDS).map(([value, { label }]) => ({ value, label: _(label) })),
    },
    {
      id: "status",
      kind: "choice",
      label: t`Status`,
      options: Object.entries(STATUS).map(([value, { words }]) => ({ value, label: _(words) })),
    },
    { id: "created", kind: "dates", label: t`Created`, from: "since", to: "until" },
  ]);
  const imports = api.useQuery(
    "get",
    "/v1/imports",
    { params: { query: { ...filters.query, ...paging.query } } },
    {
      placeholderData: keepPreviousData,
      refetchInterval: (query) => (query.state.data?.data.some(isUnderWay) ? 2_000 : false),
    },
  );
  const count = (name: "booked" | "skipped" | "rejected") => (run: Import) =>
    formatNumber(run.counts[name], i18n.locale);
  const begin = may("imports:write") && (
    <Button component={Link} to={below("imports/new")}>
      <Trans>Import a file</Trans>
    </Button>
  );
  return (
    <Page
      title={t`Imports`}
      subtitle={<Trans>Bring members, purchases, points and rewards from CSV files.</Trans>}
      actions={
        <>
          <Button variant="default" component={Link} to={below("imports/columns")}>
            <Trans>What files look like</Trans>
          </Button>
          {begin}
        </>
      }
    >
      <DataTable<Import>
        label={t`Imports`}
        list={imports}
        rowId={(run) => run.id}
        rowLink={(run) => below(`imports/${run.id}`)}
        paging={paging}
        filters={<FilterBar filters={filters} />}
        views={views}
        empty={
          <Empty title={t`No imports`}>
            <Trans>
              Import a CSV file with your members or purchases. A dry run shows what it will change
              before anything does.
            </Trans>
          </Empty>
        }
        columns={[
          { id: "file", header: t`File`, cell: (run) => run.file_name },
          { id: "kind", header: t`What`, cell: (run) => _(KINDS[run.kind].label) },
          {
            id: "status",
            header: t`Status`,
            cell: (run) => (
              <Status tone={STATUS[run.status].tone}>{_(STATUS[run.status].words)}</Status>
            ),
          },
          { id: "booked", header: t`Booked`, align: "right", cell: count("booked") },
          { id: "skipped", header: t`There before`, align: "right", cell: count("skipped") },
          { id: "rejected", header: t`Rejected`, align: "right", cell: count("rejected") },
          { id: "by", header: t`By`, cell: (run) => actor(run.created_by_kind, run.created_by) },
          {
            id: "created",
            header: t`Created`,
            sort: "created_at",
            cell: (run) => <When at={run.created_at} />,
          },
        ]}
      />
    </Page>
  );
}
