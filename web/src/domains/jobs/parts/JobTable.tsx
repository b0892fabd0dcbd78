import { Trans, useLingui } from "@lingui/react/macro";
import { Anchor, Button, Stack, Text, Tooltip } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useApi, useMay } from "@/api/context";
import { useConfirm } from "@/ui/Confirm";
import { DataTable } from "@/ui/table/DataTable";
import { useTenantPath } from "@/ui/tenant";
import { When } from "@/ui/When";
import { type Job, useJobWords, useTimingWords } from "../words";
import { RunStatus } from "./RunStatus";

const SOON = 2_000;
const LATER = 20_000;
const moves = (job: Job) =>
  job.last_run?.state === "running" || (job.last_run?.state === "waiting" && !job.last_run.error);

/** Every job with when it runs, how it last went, and the button that runs it now. */
export function JobTable() {
  const { t } = useLingui();
  const { api } = useApi();
  const words = useJobWords();
  const timing = useTimingWords();
  const below = useTenantPath();
  const jobs = api.useQuery(
    "get",
    "/v1/jobs",
    {},
    { refetchInterval: (query) => (query.state.data?.data.some(moves) ? SOON : LATER) },
  );
  const { run, dialog } = useRunNow();
  return (
    <>
      {dialog}
      <DataTable<Job>
        label={t`Jobs`}
        list={{ ...jobs, isFetching: false }}
        rowId={(job) => job.name}
        columns={[
          {
            id: "name",
            header: t`Job`,
            cell: (job) => (
              <Stack gap="xxs">
                <Text fw={500}>{words.name(job.name)}</Text>
                <Text fz="xs" c="dimmed" maw="44ch">
                  {words.does(job.name, job.description)}
                </Text>
              </Stack>
            ),
          },
          { id: "schedule", header: t`When`, cell: timing },
          {
            id: "last",
            header: t`Last run`,
            cell: ({ last_run: last }) =>
              last ? (
                <Stack gap="xxs">
                  <Anchor component={Link} to={below(`job-runs/${last.id}`)}>
                    <RunStatus run={last} />
                  </Anchor>
                  <Text fz="xs" c="dimmed">
                    <When at={last.finished_at ?? last.created_at} />
                  </Text>
                </Stack>
              ) : (
                <Text c="dimmed">{t`Never`}</Text>
              ),
          },
          { id: "next", header: t`Next run`, cell: (job) => <When at={job.next_at} /> },
          { id: "id", header: t`Id`, hidden: true, cell: (job) => job.name },
          {
            id: "run",
            header: "",
            align: "right",
            cell: (job) => <RunButton job={job} run={run} />,
          },
        ]}
      />
    </>
  );
}

function RunButton({ job, run }: { job: Job; run: (job: Job) => void }) {
  const { t } = useLingui();
  const may = useMay();
  const words = useJobWords();
  const allowed = may("jobs:run");
  const name = words.name(job.name);
  return (
    <Tooltip label={t`Your role may look at jobs, not run them.`} disabled={allowed}>
      <Button
        variant="default"
        size="xs"
        aria-label={t`Run now…: ${name}`}
        aria-disabled={!allowed}
        data-disabled={!allowed || undefined}
        onClick={() => allowed && run(job)}
      >
        <Trans>Run now…</Trans>
      </Button>
    </Tooltip>
  );
}

/** Asks with what the job does, and leads to the run. */
function useRunNow() {
  const { t } = useLingui();
  const { client } = useApi();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const below = useTenantPath();
  const words = useJobWords();
  const { ask, dialog } = useConfirm();
  const run = (job: Job) => {
    const name = words.name(job.name);
    ask({
      title: t`Run “${name}” now?`,
      effect: words.does(job.name, job.description),
      action: t`Run now`,
      destructive: false,
      run: async () => {
        const answer = await client.POST("/v1/jobs/{job}/run", {
          params: { path: { job: job.name } },
        });
        void queries.invalidateQueries({ queryKey: ["get", "/v1/jobs"] });
        if (answer.data) await navigate({ to: below(`job-runs/${answer.data.id}`) });
      },
    });
  };
  return { run, dialog };
}
