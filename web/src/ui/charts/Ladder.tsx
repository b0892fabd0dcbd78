import { Trans, useLingui } from "@lingui/react/macro";
import { Box, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { formatNumber, formatShare } from "../format";
import { ChartFrame, type ChartWords } from "./ChartFrame";
import styles from "./charts.module.css";
import { colourOf } from "./series";

export interface Step {
  id: string;
  label: ReactNode;
  value: number;
  /** A CSS colour of the thing itself (a tier's); without it the accent. */
  colour?: string;
  note?: ReactNode;
}

interface LadderProps extends ChartWords {
  steps: Step[];
  /** Word of the counted things, for the head of the table: `Members`. */
  unit: string;
}

/** How something is spread over steps or groups: bars of one length each. */
export function Ladder(props: LadderProps) {
  const { i18n } = useLingui();
  const total = props.steps.reduce((sum, step) => sum + step.value, 0);
  const most = Math.max(...props.steps.map((step) => step.value), 1);
  return (
    <Steps
      {...props}
      length={(step) => step.value / most}
      share={(step) => (total === 0 ? "" : formatShare(step.value / total, i18n.locale))}
    />
  );
}

/** How many go on from step to step; each is a share of the first. */
export function Funnel(props: LadderProps) {
  const { i18n } = useLingui();
  const first = props.steps[0]?.value || 1;
  return (
    <Steps
      {...props}
      length={(step) => step.value / first}
      share={(step) => formatShare(step.value / first, i18n.locale)}
    />
  );
}

interface StepsProps extends LadderProps {
  length: (step: Step) => number;
  share: (step: Step) => string;
}

function Steps({ steps, unit, length, share, zoned = false, ...words }: StepsProps) {
  const { t, i18n } = useLingui();
  const figure = (step: Step) => formatNumber(step.value, i18n.locale);
  const table = {
    head: ["", unit, t`Share of all`],
    rows: steps.map((step) => [step.label, figure(step), share(step)]),
  };
  return (
    <ChartFrame {...words} zoned={zoned} table={table}>
      {steps.length === 0 ? (
        <Text c="dimmed">
          <Trans>Nothing to show yet.</Trans>
        </Text>
      ) : (
        <ul className={styles.ladder}>
          {steps.map((step) => (
            <li key={step.id}>
              <Text>{step.label}</Text>
              <Box className={styles.track}>
                <Box
                  className={styles.fill}
                  w={`${length(step) * 100}%`}
                  bg={step.colour ?? colourOf(0)}
                />
              </Box>
              <Text className="tabular" ta="end">
                {figure(step)}{" "}
                <Text span c="dimmed" fz="xs">
                  {share(step)}
                </Text>
              </Text>
            </li>
          ))}
        </ul>
      )}
    </ChartFrame>
  );
}
