import type { ReactNode } from "react";

export interface Column<T> {
  /** Stays the same forever: it stands in addresses and saved views. */
  id: string;
  /** Its head, translated. */
  header: string;
  cell: (row: T) => ReactNode;
  /** Figures stand at the right. */
  align?: "left" | "right";
  /** Its name in the API's `sort`, where one can sort by it. */
  sort?: string;
  /** Not shown until someone chooses it. */
  hidden?: boolean;
  /** A CSS width, such as `12em`; without it as wide as its contents want. */
  width?: string;
  /** What exactly it shows; on hover and focus of its head. */
  definition?: string;
}

/** Ids of the columns to show: as the address says, else those that are not hidden. */
export function shownColumns<T>(columns: Column<T>[], chosen: string | undefined): string[] {
  const usual = columns.filter((column) => !column.hidden).map((column) => column.id);
  if (chosen === undefined) return usual;
  const known = new Set(columns.map((column) => column.id));
  const wanted = chosen.split(",").filter((id) => known.has(id));
  return wanted.length > 0 ? wanted : usual;
}

/** The choice as it stands in the address; undefined when it is the usual one. */
export function columnChoice<T>(columns: Column<T>[], shown: string[]): string | undefined {
  const usual = shownColumns(columns, undefined).join(",");
  const order = columns.map((column) => column.id).filter((id) => shown.includes(id));
  return order.join(",") === usual ? undefined : order.join(",");
}

/** What is chosen in a table: rows of this page, or everything that the filters match. */
export type Chosen<T> =
  { kind: "rows"; ids: string[]; rows: T[] } | { kind: "all"; total: number | undefined };

/** The next order when a head is pressed: up, down, and as it was. */
export function nextSort(column: string, current: string | undefined): string {
  return current === column ? `-${column}` : column;
}
