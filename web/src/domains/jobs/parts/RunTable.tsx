import { useLingui as useDescriptors } from "@lingui/react";
import { Trans, useLingui } from "@lingui/react/macro";
import { keepPreviousData } from "@tanstack/react-query";
import { useApi } from "@/api/context";
import { Empty } from "@/ui/Empty";
import { FilterBar } from "@/ui/FilterBar";
import { useFilters } from "@/ui/filters";
import { formatNumber } from "@/ui/format";
import { DataTable } from "@/ui/table/DataTable";
import { useViews } from "@/ui/table/views";
import { useTenantPath } from "@/ui/tenant";
import { usePaging } from "@/ui/url";
import { When } from "@/ui/When";
import { type Run, STATES, useJobWords, useOriginWords } from "../words";
import { Duration } from "./Duration";
import { RunStatus } from "./RunStatus";

const OFTEN = 3_000;

/** Runs of jobs, newest first. */
export function RunTable() {
  const { t, i18n } = useLingui();
  const { _ } = useDescriptors();
  const { api } = useApi();
  const words = useJobWords();
  const origin = useOriginWords();
  const below = useTenantPath();
  const paging = usePaging();
  const views = useViews("jobs");
  const jobs = api.useQuery("get", "/v1/jobs", {});
  const filters = useFilters([
    {
      id: "job",
      kind: "choice",
      label: t`Job`,
      options: (jobs.data?.data ?? []).map((job) => ({
        value: job.name,
        label: words.name(job.name),
      })),
    },
    {
      id: "state",
      kind: "choice",
      label: t`State`,
      options: Object.entries(STATES).map(([value, state]) => ({ value, label: _(state.words) })),
    },
    { id: "when", kind: "dates", label: t`When`, from: "since", to: "until" },
  ]);
  const runs = api.useQuery(
    "get",
    "/v1/jobs/runs",
    { params: { query: { ...filters.query, ...paging.query } } },
    {
      placeholderData: keepPreviousData,
      refetchInterval: (query) =>
        query.state.data?.data.some((run) => run.finished_at === null) ? OFTEN : false,
    },
  );
  return (
    <DataTable<Run>
      label={t`Runs`}
      list={runs}
      rowId={(run) => run.id}
      rowLink={(run) => below(`job-runs/${run.id}`)}
      paging={paging}
      filters={<FilterBar filters={filters} />}
      views={views}
      empty={
        <Empty title={t`No runs`}>
          <Trans>Jobs run when their time has come, or when you let one run now.</Trans>
        </Empty>
      }
      columns={[
        { id: "job", header: t`Job`, cell: (run) => words.name(run.job) },
        { id: "state", header: t`State`, cell: (run) => <RunStatus run={run} /> },
        {
          id: "done",
          header: t`Done`,
          align: "right",
          cell: (run) => formatNumber(run.done, i18n.locale),
        },
        { id: "took", header: t`Took`, align: "right", cell: (run) => <Duration run={run} /> },
        { id: "origin", header: t`Asked for`, cell: (run) => origin(run.origin) },
        { id: "when", header: t`When`, cell: (run) => <When at={run.created_at} /> },
        { id: "attempts", header: t`Attempts`, hidden: true, cell: (run) => run.attempts },
      ]}
    />
  );
}
