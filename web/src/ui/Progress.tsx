import { Trans, useLingui } from "@lingui/react/macro";
import { Group, Progress as Bar, Stack, Text } from "@mantine/core";
import { useEffect, useRef } from "react";
import { type Schemas, useApi } from "@/api/context";
import { formatNumber } from "./format";
import { ProblemNotice } from "./ProblemNotice";

export type JobRun = Schemas["JobRunOut"];

interface ProgressProps {
  /** Id of the run (`run_…`) that the API answered with. */
  run: string;
  /** Called once when it has ended, well or not. */
  onEnd?: (run: JobRun) => void;
}

const POLL = 1_000;

/**
 * How far a job is. It follows the run until it has ended.
 *
 * @public Screens of imports and of actions on many members will show it.
 */
export function Progress({ run, onEnd }: ProgressProps) {
  const { api } = useApi();
  const told = useRef<string>(undefined);
  const found = api.useQuery(
    "get",
    "/v1/jobs/runs/{job_run_id}",
    { params: { path: { job_run_id: run } } },
    { refetchInterval: (query) => (query.state.data?.finished_at == null ? POLL : false) },
  );
  useEffect(() => {
    if (found.data?.finished_at == null || told.current === run) return;
    told.current = run;
    onEnd?.(found.data);
  }, [found.data, run, onEnd]);
  if (found.error) return <ProblemNotice error={found.error} />;
  return (
    <ProgressBar done={found.data?.done ?? 0} total={found.data?.total ?? null} {...found.data} />
  );
}

interface ProgressBarProps {
  done: number;
  total: number | null;
  state?: JobRun["state"];
  error?: string | null;
}

/** Done of a total; without a total it only moves. */
export function ProgressBar({ done, total, state, error }: ProgressBarProps) {
  const { t, i18n } = useLingui();
  const figure = (value: number) => formatNumber(value, i18n.locale);
  const soFar = figure(done);
  const all = figure(total ?? 0);
  const ended = state === "done";
  const failed = state === "failed";
  const share = ended ? 100 : total ? (done / total) * 100 : failed ? 0 : 100;
  return (
    <Stack gap="xxs">
      <Bar
        value={share}
        animated={!ended && !failed}
        striped={!ended && !total}
        color={failed ? "red" : undefined}
        aria-label={t`Progress`}
      />
      <Group justify="space-between" fz="xs" c="dimmed">
        <span role="status">
          {failed ? (
            <Trans>Failed</Trans>
          ) : ended ? (
            <Trans>Done</Trans>
          ) : state === "waiting" ? (
            <Trans>Waiting for its turn</Trans>
          ) : (
            <Trans>Running</Trans>
          )}
        </span>
        <span className="tabular">
          {total ? (
            <Trans>
              {soFar} of {all}
            </Trans>
          ) : (
            soFar
          )}
        </span>
      </Group>
      {error && <Text c="var(--tone-bad)">{error}</Text>}
    </Stack>
  );
}
