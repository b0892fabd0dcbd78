import { Box, Group, Text } from "@mantine/core";
import type { TablerIcon } from "@tabler/icons-react";
import type { ReactNode } from "react";
import styles from "./Timeline.module.css";
import { When } from "./When";

export interface TimelineItem {
  id: string;
  icon: TablerIcon;
  /** What happened, in a sentence. */
  words: ReactNode;
  at: string;
  /** A line below it: who, through what. */
  note?: ReactNode;
  /** Explains the number in it: a `<Why>`. */
  why?: ReactNode;
  /** At the right: points, an amount. */
  value?: ReactNode;
}

/** What happened to one thing, newest first. */
export function Timeline({ items }: { items: TimelineItem[] }) {
  return (
    <ol className={styles.timeline}>
      {items.map(({ id, icon: Icon, words, at, note, why, value }) => (
        <li key={id} className={styles.item}>
          <span className={styles.icon} aria-hidden>
            <Icon size={16} />
          </span>
          <Box flex={1} miw={0}>
            <Group justify="space-between" gap="xs" wrap="nowrap" align="baseline">
              <Text>{words}</Text>
              {value !== undefined && <Text className="tabular nowrap">{value}</Text>}
            </Group>
            <Group gap="xs" c="dimmed" fz="xs">
              <When at={at} />
              {note}
              {why}
            </Group>
          </Box>
        </li>
      ))}
    </ol>
  );
}
