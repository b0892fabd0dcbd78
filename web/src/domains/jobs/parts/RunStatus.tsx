import { useLingui } from "@lingui/react";
import { Status } from "@/ui/Status";
import { type Run, STATES } from "../words";

/** How a run went. One that waits for another attempt after a failure says so by its colour. */
export function RunStatus({ run }: { run: Pick<Run, "state" | "error"> }) {
  const { _ } = useLingui();
  const { words, tone } = STATES[run.state];
  const troubled = run.state === "waiting" && run.error !== null;
  return <Status tone={troubled ? "attention" : tone}>{_(words)}</Status>;
}
