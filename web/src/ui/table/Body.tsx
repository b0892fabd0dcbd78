import { useLingui } from "@lingui/react/macro";
import { Skeleton } from "@mantine/core";
import { Link, useNavigate } from "@tanstack/react-router";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { memo, type MouseEvent, useLayoutEffect, useRef, useState } from "react";
import type { Column } from "./columns";
import styles from "./DataTable.module.css";
import type { Picking } from "./Head";

interface BodyProps<T> {
  columns: Column<T>[];
  rows: { id: string; original: T }[];
  rowLink: ((row: T) => string | null) | undefined;
  picking: Picking | undefined;
}

const MANY = 150;
const USUAL_HEIGHT = 41;

export function Body<T>(props: BodyProps<T>) {
  if (props.rows.length > MANY) return <LongBody {...props} />;
  return (
    <tbody role="rowgroup">
      {props.rows.map((row) => (
        <PlainRow key={row.id} row={row} {...props} />
      ))}
    </tbody>
  );
}

/** Only the rows in sight are in the document; two empty rows keep the place of the others. */
function LongBody<T>(props: BodyProps<T>) {
  const body = useRef<HTMLTableSectionElement>(null);
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    setTop((body.current?.getBoundingClientRect().top ?? 0) + window.scrollY);
  }, []);
  const virtual = useWindowVirtualizer({
    count: props.rows.length,
    estimateSize: () => USUAL_HEIGHT,
    overscan: 10,
    scrollMargin: top,
  });
  const items = virtual.getVirtualItems();
  const before = (items[0]?.start ?? top) - top;
  const after = virtual.getTotalSize() - ((items.at(-1)?.end ?? top) - top);
  return (
    <tbody role="rowgroup" ref={body}>
      <tr aria-hidden style={{ height: before }} />
      {items.map((item) => {
        const row = props.rows[item.index];
        return (
          row && (
            <PlainRow
              key={row.id}
              row={row}
              {...props}
              measure={virtual.measureElement}
              at={item.index}
            />
          )
        );
      })}
      <tr aria-hidden style={{ height: Math.max(after, 0) }} />
    </tbody>
  );
}

interface RowProps<T> extends BodyProps<T> {
  row: { id: string; original: T };
  measure?: (row: HTMLTableRowElement | null) => void;
  at?: number;
}

function Row<T>({ row, columns, rowLink, picking, measure, at }: RowProps<T>) {
  const { t } = useLingui();
  const navigate = useNavigate();
  const link = rowLink?.(row.original) ?? null;
  const follow = (event: MouseEvent<HTMLTableRowElement>) => {
    const target = event.target as HTMLElement;
    // What is pressed in a portal (a popover of a cell) bubbles here as well.
    if (link === null || !event.currentTarget.contains(target)) return;
    if (target.closest("a, button, input, label") || getSelection()?.toString()) return;
    const anchor = event.currentTarget.querySelector("a");
    if (event.metaKey || event.ctrlKey) window.open(anchor?.href, "_blank");
    else void navigate({ to: link });
  };
  return (
    // The first cell holds a real link for keyboards and readers; the row only widens its target.
    <tr
      role="row"
      ref={measure}
      data-index={at}
      className={styles.row}
      data-link={link === null ? undefined : true}
      data-selected={picking?.has(row.id) || undefined}
      onClick={follow}
    >
      {picking && (
        <td role="cell" className={styles.tick}>
          <input
            type="checkbox"
            className={styles.box}
            checked={picking.has(row.id)}
            onChange={() => picking.toggle(row.id)}
            aria-label={t`Select this row`}
          />
        </td>
      )}
      {columns.map((column, index) => {
        const cell = column.cell(row.original);
        return (
          <td
            role="cell"
            key={column.id}
            className={column.align === "right" ? styles.right : undefined}
            data-label={column.header}
            data-first={index === 0 || undefined}
            data-empty={cell === null || cell === undefined || cell === false || undefined}
          >
            {index === 0 && link !== null ? (
              <Link to={link} className={styles.link}>
                {cell}
              </Link>
            ) : (
              cell
            )}
          </td>
        );
      })}
    </tr>
  );
}

// Scrolling a long list makes the rows that come, and leaves those that stay.
const PlainRow = memo(Row) as typeof Row;

const PLACES = Array.from({ length: 8 }, (_, at) => at);

/** Rows that are on their way, as high as they will be. */
export function Skeletons<T>({ columns, picking }: { columns: Column<T>[]; picking: boolean }) {
  return (
    <tbody role="rowgroup" aria-hidden>
      {PLACES.map((place) => (
        <tr key={place} role="row" className={styles.row}>
          {picking && <td role="cell" className={styles.tick} />}
          {columns.map((column, at) => (
            <td
              role="cell"
              key={column.id}
              data-label={column.header}
              data-first={at === 0 || undefined}
            >
              <Skeleton
                height="0.8em"
                my="0.3em"
                width={`${40 + ((place * 7 + at * 13) % 40)}%`}
                ml={column.align === "right" ? "auto" : undefined}
              />
            </td>
          ))}
        </tr>
      ))}
    </tbody>
  );
}
