/** Words and figures of money, points and time. Pure, so that tests and charts use the same. */

const formats = new Map<string, Intl.NumberFormat>();

function numberFormat(locale: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = locale + JSON.stringify(options);
  let format = formats.get(key);
  if (format === undefined) {
    format = new Intl.NumberFormat(locale, options);
    formats.set(key, format);
  }
  return format;
}

export interface MoneyForm {
  /** Print a plus before gains, too. */
  signed?: boolean;
  /** `1.2K` for axes and tight places. */
  short?: boolean;
}

/** Write an exact amount. Decimals stay text until Intl writes them, so no cent is lost. */
export function formatMoney(
  amount: string,
  currency: string,
  locale: string,
  { signed = false, short = false }: MoneyForm = {},
): string {
  const format = numberFormat(locale, {
    style: "currency",
    currency,
    signDisplay: signed ? "exceptZero" : "auto",
    ...(short && { notation: "compact", maximumFractionDigits: 1 }),
  });
  return format.format(amount as `${number}`);
}

export function formatNumber(
  value: number | string,
  locale: string,
  { signed = false, short = false }: MoneyForm = {},
): string {
  return numberFormat(locale, {
    signDisplay: signed ? "exceptZero" : "auto",
    maximumFractionDigits: short ? 1 : 20,
    ...(short && { notation: "compact" }),
  }).format(value as `${number}`);
}

/** A share of one, such as 0.125, in percent. */
export function formatShare(share: number, locale: string, signed = false): string {
  return numberFormat(locale, {
    style: "percent",
    maximumFractionDigits: Math.abs(share) < 0.1 ? 1 : 0,
    signDisplay: signed ? "exceptZero" : "auto",
  }).format(share);
}

const dates = new Map<string, Intl.DateTimeFormat>();

export function formatDate(
  moment: Date,
  locale: string,
  zone: string,
  options: Intl.DateTimeFormatOptions,
): string {
  const key = locale + zone + JSON.stringify(options);
  let format = dates.get(key);
  if (format === undefined) {
    format = new Intl.DateTimeFormat(locale, { timeZone: zone, ...options });
    dates.set(key, format);
  }
  return format.format(moment);
}

/** A moment in full: `28 November 2026, 14:05 CET`. */
export const formatMoment = (moment: string, locale: string, zone: string) =>
  formatDate(new Date(moment), locale, zone, {
    day: "numeric",
    month: "long",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    timeZoneName: "short",
  });

/** A moment in a table: `28 Nov 2026, 14:05`. */
export const formatMomentShort = (moment: string, locale: string, zone: string) =>
  formatDate(new Date(moment), locale, zone, {
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
  });

/** A day without a time (`2026-11-28`), which belongs to no zone. */
export const formatDay = (day: string, locale: string, month: "short" | "long" = "short") =>
  formatDate(new Date(`${day.slice(0, 10)}T12:00:00Z`), locale, "UTC", {
    day: "numeric",
    month,
    year: "numeric",
  });

/** The same without its year, where many days stand side by side. */
export const formatShortDay = (day: string, locale: string) =>
  formatDate(new Date(`${day.slice(0, 10)}T12:00:00Z`), locale, "UTC", {
    day: "numeric",
    month: "short",
  });

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 365 * 86_400],
  ["month", 30 * 86_400],
  ["week", 7 * 86_400],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** `3 hours ago`, `in 2 days`, `now`. */
export function formatRelative(moment: string, now: number, locale: string): string {
  const seconds = (Date.parse(moment) - now) / 1000;
  const words = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  for (const [unit, length] of STEPS)
    if (Math.abs(seconds) >= length) return words.format(Math.round(seconds / length), unit);
  return words.format(0, "second");
}

/** How far a zone is from UTC at a moment, in minutes. */
export function offsetOf(moment: Date, zone: string): number {
  const parts = Object.fromEntries(
    new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    })
      .formatToParts(moment)
      .map((part) => [part.type, Number(part.value)]),
  ) as Record<string, number>;
  const { year = 0, month = 1, day, hour, minute, second } = parts;
  const wall = Date.UTC(year, month - 1, day, hour, minute, second);
  return Math.round((wall - Math.floor(moment.getTime() / 1000) * 1000) / 60_000);
}

/** Read a wall clock's `2026-11-28T14:05` in a zone as a moment (ISO, UTC). */
export function momentOf(wall: string, zone: string): string {
  const asUtc = Date.parse(`${wall.slice(0, 16)}:00Z`);
  let moment = asUtc - offsetOf(new Date(asUtc), zone) * 60_000;
  // Near a change of the clock the first guess has the offset of the other side.
  moment = asUtc - offsetOf(new Date(moment), zone) * 60_000;
  return new Date(moment).toISOString();
}

/** What a wall clock in the zone shows at a moment: `2026-11-28T14:05`. */
export function wallOf(moment: string, zone: string): string {
  const date = new Date(moment);
  return new Date(date.getTime() + offsetOf(date, zone) * 60_000).toISOString().slice(0, 16);
}

/** The day that it is in a zone, `days` from now. */
export function dayIn(zone: string, now: number, days = 0): string {
  const today = wallOf(new Date(now).toISOString(), zone).slice(0, 10);
  return new Date(Date.parse(`${today}T12:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}
