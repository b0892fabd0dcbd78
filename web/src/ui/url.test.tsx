import { act, renderHook, waitFor } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import * as z from "zod/mini";
import { inRouter } from "./testing";
import { readUrl, usePaging, useUrlState, withoutPlace, writeUrl } from "./url";

const SHAPE = {
  period: z._default(z.enum(["7d", "30d"]), "30d"),
  search: z.optional(z.string()),
  points: z.optional(z.number()),
};

describe("state in the address", () => {
  test("what does not fit is as if it were not there", () => {
    expect(readUrl(SHAPE, { period: "99d", points: "many" })).toEqual({
      period: "30d",
      search: undefined,
      points: undefined,
    });
  });

  test("a text of digits stays a text", () => {
    expect(readUrl(SHAPE, { search: 4711, points: 4711 })).toMatchObject({
      search: "4711",
      points: 4711,
    });
  });

  test("what is as by default is left out, and others' params stay", () => {
    const search = { period: "7d", search: "anna", other: 1, after: "abc", page: 3 };
    expect(writeUrl(SHAPE, search, { period: "30d", search: "" })).toEqual({
      other: 1,
      after: "abc",
      page: 3,
    });
    expect(writeUrl(SHAPE, search, { search: "ben" }, true)).toEqual({
      period: "7d",
      search: "ben",
      other: 1,
    });
  });

  test("a saved view does not hold a place in the list", () => {
    expect(withoutPlace({ status: "active", after: "abc", page: 2 })).toEqual({ status: "active" });
  });
});

/** The router shows its first match a moment later. */
async function hook<T>(
  use: () => T,
  options: Parameters<typeof renderHook<T, unknown>>[1],
): Promise<{ result: { current: T } }> {
  const made = renderHook(use, options);
  await waitFor(() => expect(made.result.current).not.toBeNull());
  return made;
}

describe("in a router", () => {
  test("the hook reads and writes the address", async () => {
    const { wrapper, router } = await inRouter("/list?period=7d");
    const { result } = await hook(() => useUrlState(SHAPE), { wrapper });
    expect(result.current[0].period).toBe("7d");
    await act(async () => result.current[1]({ search: "anna" }));
    expect(router.state.location.search).toEqual({ period: "7d", search: "anna" });
    expect(result.current[0].search).toBe("anna");
  });

  test("paging goes forward and back by the way it came", async () => {
    const { wrapper, router } = await inRouter("/list");
    const { result } = await hook(() => usePaging({ sort: "-created_at" }), { wrapper });
    expect(result.current.query).toEqual({ cursor: undefined, limit: 50, sort: "-created_at" });
    await act(async () => result.current.next("one"));
    await act(async () => result.current.next("two"));
    expect(result.current.query.cursor).toBe("two");
    expect(result.current.page).toBe(3);
    await act(async () => result.current.previous());
    expect(result.current.query.cursor).toBe("one");
    await act(async () => result.current.previous());
    expect(result.current.hasPrevious).toBe(false);
    expect(router.state.location.search).toEqual({});
  });

  test("another order begins at the first page", async () => {
    const { wrapper, router } = await inRouter("/list?after=abc&page=2");
    const { result } = await hook(() => usePaging({ sort: "-created_at" }), { wrapper });
    await act(async () => result.current.setSort("name"));
    expect(router.state.location.search).toEqual({ sort: "name" });
  });

  test("a link to a later page begins its way back at the first", async () => {
    const { wrapper } = await inRouter("/list?after=abc&page=4");
    const { result } = await hook(() => usePaging(), { wrapper });
    expect(result.current.hasPrevious).toBe(true);
    await act(async () => result.current.previous());
    expect(result.current).toMatchObject({ page: 1, hasPrevious: false });
  });
});
