import { useLocation, useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";
import * as z from "zod/mini";

export type UrlShape = Record<string, z.core.$ZodType>;
export type UrlState<S extends UrlShape> = { [K in keyof S]: z.output<S[K]> };

export interface UrlWrite {
  /** Do not leave a step in the browser's history (typing, sliding). */
  replace?: boolean;
  /** Go back to the first page of the list, because what it lists has changed. */
  restart?: boolean;
}

type Search = Record<string, unknown>;

/** What a list keeps in the address about its place; gone when the list is another one. */
const PLACE = ["after", "page"] as const;

/** Read typed values from search params. What does not fit is as if it were not there. */
export function readUrl<S extends UrlShape>(shape: S, search: Search): UrlState<S> {
  const state: Search = {};
  for (const [key, type] of Object.entries(shape)) {
    const found = [search[key], String(search[key])]
      .slice(0, isPlain(search[key]) ? 2 : 1)
      .map((raw) => z.safeParse(type, raw))
      .find((result) => result.success);
    // A value of the wrong form falls back to what the field is without one.
    state[key] = found?.success ? found.data : z.safeParse(type, undefined).data;
  }
  return state as UrlState<S>;
}

const isPlain = (raw: unknown) => typeof raw === "number" || typeof raw === "boolean";

/** Return the search params after a change; what is as by default is left out of the address. */
export function writeUrl<S extends UrlShape>(
  shape: S,
  search: Search,
  patch: Partial<UrlState<S>>,
  restart = false,
): Search {
  const next: Search = { ...search };
  for (const [key, value] of Object.entries(patch)) {
    const type = shape[key];
    const usual = type === undefined ? undefined : z.safeParse(type, undefined).data;
    const empty = value === undefined || value === null || value === "";
    if (empty || JSON.stringify(value) === JSON.stringify(usual)) delete next[key];
    else next[key] = value;
  }
  if (restart) for (const key of PLACE) delete next[key];
  return next;
}

/**
 * State that lives in the address: `const [state, setState] = useUrlState({ tab: z.optional(z.string()) })`.
 * The shape must be declared outside of the component. `setState` merges and pushes a step.
 */
export function useUrlState<S extends UrlShape>(
  shape: S,
): [UrlState<S>, (patch: Partial<UrlState<S>>, write?: UrlWrite) => void] {
  const search = useSearch({ strict: false }) as Search;
  const navigate = useNavigate();
  const state = useMemo(() => readUrl(shape, search), [shape, search]);
  const set = useCallback(
    (patch: Partial<UrlState<S>>, { replace = false, restart = false }: UrlWrite = {}) =>
      void navigate({
        to: ".",
        search: ((old: Search) => writeUrl(shape, old, patch, restart)) as never,
        replace,
        resetScroll: false,
      }),
    [shape, navigate],
  );
  return [state, set];
}

const PAGING = {
  after: z.optional(z.string()),
  page: z._default(z.number(), 1),
  sort: z.optional(z.string()),
};

export interface Paging {
  /** For the API: `params: { query: { ...paging.query } }`. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each list has its own orders
  query: { cursor?: string; limit: number; sort?: any };
  page: number;
  sort: string | undefined;
  hasPrevious: boolean;
  setSort: (sort: string) => void;
  next: (cursor: string) => void;
  previous: () => void;
}

interface Steps {
  trail?: string[];
}

/**
 * Place and order of a list, in the address. Cursors lead forward only, so the way back is kept
 * with the browser's history; a link that someone was sent begins its way back at the first page.
 */
export function usePaging({ limit = 50, sort }: { limit?: number; sort?: string } = {}): Paging {
  const [state, setState] = useUrlState(PAGING);
  const navigate = useNavigate();
  const trail = useLocation({ select: (here) => (here.state as Steps).trail }) ?? [];
  const order = state.sort ?? sort;
  const go = (after: string | undefined, page: number, steps: string[]) =>
    void navigate({
      to: ".",
      search: ((old: Search) => writeUrl(PAGING, old, { after, page })) as never,
      state: ((old: object) => ({ ...old, trail: steps })) as never,
    });
  return {
    query: { cursor: state.after, limit, sort: order },
    page: state.page,
    sort: order,
    hasPrevious: state.after !== undefined,
    setSort: (chosen) =>
      setState({ sort: chosen === sort ? undefined : chosen }, { restart: true }),
    next: (cursor) => go(cursor, state.page + 1, [...trail, state.after ?? ""]),
    previous: () => {
      const before = trail.at(-1) || undefined;
      go(before, before === undefined ? 1 : state.page - 1, trail.slice(0, -1));
    },
  };
}

/** Read what all requests of one opening need: the rest of the address, for saved views. */
export function withoutPlace(search: Search): Search {
  const rest = { ...search };
  for (const key of PLACE) delete rest[key];
  return rest;
}
