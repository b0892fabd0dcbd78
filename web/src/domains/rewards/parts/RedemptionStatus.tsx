import { useLingui } from "@lingui/react";
import { Status } from "@/ui/Status";
import type { Redemption } from "../queries";
import { STATES } from "../words";

/** What became of a redemption, as a dot and a word. */
export function RedemptionStatus({ redemption }: { redemption: Pick<Redemption, "state"> }) {
  const { _ } = useLingui();
  const state = STATES[redemption.state];
  return state ? <Status tone={state.tone}>{_(state.words)}</Status> : redemption.state;
}
