import { expect, test } from "vitest";
import { type Filter, queryOf, rangeOf, rangeText } from "./filters";

const FILTERS: Filter[] = [
  { id: "search", kind: "search", label: "Search" },
  { id: "status", kind: "choice", label: "Status", options: [] },
  { id: "tiers", kind: "several", label: "Tiers", options: [], param: "tier_id" },
  { id: "joined", kind: "dates", label: "Joined" },
  { id: "points", kind: "numbers", label: "Points", from: "points_min", to: "points_max" },
];

test("ranges are open at either end", () => {
  expect(rangeOf("2026-01-01..")).toEqual(["2026-01-01", ""]);
  expect(rangeOf(undefined)).toEqual(["", ""]);
  expect(rangeText("", "50")).toBe("..50");
  expect(rangeText("", "")).toBeUndefined();
});

test("the API is asked for whole days of the tenant", () => {
  const values = { joined: "2026-11-01..2026-11-30" };
  expect(queryOf(FILTERS, values, "Europe/Berlin")).toEqual({
    since: "2026-10-31T23:00:00.000Z",
    until: "2026-11-30T23:00:00.000Z",
  });
});

test("only what is set is asked for, by the API's names", () => {
  const values = { search: "anna", tiers: "a,b", points: "..50", status: undefined };
  expect(queryOf(FILTERS, values, "UTC")).toEqual({
    search: "anna",
    tier_id: ["a", "b"],
    points_max: "50",
  });
});
