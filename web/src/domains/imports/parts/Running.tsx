import { Trans } from "@lingui/react/macro";
import { Stack, Text } from "@mantine/core";
import { Submit } from "@/ui/forms/Submit";
import { ProblemNotice } from "@/ui/ProblemNotice";
import { ProgressBar } from "@/ui/Progress";
import { useMay } from "@/api/context";
import { useSteps } from "../queries";
import type { Import } from "../words";
import { Counts } from "./Counts";

/** How far an import or its dry run is, and the way to stop it. */
export function Running({ run }: { run: Import }) {
  const may = useMay();
  const steps = useSteps(run);
  return (
    <Stack gap="lg" maw="48rem">
      <ProgressBar
        done={run.percent}
        total={100}
        state={run.status === "waiting" ? "waiting" : "running"}
      />
      {!run.dry_run && <Counts counts={run.counts} difference={run.difference} />}
      <Text c="dimmed">
        {run.dry_run ? (
          <Trans>
            The rows are tried and undone. You can leave this page; the result waits here.
          </Trans>
        ) : (
          <Trans>
            You can leave this page; the import goes on. If you stop it, what is booked stays
            booked.
          </Trans>
        )}
      </Text>
      {steps.error !== null && <ProblemNotice error={steps.error} />}
      {may("imports:write") && run.status !== "stopping" && (
        <Submit
          variant="default"
          saving={steps.busy}
          waits={<Trans>Stopping…</Trans>}
          onClick={() => void steps.go("stop")}
        >
          <Trans>Stop</Trans>
        </Submit>
      )}
    </Stack>
  );
}
