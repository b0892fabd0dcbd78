import { plural } from "@lingui/core/macro";
import { Trans, useLingui } from "@lingui/react/macro";
import { Anchor, Button, Group, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { formatNumber } from "../format";
import type { Chosen } from "./columns";
import styles from "./DataTable.module.css";

export interface Selecting<T> {
  /** Buttons for what is chosen; `clear` ends the choice when all is done. */
  actions: (chosen: Chosen<T>, clear: () => void) => ReactNode;
  /** Offer everything that the filters match, on all pages; only where a job can do it. */
  everything?: boolean;
  /** How many that is, where it is known. */
  total?: number;
}

interface BulkBarProps<T> {
  selection: Selecting<T>;
  selected: { id: string; original: T }[];
  all: boolean;
  /** The whole page is chosen and there are more pages. */
  whole: boolean;
  onAll: () => void;
  onClear: () => void;
}

/** Says which of all are chosen, and what can be done with them. */
export function BulkBar<T>({ selection, selected, all, whole, onAll, onClear }: BulkBarProps<T>) {
  const { t, i18n } = useLingui();
  const { total } = selection;
  const known = total === undefined ? null : formatNumber(total, i18n.locale);
  const chosen: Chosen<T> = all
    ? { kind: "all", total }
    : {
        kind: "rows",
        ids: selected.map((row) => row.id),
        rows: selected.map((row) => row.original),
      };
  const count = t`${plural(selected.length, { one: "# selected", other: "# selected" })}`;
  return (
    <Group className={styles.bar} mt="sm" justify="space-between" role="region" aria-live="polite">
      <Group gap="sm">
        <Text fw={500}>
          {all ? (
            known ? (
              <Trans>All {known} that match</Trans>
            ) : (
              <Trans>All that match</Trans>
            )
          ) : (
            count
          )}
        </Text>
        {whole && !all && selection.everything && (
          <Anchor component="button" type="button" onClick={onAll}>
            {known ? (
              <Trans>Select all {known} that match</Trans>
            ) : (
              <Trans>Select all that match</Trans>
            )}
          </Anchor>
        )}
        <Anchor component="button" type="button" c="dimmed" onClick={onClear}>
          <Trans>Clear selection</Trans>
        </Anchor>
      </Group>
      <Group gap="xs">{selection.actions(chosen, onClear)}</Group>
    </Group>
  );
}

/** A button of the bulk bar. */
export function BulkButton({ onClick, children }: { onClick: () => void; children: ReactNode }) {
  return (
    <Button size="xs" variant="default" onClick={onClick}>
      {children}
    </Button>
  );
}
