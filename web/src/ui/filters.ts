import { useMemo } from "react";
import * as z from "zod/mini";
import { dayIn, momentOf } from "./format";
import { useTenantZone } from "./tenant";
import { type UrlShape, useUrlState } from "./url";

export interface Choice {
  value: string;
  label: string;
}

interface Named {
  /** Its name in the address, and in the API's query unless `param` says otherwise. */
  id: string;
  /** In words: `Status`. */
  label: string;
  param?: string;
}

export type Filter =
  | (Named & { kind: "search" })
  /** Set by the page in a way of its own; it stands in the address, and not in the bar. */
  | (Named & { kind: "own" })
  | (Named & { kind: "text" })
  | (Named & { kind: "choice"; options: Choice[] })
  | (Named & { kind: "several"; options: Choice[] })
  | (Named & { kind: "dates"; from?: string; to?: string })
  | (Named & { kind: "numbers"; from: string; to: string; unit?: string });

export interface Filters {
  list: Filter[];
  /** What the address says, by id. Ranges are `from..to`, several values stand between commas. */
  values: Record<string, string | undefined>;
  /** For the API: `params: { query: { ...filters.query, ...paging.query } }`. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the API's types judge it
  query: Record<string, any>;
  /** Whether anything is filtered, for the words of an empty list. */
  active: boolean;
  set: (id: string, value: string | undefined) => void;
  reset: () => void;
}

/** Split a range as it stands in the address: `2026-01-01..` has a beginning and no end. */
export function rangeOf(value: string | undefined): [string, string] {
  const [from = "", to = ""] = (value ?? "").split("..");
  return [from, to];
}

export function rangeText(from: string, to: string): string | undefined {
  return from === "" && to === "" ? undefined : `${from}..${to}`;
}

/** What the API is asked for by the filters of the address. */
export function queryOf(
  list: Filter[],
  values: Record<string, string | undefined>,
  zone: string,
): Record<string, string | string[]> {
  const query: Record<string, string | string[]> = {};
  for (const filter of list) {
    const value = values[filter.id];
    if (value === undefined || value === "") continue;
    const name = filter.param ?? filter.id;
    if (filter.kind === "several") query[name] = value.split(",");
    else if (filter.kind === "dates" || filter.kind === "numbers") {
      let [from, to] = rangeOf(value);
      const dates = filter.kind === "dates";
      // Whole days of the tenant: the last one ends where the next begins.
      if (dates && from !== "") from = momentOf(`${from}T00:00`, zone);
      if (dates && to !== "") to = momentOf(`${dayAfter(to)}T00:00`, zone);
      if (from !== "") query[filter.from ?? "since"] = from;
      if (to !== "") query[filter.to ?? "until"] = to;
    } else query[name] = value;
  }
  return query;
}

const dayAfter = (day: string) => dayIn("UTC", Date.parse(`${day}T12:00:00Z`), 1);

/** Filters of a list, kept in the address. Changing one goes back to the first page. */
export function useFilters(list: Filter[]): Filters {
  const zone = useTenantZone();
  const ids = list.map((filter) => filter.id).join(" ");
  const shape = useMemo(
    () => Object.fromEntries(ids.split(" ").map((id) => [id, z.optional(z.string())])) as UrlShape,
    [ids],
  );
  const [state, setState] = useUrlState(shape);
  const values = state as Record<string, string | undefined>;
  const searching = (id: string) => list.find((each) => each.id === id)?.kind === "search";
  return {
    list,
    values,
    query: queryOf(list, values, zone),
    active: Object.values(values).some((value) => value !== undefined && value !== ""),
    set: (id, value) => setState({ [id]: value }, { restart: true, replace: searching(id) }),
    reset: () =>
      setState(Object.fromEntries(list.map((filter) => [filter.id, undefined])), { restart: true }),
  };
}
