import { Trans, useLingui } from "@lingui/react/macro";
import { Skeleton, Stack } from "@mantine/core";
import { useParams } from "@tanstack/react-router";
import { useApi } from "@/api/context";
import { Copy } from "@/ui/Copy";
import { Facts, Page, Section } from "@/ui/Page";
import { ProblemNotice } from "@/ui/ProblemNotice";
import { ProgressBar } from "@/ui/Progress";
import { When } from "@/ui/When";
import { Duration } from "../parts/Duration";
import RunResult from "../parts/RunResult";
import { RunStatus } from "../parts/RunStatus";
import { useJobWords, useOriginWords } from "../words";

const OFTEN = 1_000;

/** One run: how far it is, how it went, what came of it. */
export default function RunPage() {
  const { t } = useLingui();
  const { runId } = useParams({ strict: false }) as { runId: string };
  const { api } = useApi();
  const words = useJobWords();
  const origin = useOriginWords();
  const found = api.useQuery(
    "get",
    "/v1/jobs/runs/{job_run_id}",
    { params: { path: { job_run_id: runId } } },
    { refetchInterval: (query) => (query.state.data?.finished_at == null ? OFTEN : false) },
  );
  const back = { to: "jobs?tab=runs", label: <Trans>Runs</Trans> };
  const run = found.data;
  if (found.error || run === undefined)
    return (
      <Page title={t`Run`} back={back}>
        {found.error ? (
          <ProblemNotice error={found.error} onRetry={() => void found.refetch()} />
        ) : (
          <Skeleton h="12em" />
        )}
      </Page>
    );
  const failed = run.error !== null;
  return (
    <Page
      title={words.name(run.job)}
      subtitle={words.does(run.job)}
      back={back}
      aside={<RunStatus run={run} />}
    >
      <Stack gap="lg">
        {run.finished_at === null && (
          <ProgressBar done={run.done} total={run.total} state={run.state} />
        )}
        {(run.state === "done" || failed) && (
          <Section
            title={failed ? t`What went wrong` : t`What came of it`}
            hint={failed && run.state === "waiting" ? t`It is tried again by itself.` : undefined}
          >
            <RunResult run={run} />
          </Section>
        )}
        <Section title={t`Run`}>
          <Facts
            facts={[
              [t`Asked for`, origin(run.origin)],
              [t`Was due`, <When key="" at={run.due_at} form="full" />],
              run.started_at !== null && [
                t`Begun`,
                <When key="" at={run.started_at} form="full" />,
              ],
              run.finished_at !== null && [
                t`Ended`,
                <When key="" at={run.finished_at} form="full" />,
              ],
              run.finished_at !== null && [t`Took`, <Duration key="" run={run} />],
              [t`Attempts`, run.attempts],
              [t`Job`, <Copy key="" value={run.job} />],
              [t`Id`, <Copy key="" value={run.id} />],
            ]}
          />
        </Section>
      </Stack>
    </Page>
  );
}
