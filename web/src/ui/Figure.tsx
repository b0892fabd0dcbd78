import { Trans, useLingui } from "@lingui/react/macro";
import { Box, Group, Skeleton, Stack, Text, Tooltip } from "@mantine/core";
import { IconArrowDownRight, IconArrowUpRight } from "@tabler/icons-react";
import { lazy, type ReactNode, Suspense } from "react";
import { formatShare } from "./format";

const Sparkline = lazy(() => import("./charts/Sparkline"));

interface FigureProps {
  label: ReactNode;
  /** The number as it is shown: `<Points …>`, `<Money …>`, `1,204`. */
  value: ReactNode;
  /** What exactly is counted; shown on hover and focus of the label. */
  definition: ReactNode;
  /** The same number now and in the period before, for the change in percent. */
  now?: number;
  before?: number;
  /** Whether growth is good, bad, or neither (the default). */
  growth?: "good" | "bad" | "neutral";
  /** The period is not over yet. */
  soFar?: boolean;
  /** Values of the period, for a small line. */
  trend?: number[];
  loading?: boolean;
}

/** A big number that explains itself. */
export function Figure(props: FigureProps) {
  const { label, value, definition, now, before, growth, soFar, trend, loading } = props;
  return (
    <Stack gap="xxs">
      <Tooltip label={definition} multiline maw="24rem" events={HOW}>
        <Text c="dimmed" tabIndex={0} className="defined" w="fit-content">
          {label}
          {soFar && (
            <>
              {" "}
              · <Trans>so far</Trans>
            </>
          )}
        </Text>
      </Tooltip>
      <Group gap="md" wrap="nowrap" justify="space-between" mih="2rem">
        <Box>
          {loading ? (
            <Skeleton h="1.3em" w="5em" fz="xl" />
          ) : (
            <Text fz="xl" fw={600} className="tabular" lh={1.3}>
              {value}
            </Text>
          )}
        </Box>
        {trend && trend.length > 1 && (
          <Suspense fallback={null}>
            <Sparkline values={trend} />
          </Suspense>
        )}
      </Group>
      {now !== undefined && before !== undefined && (
        <Change now={now} before={before} growth={growth ?? "neutral"} />
      )}
    </Stack>
  );
}

const HOW = { hover: true, focus: true, touch: true };

interface ChangeProps {
  now: number;
  before: number;
  growth?: "good" | "bad" | "neutral";
}

/** How a number differs from the period before, in percent. */
export function Change({ now, before, growth = "neutral" }: ChangeProps) {
  const { i18n } = useLingui();
  if (now === before)
    return (
      <Text fz="xs" c="dimmed">
        <Trans>as before</Trans>
      </Text>
    );
  const up = now > before;
  const colour = growth === "neutral" ? "dimmed" : up === (growth === "good") ? GOOD : BAD;
  const change = before === 0 ? "" : formatShare(now / before - 1, i18n.locale, true);
  const Arrow = up ? IconArrowUpRight : IconArrowDownRight;
  return (
    <Group gap="xxs" c={colour} wrap="nowrap" align="center">
      <Arrow size={14} aria-hidden />
      <Text fz="xs" className="tabular">
        {before === 0 ? (
          <Trans>nothing in the period before</Trans>
        ) : (
          <Trans>{change} against the period before</Trans>
        )}
      </Text>
    </Group>
  );
}

const GOOD = "var(--tone-good)";
const BAD = "var(--tone-bad)";
