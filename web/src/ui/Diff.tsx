import { Trans } from "@lingui/react/macro";
import { Table, Text } from "@mantine/core";
import type { ReactNode } from "react";
import styles from "./code.module.css";

type Fields = Record<string, unknown>;

export interface Difference {
  field: string;
  before: unknown;
  after: unknown;
}

/** What differs between two objects, field by field, with dots for nested ones. */
export function differences(before: Fields, after: Fields, path = ""): Difference[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.flatMap((name) => {
    const [old, now] = [before[name], after[name]];
    const field = path === "" ? name : `${path}.${name}`;
    if (isObject(old) && isObject(now)) return differences(old, now, field);
    return JSON.stringify(old) === JSON.stringify(now) ? [] : [{ field, before: old, after: now }];
  });
}

const isObject = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

interface DiffProps {
  before: Fields | null | undefined;
  after: Fields | null | undefined;
  /** What a field is called, where its name is not for the reader. */
  label?: (field: string) => ReactNode;
  /** How a value is shown; undefined leaves it to the table. */
  show?: (field: string, value: unknown) => ReactNode;
}

/** What changed between two states of an object. */
export function Diff({ before, after, label, show }: DiffProps) {
  const changes = differences(before ?? {}, after ?? {});
  if (changes.length === 0)
    return (
      <Text c="dimmed">
        <Trans>Nothing differs.</Trans>
      </Text>
    );
  const value = (field: string, raw: unknown) => show?.(field, raw) ?? plain(raw);
  return (
    <Table layout="fixed" verticalSpacing="xs">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>
            <Trans>Field</Trans>
          </Table.Th>
          <Table.Th>
            <Trans>Before</Trans>
          </Table.Th>
          <Table.Th>
            <Trans>After</Trans>
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {changes.map((change) => (
          <Table.Tr key={change.field}>
            <Table.Td c="dimmed">{label?.(change.field) ?? change.field}</Table.Td>
            <Table.Td className={styles.old}>{value(change.field, change.before)}</Table.Td>
            <Table.Td>{value(change.field, change.after)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function plain(raw: unknown): ReactNode {
  if (raw === undefined || raw === null || raw === "") return "–";
  return typeof raw === "object" ? JSON.stringify(raw) : String(raw);
}
