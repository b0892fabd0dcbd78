import { Trans, useLingui } from "@lingui/react/macro";
import { Alert, List, Progress, Skeleton, Stack, Text } from "@mantine/core";
import { keepPreviousData } from "@tanstack/react-query";
import { useApi } from "@/api/context";
import { DocsLink } from "@/ui/DocsLink";
import { Figure } from "@/ui/Figure";
import { formatNumber, formatShare } from "@/ui/format";
import { Columns, Page, Section } from "@/ui/Page";
import { ProblemNotice } from "@/ui/ProblemNotice";
import { Status } from "@/ui/Status";
import { useBytes, useLag } from "../parts/measures";
import { Queues } from "../parts/Queues";
import { Tables } from "../parts/Tables";
import { MANY, useTroubles } from "../parts/troubles";

const EVERY = 5_000;

/** How the database and the queues of all tenants are doing, asked anew every few seconds. */
export default function Health() {
  const { t, i18n } = useLingui();
  const { api } = useApi();
  const bytes = useBytes();
  const lag = useLag();
  const troubles = useTroubles();
  const health = api.useQuery(
    "get",
    "/v1/platform/health",
    {},
    { refetchInterval: EVERY, placeholderData: keepPreviousData },
  );
  const title = t`Health`;
  if (!health.data)
    return (
      <Page title={title}>
        {health.error ? <ProblemNotice error={health.error} /> : <Skeleton h="20em" />}
      </Page>
    );
  const { database, queues } = health.data;
  const wrong = troubles(health.data);
  const dead = queues.reduce((sum, queue) => sum + queue.dead, 0);
  const waiting = queues.reduce((sum, queue) => sum + queue.waiting, 0);
  const longest = Math.max(...queues.map((queue) => queue.lag_seconds));
  const share = database.connections / database.max_connections;
  const figure = (value: number) => formatNumber(value, i18n.locale);
  const since = lag(longest);
  const part = formatShare(share, i18n.locale);
  const most = figure(database.max_connections);
  const { version } = database;
  return (
    <Page
      title={title}
      aside={
        wrong.length === 0 ? (
          <Status tone="good">
            <Trans>All is well</Trans>
          </Status>
        ) : (
          <Status tone="attention">
            <Trans>Needs a look</Trans>
          </Status>
        )
      }
      subtitle={
        <>
          <Trans>All tenants together, asked anew every five seconds.</Trans>{" "}
          <DocsLink page="operating/monitoring.md" />
        </>
      }
    >
      {health.error && <ProblemNotice error={health.error} />}
      {wrong.length > 0 && (
        <Alert color="yellow" title={t`What to look at`}>
          <List spacing="xs">
            {wrong.map(({ id, words }) => (
              <List.Item key={id}>{words}</List.Item>
            ))}
          </List>
        </Alert>
      )}
      <Columns count={4}>
        <Figure
          label={t`Database`}
          value={bytes(database.bytes)}
          definition={t`Size of the database with its indexes, on the server’s disk.`}
        />
        <Stack gap="xs">
          <Figure
            label={t`Connections`}
            value={
              <>
                {figure(database.connections)}{" "}
                <Text span c="dimmed" fz="sm">
                  <Trans>of {most}</Trans>
                </Text>
              </>
            }
            definition={t`Open connections to the database, of everybody, and how many there can be.`}
          />
          <Progress
            value={share * 100}
            aria-label={t`Open connections: ${part}`}
            color={share > MANY ? "red" : undefined}
          />
        </Stack>
        <Figure
          label={t`Waiting`}
          value={figure(waiting)}
          definition={t`Events, messages and runs of jobs that are not done yet; the oldest has been due for ${since}.`}
        />
        <Figure
          label={t`Dead letters`}
          value={figure(dead)}
          definition={t`What failed for good and waits for a person of its tenant.`}
        />
      </Columns>
      <Section
        title={t`Queues`}
        hint={<Trans>What is to be done after a request was answered.</Trans>}
      >
        <Queues queues={queues} />
      </Section>
      <Section title={t`Largest tables`} hint={<Trans>With their indexes.</Trans>}>
        <Tables tables={database.tables} />
      </Section>
      <Text c="dimmed" fz="sm">
        <Trans>PostgreSQL {version}</Trans>
      </Text>
    </Page>
  );
}
