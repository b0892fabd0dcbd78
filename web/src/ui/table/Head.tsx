import { useLingui } from "@lingui/react/macro";
import { Group, Tooltip, UnstyledButton } from "@mantine/core";
import { IconArrowDown, IconArrowUp } from "@tabler/icons-react";
import type { Paging } from "../url";
import { type Column, nextSort } from "./columns";
import styles from "./DataTable.module.css";

export interface Picking {
  has: (id: string) => boolean;
  toggle: (id: string) => void;
  every: boolean;
  some: boolean;
  toggleEvery: () => void;
}

interface HeadProps<T> {
  columns: Column<T>[];
  paging: Paging | undefined;
  picking: Picking | undefined;
}

export function Head<T>({ columns, paging, picking }: HeadProps<T>) {
  const { t } = useLingui();
  return (
    <thead role="rowgroup">
      <tr role="row">
        {picking && (
          <th role="columnheader" className={styles.tick}>
            <input
              type="checkbox"
              className={styles.box}
              ref={(box) => {
                if (box) box.indeterminate = picking.some && !picking.every;
              }}
              checked={picking.every}
              onChange={picking.toggleEvery}
              aria-label={t`Select all rows of this page`}
            />
          </th>
        )}
        {columns.map((column) => (
          <HeadCell key={column.id} column={column} paging={paging} />
        ))}
      </tr>
    </thead>
  );
}

function HeadCell<T>({ column, paging }: { column: Column<T>; paging: Paging | undefined }) {
  const { sort, header, align, width, definition } = column;
  const current = paging?.sort;
  const up = sort !== undefined && current === sort;
  const down = sort !== undefined && current === `-${sort}`;
  const words = definition ? (
    <Tooltip label={definition} multiline maw="24rem">
      <span className="defined" tabIndex={sort === undefined ? 0 : undefined}>
        {header}
      </span>
    </Tooltip>
  ) : (
    header
  );
  return (
    <th
      role="columnheader"
      scope="col"
      className={align === "right" ? styles.right : undefined}
      style={width === undefined ? undefined : { width }}
      aria-sort={up ? "ascending" : down ? "descending" : undefined}
    >
      {sort !== undefined && paging ? (
        <UnstyledButton
          fz="inherit"
          c="inherit"
          onClick={() => paging.setSort(nextSort(sort, current))}
        >
          <Group component="span" gap="xxs" wrap="nowrap" display="inline-flex">
            {words}
            {up && <IconArrowUp size={12} aria-hidden />}
            {down && <IconArrowDown size={12} aria-hidden />}
          </Group>
        </UnstyledButton>
      ) : (
        words
      )}
    </th>
  );
}
