import { Trans } from "@lingui/react/macro";
import { Stack, Text } from "@mantine/core";
import { type ReactNode, useState } from "react";
import type { RuleValues } from "../form";
import type { Names } from "../queries";
import { type Draft, type EventValues, firstEvent } from "../simulation";
import { EventFields } from "./EventFields";
import { Simulated } from "./Simulator";

interface TryRuleProps {
  /** The rule with which one begins; what is tried at first follows from it. */
  initial: RuleValues;
  /** The event that the rule listens to by now. */
  trigger: string;
  drafts: Draft[];
  names: Names;
  /** How the two parts stand to each other; one below the other without it. */
  frame?: (fields: ReactNode, outcome: ReactNode) => ReactNode;
}

/** A rule tried beside all others, whether it is saved and in force or not. */
export function TryRule({ initial, trigger, drafts, names, frame }: TryRuleProps) {
  const [event, setEvent] = useState<EventValues>(() => firstEvent(initial));
  if (trigger !== "purchase.completed" && trigger !== "activity.recorded")
    return (
      <Text c="dimmed">
        <Trans>Only rules for purchases and activities can be tried.</Trans>
      </Text>
    );
  const kind = trigger === "activity.recorded" ? "activity" : "purchase";
  const tried = { ...event, kind } as const;
  const fields = <EventFields event={tried} onChange={setEvent} names={names} kind={kind} />;
  const outcome = <Simulated event={tried} names={names} drafts={drafts} />;
  if (frame) return frame(fields, outcome);
  return (
    <Stack gap="lg">
      {fields}
      {outcome}
    </Stack>
  );
}
