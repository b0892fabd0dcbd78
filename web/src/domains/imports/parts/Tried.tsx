import { Trans, useLingui } from "@lingui/react/macro";
import { Alert, Button, List, Stack } from "@mantine/core";
import { useMay } from "@/api/context";
import { formatNumber } from "@/ui/format";
import { Submit } from "@/ui/forms/Submit";
import { Section } from "@/ui/Page";
import { ProblemNotice } from "@/ui/ProblemNotice";
import { useSteps } from "../queries";
import type { Import } from "../words";
import { Counts } from "./Counts";
import { RejectedRows } from "./RejectedRows";

/** The third step: what the dry run says, and the start. */
export function Tried({ run, onBack }: { run: Import; onBack: () => void }) {
  const { t, i18n } = useLingui();
  const may = useMay();
  const steps = useSteps(run);
  const result = run.dry_run_result;
  if (result === null) return null;
  const whole = result.status === "finished" && !result.outdated;
  const rows = formatNumber(result.counts.booked, i18n.locale);
  return (
    <Stack gap="lg">
      {result.status === "failed" && (
        <Alert variant="default" title={t`The dry run failed`}>
          {result.error}
        </Alert>
      )}
      {result.status === "stopped" && (
        <Alert variant="default" title={t`The dry run was stopped before its end`} />
      )}
      {result.outdated && (
        <Alert variant="default" title={t`The settings have changed since this dry run`}>
          <Trans>Try it again before you start the import.</Trans>
        </Alert>
      )}
      {result.status === "finished" && (
        <Section
          title={<Trans>What will change</Trans>}
          hint={<Trans>Nothing has changed yet: all of it was undone.</Trans>}
        >
          <Counts counts={result.counts} difference={result.difference} />
          {result.tiers.length > 0 && (
            <List mt="md">
              {result.tiers.map(({ id, name, before, after }) => (
                <List.Item key={id}>
                  <Trans>
                    Tier {name}: {before} members before, {after} after
                  </Trans>
                </List.Item>
              ))}
            </List>
          )}
        </Section>
      )}
      {result.counts.rejected > 0 && <RejectedRows run={run} dryRun />}
      {steps.error !== null && <ProblemNotice error={steps.error} />}
      {may("imports:write") && (
        <Submit
          saving={steps.busy}
          waits={<Trans>Starting…</Trans>}
          onClick={() => void steps.go(whole ? "start" : "dry-run")}
          blocked={run.has_file ? undefined : t`The file was deleted; upload it again`}
          aside={
            <Button variant="default" onClick={onBack}>
              <Trans>Back to the columns</Trans>
            </Button>
          }
        >
          {whole ? <Trans>Import {rows} rows</Trans> : <Trans>Repeat the dry run</Trans>}
        </Submit>
      )}
    </Stack>
  );
}
