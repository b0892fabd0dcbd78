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
import { Status } from "@/ui/Status";
import type { Column } from "@/ui/table/columns";
import { DataTable } from "@/ui/table/DataTable";
import { useTenantPath } from "@/ui/tenant";
import { usePaging } from "@/ui/url";
import { ProgramForm } from "../parts/ProgramForm";
import { useDays } from "../parts/useDays";

type Program = Schemas["ProgramOut"];

export default function Programs() {
  const { t } = useLingui();
  const { api } = useApi();
  const may = useMay();
  const below = useTenantPath();
  const drawer = useDrawer();
  const days = useDays();
  const paging = usePaging({ sort: "default_first" });
  const filters = useFilters([
    {
      id: "archived",
      kind: "choice",
      label: t`Archived`,
      options: [{ value: "true", label: t`Archived` }],
    },
  ]);
  const programs = api.useQuery(
    "get",
    "/v1/programs",
    { params: { query: { ...filters.query, ...paging.query } } },
    { placeholderData: keepPreviousData },
  );
  const columns: Column<Program>[] = [
    { id: "name", header: t`Program`, sort: "name", cell: (program) => program.name },
    { id: "unit", header: t`Called`, cell: (program) => program.unit_name },
    {
      id: "state",
      header: t`Use`,
      cell: (program) =>
        program.archived_at !== null ? (
          <Status tone="quiet">{t`Archived`}</Status>
        ) : program.is_default ? (
          <Status tone="good">{t`Default`}</Status>
        ) : (
          <Status tone="good">{t`In use`}</Status>
        ),
    },
    { id: "expiry", header: t`Expire`, cell: (program) => days.expiry(program.expiry_days) },
    {
      id: "maturity",
      header: t`To spend`,
      cell: (program) => days.maturity(program.maturity_days),
    },
    {
      id: "value",
      header: t`Worth of one`,
      align: "right",
      cell: (program) => <Money amount={program.point_value} />,
    },
  ];
  return (
    <Page
      title={t`Points programs`}
      subtitle={
        <Trans>
          The kinds of points that members have. Most need one; a second one keeps points apart that
          expire or count differently.
        </Trans>
      }
      actions={
        may("ledger:configure") && (
          <Button onClick={() => drawer.open("new")}>
            <Trans>New program</Trans>
          </Button>
        )
      }
    >
      <DataTable
        label={t`Points programs`}
        list={programs}
        columns={columns}
        rowId={(program) => program.id}
        rowLink={(program) => below(`programs/${program.id}`)}
        paging={paging}
        filters={<FilterBar filters={filters} />}
        empty={
          <Empty title={t`No such program`}>
            <Trans>Remove the filter to see the programs in use.</Trans>
          </Empty>
        }
      />
      <Drawer id="new" title={t`New program`}>
        <ProgramForm />
      </Drawer>
    </Page>
  );
}
