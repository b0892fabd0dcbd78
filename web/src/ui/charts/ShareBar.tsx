import { useLingui } from "@lingui/react/macro";
import { Box, Group, Text } from "@mantine/core";
import { formatNumber, formatShare } from "../format";
import { ChartFrame, type ChartWords } from "./ChartFrame";
import styles from "./charts.module.css";
import type { Step } from "./Ladder";
import { colourOf } from "./series";

interface ShareBarProps extends ChartWords {
  parts: Step[];
  /** Word of the counted things, for the head of the table: `Members`. */
  unit: string;
}

/** Parts of one whole on one line, each with its word, its count and its share. */
export function ShareBar({ parts, unit, zoned = false, ...words }: ShareBarProps) {
  const { t, i18n } = useLingui();
  const total = parts.reduce((sum, part) => sum + part.value, 0);
  const shares = parts.map((part, at) => ({
    ...part,
    colour: part.colour ?? colourOf(at),
    part: total === 0 ? 0 : part.value / total,
    figure: formatNumber(part.value, i18n.locale),
    share: total === 0 ? "–" : formatShare(part.value / total, i18n.locale),
  }));
  const table = {
    head: ["", unit, t`Share of all`],
    rows: shares.map(({ label, figure, share }) => [label, figure, share]),
  };
  return (
    <ChartFrame {...words} zoned={zoned} table={table}>
      <Box className={styles.whole} aria-hidden>
        {shares.map(({ id, part, colour }) => (
          <Box key={id} w={`${part * 100}%`} bg={colour} />
        ))}
      </Box>
      <Group gap="lg" mt="sm">
        {shares.map(({ id, label, colour, figure, share, note }) => (
          <Box key={id}>
            <Group gap="xxs" wrap="nowrap" c="dimmed">
              <Box className={styles.swatch} bg={colour} aria-hidden />
              {label}
            </Group>
            <Text className="tabular" fw={500}>
              {figure}{" "}
              <Text span c="dimmed" fz="xs">
                {share}
              </Text>
            </Text>
            {note !== undefined && <Text fz="xs">{note}</Text>}
          </Box>
        ))}
      </Group>
    </ChartFrame>
  );
}
