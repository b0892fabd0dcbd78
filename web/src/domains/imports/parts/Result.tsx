import { Trans, useLingui } from "@lingui/react/macro";
import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useMay } from "@/api/context";
import { useConfirm } from "@/ui/Confirm";
import { Submit } from "@/ui/forms/Submit";
import { Section } from "@/ui/Page";
import { ProblemNotice } from "@/ui/ProblemNotice";
import { useTenantPath } from "@/ui/tenant";
import { When } from "@/ui/When";
import { useSteps } from "../queries";
import type { Import } from "../words";
import { Counts } from "./Counts";
import { RejectedRows } from "./RejectedRows";

/** What came of an import. */
export function Result({ run }: { run: Import }) {
  const { t } = useLingui();
  const may = useMay();
  const below = useTenantPath();
  const steps = useSteps(run);
  const { ask, dialog } = useConfirm();
  const name = run.file_name;
  const ended = run.status === "finished";
  const mine = may("imports:write") && run.size_bytes !== null;
  return (
    <Stack gap="lg">
      {run.status === "failed" && (
        <Alert variant="default" title={t`The import failed`}>
          {run.error} <Trans>What is booked stays booked.</Trans>
        </Alert>
      )}
      {run.status === "stopped" && (
        <Alert variant="default" title={t`The import was stopped`}>
          <Trans>What is booked stays booked. It can go on with the next row.</Trans>
        </Alert>
      )}
      <Section title={<Trans>What changed</Trans>}>
        <Counts counts={run.counts} difference={run.difference} />
      </Section>
      {mine && !ended && run.has_file && (
        <Submit
          saving={steps.busy}
          waits={<Trans>Starting…</Trans>}
          onClick={() => void steps.go("start")}
        >
          <Trans>Continue the import</Trans>
        </Submit>
      )}
      {run.counts.rejected > 0 && (
        <>
          <RejectedRows run={run} />
          {mine && (
            <Button w="fit-content" component={Link} to={below(`imports/new?mends=${run.id}`)}>
              <Trans>Import the corrected file</Trans>
            </Button>
          )}
        </>
      )}
      {steps.error !== null && <ProblemNotice error={steps.error} />}
      {run.has_file && (
        <Group gap="sm" c="dimmed">
          <Text>
            <Trans>
              The uploaded file is kept until <When at={run.file_deleted_after ?? ""} form="full" />
              .
            </Trans>
          </Text>
          {mine && (
            <Button
              variant="default"
              size="xs"
              onClick={() =>
                ask({
                  title: t`Delete the file “${name}”?`,
                  effect: t`What was imported stays, and so do the rejected rows. The import cannot go on without its file.`,
                  action: t`Delete`,
                  run: () => steps.forget(),
                })
              }
            >
              <Trans>Delete it now</Trans>
            </Button>
          )}
        </Group>
      )}
      {dialog}
    </Stack>
  );
}
