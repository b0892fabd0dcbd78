import * as z from "zod/mini";
import { rangeOf } from "./filters";
import { dayIn, momentOf } from "./format";
import { useTenantZone } from "./tenant";
import { useUrlState } from "./url";
import { useNow } from "./When";

/** Periods that one chooses by name; any other is `2026-01-01..2026-01-31`. */
export const PERIODS = ["7d", "30d", "90d", "month", "last_month"] as const;
export type PeriodName = (typeof PERIODS)[number];

interface Days {
  /** The first and the last day, both belong to it. */
  from: string;
  to: string;
}

export interface Period extends Days {
  /** As it stands in the address. */
  id: string;
  /** The same as moments for the API; `until` is the first one after it. */
  since: string;
  until: string;
  /** The period to compare with. */
  before: Days & { since: string; until: string };
  /** Today belongs to it, so that it is not over. */
  soFar: boolean;
}

const USUAL: PeriodName = "30d";
const OWN = /^(\d{4}-\d\d-\d\d)?\.\.(\d{4}-\d\d-\d\d)?$/;
const DAY = 86_400_000;
const noon = (day: string) => Date.parse(`${day}T12:00:00Z`);

/** The day so many days later, without any zone. */
export const addDays = (day: string, days: number) => dayIn("UTC", noon(day), days);

/** Every day of a period, for the x axis of a chart. */
export function daysOf({ from, to }: Days): string[] {
  const count = Math.round((noon(to) - noon(from)) / DAY) + 1;
  return Array.from({ length: Math.max(count, 0) }, (_, at) => addDays(from, at));
}

const monthOf = (day: string) => day.slice(0, 7);
const firstOf = (month: string) => `${month}-01`;
const monthBefore = (day: string) => monthOf(addDays(firstOf(monthOf(day)), -1));
const lastOf = (month: string) => {
  const next = addDays(firstOf(month), 31);
  return addDays(firstOf(monthOf(next)), -1);
};

function daysNamed(id: string, today: string): { now: Days; before?: Days } {
  if (id === "month") {
    const now = { from: firstOf(monthOf(today)), to: today };
    const last = monthBefore(today);
    const same = `${last}-${today.slice(8)}`;
    // As many days of the month before, at most all of it.
    return { now, before: { from: firstOf(last), to: same < lastOf(last) ? same : lastOf(last) } };
  }
  if (id === "last_month") {
    const month = monthBefore(today);
    const earlier = monthBefore(firstOf(month));
    return {
      now: { from: firstOf(month), to: lastOf(month) },
      before: { from: firstOf(earlier), to: lastOf(earlier) },
    };
  }
  const days = /^([1-9]\d{0,2})d$/.exec(id);
  if (days) return { now: { from: addDays(today, 1 - Number(days[1])), to: today } };
  if (!OWN.test(id)) return daysNamed(USUAL, today);
  const [from, to] = rangeOf(id);
  return { now: { from: from || to || today, to: to || today } };
}

/** Work out a period of the address, and the one to compare it with. */
export function periodOf(id: string, zone: string, now: number): Period {
  const today = dayIn(zone, now);
  const { now: days, before } = daysNamed(id, today);
  const length = daysOf(days).length;
  const earlier = before ?? { from: addDays(days.from, -length), to: addDays(days.from, -1) };
  const moments = ({ from, to }: Days) => ({
    from,
    to,
    since: momentOf(`${from}T00:00`, zone),
    until: momentOf(`${addDays(to, 1)}T00:00`, zone),
  });
  return { id, ...moments(days), before: moments(earlier), soFar: days.to >= today };
}

const SHAPE = { period: z._default(z.string(), USUAL) };

/** The period that a page shows, in the address as `period`; last 30 days without one. */
export function usePeriod(): [Period, (id: string) => void] {
  const [{ period }, setState] = useUrlState(SHAPE);
  const zone = useTenantZone();
  const now = useNow();
  return [periodOf(period, zone, now), (id) => setState({ period: id })];
}
