import { expect, test } from "vitest";
import { daysOf, periodOf } from "./period";

const NOW = Date.parse("2026-03-31T22:30:00Z");
const days = (id: string, zone = "UTC", now = NOW) => {
  const { from, to, before, soFar } = periodOf(id, zone, now);
  return [`${from}..${to}`, `${before.from}..${before.to}`, soFar];
};

test("days are counted to today, and compared with as many before", () => {
  expect(days("7d")).toEqual(["2026-03-25..2026-03-31", "2026-03-18..2026-03-24", true]);
  expect(days("7d", "Europe/Berlin")[0]).toBe("2026-03-26..2026-04-01");
});

test("a month so far is compared with as many days of the month before, at most all", () => {
  expect(days("month")).toEqual(["2026-03-01..2026-03-31", "2026-02-01..2026-02-28", true]);
  const early = Date.parse("2026-03-05T12:00:00Z");
  expect(days("month", "UTC", early)[1]).toBe("2026-02-01..2026-02-05");
  expect(days("last_month")).toEqual(["2026-02-01..2026-02-28", "2026-01-01..2026-01-31", false]);
});

test("own days, open at an end or not", () => {
  expect(days("2026-01-10..2026-01-11")).toEqual([
    "2026-01-10..2026-01-11",
    "2026-01-08..2026-01-09",
    false,
  ]);
  expect(days("2026-03-30..")[0]).toBe("2026-03-30..2026-03-31");
  expect(days("nonsense")[0]).toBe("2026-03-02..2026-03-31");
});

test("moments are those of the tenant's days, also where the clock changes", () => {
  const period = periodOf("2026-03-29..2026-03-29", "Europe/Berlin", NOW);
  expect([period.since, period.until]).toEqual([
    "2026-03-28T23:00:00.000Z",
    "2026-03-29T22:00:00.000Z",
  ]);
  expect(daysOf(period)).toEqual(["2026-03-29"]);
});
