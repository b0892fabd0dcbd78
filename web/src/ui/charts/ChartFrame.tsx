import { Trans, useLingui } from "@lingui/react/macro";
import { Anchor, Box, Group, Skeleton, Table, Text, Title } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { useTenantZone } from "../tenant";
import { CHART } from "../theme";
import styles from "./charts.module.css";

/** What every chart tells about itself. */
export interface ChartWords {
  /** The heading: `Points issued`. */
  title: ReactNode;
  /** One sentence that says what the chart shows: `12,400 points were issued, 8 % more than before.` */
  says: string;
  /** The last period is not over. */
  soFar?: boolean;
  /** Times of the tenant's zone are along an axis; the zone is named below (the default). */
  zoned?: boolean;
  loading?: boolean;
}

export interface ChartTable {
  head: string[];
  rows: ReactNode[][];
}

interface ChartFrameProps extends ChartWords {
  table: ChartTable;
  legend?: { label: string; colour: string }[];
  children: ReactNode;
}

/** Heading, sentence, the chart or the table behind it, and how to read its time. */
export function ChartFrame(props: ChartFrameProps) {
  const { title, says, soFar, zoned = true, loading, table, legend = [], children } = props;
  const { t } = useLingui();
  const zone = useTenantZone();
  const [asTable, setAsTable] = useState(false);
  return (
    <figure className={styles.figure}>
      <Group justify="space-between" align="baseline" wrap="nowrap">
        <Title order={2} size="h3">
          {title}
        </Title>
        <Anchor
          component="button"
          type="button"
          c="dimmed"
          fz="xs"
          className="no-print"
          aria-pressed={asTable}
          onClick={() => setAsTable(!asTable)}
        >
          {asTable ? <Trans>Show chart</Trans> : <Trans>Show table</Trans>}
        </Anchor>
      </Group>
      <Text component="figcaption" c="dimmed" mb="sm">
        {says}
      </Text>
      {loading ? (
        <Skeleton h={CHART.height} aria-label={t`Loading`} />
      ) : asTable ? (
        <DataBehind table={table} label={says} />
      ) : (
        children
      )}
      <Group gap="md" mt="xs" fz="xs" c="dimmed">
        {legend.length > 1 &&
          legend.map(({ label, colour }) => (
            <Group key={label} gap="xxs" wrap="nowrap">
              <Box className={styles.swatch} bg={colour} aria-hidden />
              {label}
            </Group>
          ))}
        {zoned && (
          <span>
            <Trans>Time zone: {zone}</Trans>
          </span>
        )}
        {soFar && (
          <span>
            <Trans>Last period so far</Trans>
          </span>
        )}
      </Group>
    </figure>
  );
}

function DataBehind({ table, label }: { table: ChartTable; label: string }) {
  return (
    <Table.ScrollContainer minWidth={0} maxHeight={CHART.height * 1.5}>
      <Table aria-label={label} stickyHeader>
        <Table.Thead>
          <Table.Tr>
            {table.head.map((word, at) => (
              <Table.Th key={word} ta={at === 0 ? "start" : "end"}>
                {word}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {table.rows.map((row, at) => (
            <Table.Tr key={at}>
              {row.map((cell, column) => (
                <Table.Td key={column} ta={column === 0 ? "start" : "end"} className="tabular">
                  {cell}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
