import { plural } from "@lingui/core/macro";
import { Trans, useLingui } from "@lingui/react/macro";
import { List, Text } from "@mantine/core";
import { EntityLink } from "@/ui/EntityLink";
import { formatNumber } from "@/ui/format";
import { JsonView } from "@/ui/Code";
import { type Run, useJobWords } from "../words";

type Counts = Record<string, { runs: number; done: number }>;

/** What came of a run, in a sentence; its failure in its own words. */
export default function RunResult({ run }: { run: Run }) {
  if (run.error !== null) return <Failure error={run.error} />;
  if (run.state !== "done") return null;
  if (run.job === "ledger.verify_the_books") return <Verified run={run} />;
  if (run.job === "test_clock.advance") return <Travelled counts={run.result as Counts | null} />;
  return (
    <>
      <HowMuch done={run.done} />
      {run.result !== null && <JsonView value={run.result} />}
    </>
  );
}

function HowMuch({ done }: { done: number }) {
  const { t } = useLingui();
  return (
    <Text>
      {done === 0
        ? t`There was nothing to do.`
        : t`${plural(done, { one: "# thing was done.", other: "# things were done." })}`}
    </Text>
  );
}

function Verified({ run }: { run: Run }) {
  const { t, i18n } = useLingui();
  const figures = run.result as { wallets: number; transactions: number; rules: number } | null;
  if (figures === null)
    return (
      <Text>
        <Trans>All wallets agree with their transactions.</Trans>
      </Text>
    );
  const { wallets, rules } = figures;
  const transactions = formatNumber(figures.transactions, i18n.locale);
  return (
    <>
      <Text fw={500}>
        {t`${plural(wallets, {
          0: "There are no wallets yet, so there is nothing to compare.",
          one: "The one wallet agrees with its transactions.",
          other: "All # wallets agree with their transactions.",
        })}`}
      </Text>
      <Text c="dimmed">
        <Trans>
          Compared were {transactions} transactions by {rules} rules.
        </Trans>
      </Text>
    </>
  );
}

/** Failures of the books name wallets, one in each line; those become links. */
const WALLET = /^(?:BooksFaulty: )?(wal_[0-9a-z]{26}): (.*)$/;

function Failure({ error }: { error: string }) {
  const lines = error.split("\n").map((line) => WALLET.exec(line));
  if (lines.every((line) => line === null)) return <Text c="var(--tone-bad)">{error}</Text>;
  return (
    <>
      <Text mb="xs">
        <Trans>These wallets do not agree with their transactions:</Trans>
      </Text>
      <List spacing="xs">
        {lines.map(
          (line, at) =>
            line !== null && (
              <List.Item key={at}>
                <EntityLink id={line[1] ?? ""} inSentence />: {line[2]}
              </List.Item>
            ),
        )}
      </List>
    </>
  );
}

function Travelled({ counts }: { counts: Counts | null }) {
  const words = useJobWords();
  const { t } = useLingui();
  const happened = Object.entries(counts ?? {});
  if (happened.length === 0)
    return (
      <Text>
        <Trans>Nothing fell due on the way.</Trans>
      </Text>
    );
  return (
    <List spacing="xxs">
      {happened.map(([job, { runs, done }]) => {
        const often = t`${plural(runs, { one: "ran once", other: "ran # times" })}`;
        const much = t`${plural(done, { 0: "nothing to do", one: "# thing done", other: "# things done" })}`;
        return (
          <List.Item key={job}>
            {words.name(job)}: {often}, {much}
          </List.Item>
        );
      })}
    </List>
  );
}
