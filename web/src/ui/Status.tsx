import { Box, Group } from "@mantine/core";
import type { ReactNode } from "react";

/** What a state means for the reader; each room maps its own states to these. */
export type Tone = "good" | "waiting" | "attention" | "bad" | "quiet" | "info";

interface StatusProps {
  tone: Tone;
  /** The state in words, translated by the room. */
  children: ReactNode;
}

/** A state as a small dot and a word. */
export function Status({ tone, children }: StatusProps) {
  return (
    <Group component="span" gap="0.45em" wrap="nowrap" display="inline-flex" className="nowrap">
      <Box component="span" className={`dot dot-${tone}`} aria-hidden />
      <span>{children}</span>
    </Group>
  );
}
