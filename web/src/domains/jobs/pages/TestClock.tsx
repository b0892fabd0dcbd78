import { Trans, useLingui } from "@lingui/react/macro";
import { Skeleton, Stack, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { type Schemas, useApi, useMay, useMe } from "@/api/context";
import { Empty } from "@/ui/Empty";
import { Page, Section } from "@/ui/Page";
import { ProblemNotice } from "@/ui/ProblemNotice";
import { Progress } from "@/ui/Progress";
import { Status } from "@/ui/Status";
import { When } from "@/ui/When";
import { MoveClock } from "../parts/MoveClock";
import RunResult from "../parts/RunResult";

const OFTEN = 1_000;

/** The time of a test tenant: where it stands, and moving it forward. */
export default function TestClockPage() {
  const { t } = useLingui();
  const { tenant } = useMe();
  const title = t`Test clock`;
  if (tenant?.test !== true)
    return (
      <Page title={title}>
        <Empty title={t`This tenant is a live one`}>
          <Trans>
            Its time is the real one. In a test tenant you can move the clock forward, to see points
            expire and tiers end.
          </Trans>
        </Empty>
      </Page>
    );
  return (
    <Page
      title={title}
      subtitle={
        <Trans>
          Move the time of this test tenant forward, to see points expire and tiers end. It never
          goes back.
        </Trans>
      }
    >
      <Clock />
    </Page>
  );
}

function Clock() {
  const { t } = useLingui();
  const { api } = useApi();
  const may = useMay();
  const clock = api.useQuery(
    "get",
    "/v1/test-clock",
    {},
    { refetchInterval: (query) => (query.state.data?.status === "advancing" ? OFTEN : false) },
  );
  useAnewWhenArrived(clock.data?.status);
  if (clock.error)
    return <ProblemNotice error={clock.error} onRetry={() => void clock.refetch()} />;
  if (clock.data === undefined) return <Skeleton h="12em" />;
  return (
    <Stack gap="lg">
      <Stand clock={clock.data} />
      {clock.data.status === "advancing" && clock.data.run && <Progress run={clock.data.run.id} />}
      {clock.data.status !== "advancing" &&
        (may("jobs:run") ? (
          <Section title={t`Move it`}>
            <MoveClock key={clock.data.now} />
          </Section>
        ) : (
          <Text c="dimmed">
            <Trans>Your role may look at the clock, not move it.</Trans>
          </Text>
        ))}
      {clock.data.status === "ready" && clock.data.run && (
        <Section title={t`What happened on the last move`}>
          <RunResult run={clock.data.run} />
        </Section>
      )}
    </Stack>
  );
}

function Stand({ clock }: { clock: Schemas["TestClockOut"] }) {
  const { t } = useLingui();
  return (
    <div>
      <Text fz="xl" fw={600}>
        <When at={clock.now} form="full" />
      </Text>
      {clock.status === "real" && (
        <Status tone="info">{t`The real time: the clock was never moved`}</Status>
      )}
      {clock.status === "ready" && (
        <Status tone="quiet">{t`Stands still until you move it`}</Status>
      )}
      {clock.status === "advancing" && (
        <Status tone="waiting">
          <Trans>
            On its way to <When at={clock.target} form="full" />
          </Trans>
        </Status>
      )}
    </div>
  );
}

/** When the clock has arrived, everything is another time later: ask anew for all of it. */
function useAnewWhenArrived(status: string | undefined) {
  const queries = useQueryClient();
  const before = useRef(status);
  useEffect(() => {
    if (before.current === "advancing" && status === "ready") void queries.invalidateQueries();
    before.current = status;
  }, [status, queries]);
}
