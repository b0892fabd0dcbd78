import { useLingui } from "@lingui/react";
import { Status } from "@/ui/Status";
import { STATES } from "../words";

/** What became of a message, as a dot and a word. */
export function MessageStatus({ message }: { message: { state: string } }) {
  const { _ } = useLingui();
  const state = STATES[message.state];
  return state ? <Status tone={state.tone}>{_(state.words)}</Status> : message.state;
}
