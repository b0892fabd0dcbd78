import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Skeleton, Stack, Text, Tooltip } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { Suspense, useState } from "react";
import { useApi, useMay } from "@/api/context";
import { RunResult } from "@/domains/jobs";
import { Empty } from "@/ui/Empty";
import { Page, Section } from "@/ui/Page";
import { ProblemNotice } from "@/ui/ProblemNotice";
import { Progress } from "@/ui/Progress";
import { When } from "@/ui/When";

const JOB = "ledger.verify_the_books";

/** Whether every wallet agrees with its transactions: checked every night, and now if one asks. */
export default function Books() {
  const { t } = useLingui();
  const { api, client } = useApi();
  const may = useMay();
  const queries = useQueryClient();
  const [running, setRunning] = useState<string | null>(null);
  const [error, setError] = useState<unknown>(null);
  const runs = api.useQuery("get", "/v1/jobs/runs", {
    params: { query: { job: JOB, limit: 1 } },
  });
  const last = runs.data?.data[0];
  const allowed = may("jobs:run");
  const under = running ?? (last && last.finished_at === null ? last.id : null);
  const verify = async () => {
    setError(null);
    try {
      const answer = await client.POST("/v1/jobs/{job}/run", { params: { path: { job: JOB } } });
      setRunning(answer.data?.id ?? null);
    } catch (thrown) {
      setError(thrown);
    }
  };
  const ended = () => {
    setRunning(null);
    void queries.invalidateQueries({ queryKey: ["get", "/v1/jobs/runs"] });
  };
  return (
    <Page
      title={t`Verify the books`}
      subtitle={
        <Trans>
          Balances are kept beside the transactions, so that they are read at once. Here you check
          that the two agree. It happens every night by itself and changes nothing.
        </Trans>
      }
      actions={
        <Tooltip label={t`Your role may look at jobs, not run them.`} disabled={allowed}>
          <Button
            aria-disabled={!allowed || under !== null}
            data-disabled={!allowed || under !== null || undefined}
            onClick={() => allowed && under === null && void verify()}
          >
            <Trans>Verify now</Trans>
          </Button>
        </Tooltip>
      }
    >
      <Stack gap="lg">
        <ProblemNotice error={error ?? runs.error} />
        {under !== null && <Progress key={under} run={under} onEnd={ended} />}
        {runs.isPending && <Skeleton h="6em" />}
        {runs.data && last === undefined && under === null && (
          <Empty title={t`Not verified yet`}>
            <Trans>It is done every night by itself, or now with “Verify now”.</Trans>
          </Empty>
        )}
        {under === null && last !== undefined && last.finished_at !== null && (
          <Section title={t`The last result`}>
            <Suspense fallback={<Skeleton h="2em" />}>
              <RunResult run={last} />
            </Suspense>
            <Text c="dimmed" mt="xs">
              <When at={last.finished_at} form="full" />
            </Text>
          </Section>
        )}
      </Stack>
    </Page>
  );
}
