import { describe, expect, test } from "vitest";
import {
  dayIn,
  formatDay,
  formatMoment,
  formatMoney,
  formatNumber,
  formatRelative,
  formatShare,
  momentOf,
  wallOf,
} from "./format";

const plain = (text: string) => text.replaceAll(/[\u00a0\u202f]/g, " ");

describe("money and numbers", () => {
  test("an amount is written as its language does, and loses no cent", () => {
    expect(formatMoney("1234.50", "USD", "en")).toBe("$1,234.50");
    expect(plain(formatMoney("1234.50", "EUR", "de"))).toBe("1.234,50 €");
    expect(formatMoney("90071992547409.93", "USD", "en")).toBe("$90,071,992,547,409.93");
    expect(formatMoney("1200", "JPY", "en")).toBe("¥1,200");
    expect(formatMoney("5", "USD", "en", { signed: true })).toBe("+$5.00");
    expect(formatMoney("0", "USD", "en", { signed: true })).toBe("$0.00");
  });

  test("numbers and shares", () => {
    expect(formatNumber(12431, "de")).toBe("12.431");
    expect(formatNumber(12431, "en", { short: true })).toBe("12.4K");
    expect(formatShare(0.0734, "en", true)).toBe("+7.3%");
    expect(formatShare(0.734, "en")).toBe("73%");
  });
});

describe("time", () => {
  test("a moment is told in the tenant's zone", () => {
    expect(formatMoment("2026-11-28T23:30:00Z", "en-GB", "Europe/Berlin")).toBe(
      "29 November 2026 at 00:30 CET",
    );
  });

  test("a day belongs to no zone", () => {
    expect(formatDay("1990-02-03", "en-GB")).toBe("3 Feb 1990");
  });

  test("relative words", () => {
    const now = Date.parse("2026-11-28T12:00:00Z");
    expect(formatRelative("2026-11-28T11:59:50Z", now, "en")).toBe("now");
    expect(formatRelative("2026-11-28T09:00:00Z", now, "en")).toBe("3 hours ago");
    expect(formatRelative("2026-11-27T09:00:00Z", now, "en")).toBe("yesterday");
    expect(formatRelative("2026-12-12T12:00:00Z", now, "en")).toBe("in 2 weeks");
  });

  test("a wall clock is read in the zone, on both sides of a change of the clock", () => {
    expect(momentOf("2026-11-28T14:05", "Europe/Berlin")).toBe("2026-11-28T13:05:00.000Z");
    expect(momentOf("2026-03-29T01:59", "Europe/Berlin")).toBe("2026-03-29T00:59:00.000Z");
    expect(momentOf("2026-03-29T03:00", "Europe/Berlin")).toBe("2026-03-29T01:00:00.000Z");
    expect(momentOf("2026-10-25T03:00", "Europe/Berlin")).toBe("2026-10-25T02:00:00.000Z");
    expect(wallOf("2026-10-25T02:00:00Z", "Europe/Berlin")).toBe("2026-10-25T03:00");
    expect(momentOf("2026-11-28T00:00", "Pacific/Auckland")).toBe("2026-11-27T11:00:00.000Z");
  });

  test("the day of a zone, and days from it", () => {
    const now = Date.parse("2026-11-28T23:30:00Z");
    expect(dayIn("Europe/Berlin", now)).toBe("2026-11-29");
    expect(dayIn("America/New_York", now, -28)).toBe("2026-10-31");
  });
});
