import { useLingui } from "@lingui/react/macro";
import { formatNumber } from "../format";

export interface Series {
  id: string;
  label: string;
  /** One value for each place on the x axis; null: not known, or not there yet. */
  values: (number | null)[];
  /** The same of the period before, drawn pale. */
  before?: (number | null)[];
}

export interface SeriesProps {
  /** Words of the places on the x axis: `1 Nov`, `2 Nov`. */
  x: string[];
  series: Series[];
  /** How values read, such as `1,240 points`; without it as numbers. */
  format?: (value: number) => string;
  /** The same for the y axis, short: `€6K`, `40%`. */
  axis?: (value: number) => string;
}

/** The colour of the nth series: one palette for all charts, light and dark. */
export const colourOf = (at: number) => `var(--series-${at % 6})`;

/** The same, pale, but not transparent: lines of the grid do not shine through. */
export const paleOf = (at: number) =>
  `color-mix(in srgb, ${colourOf(at)} 40%, var(--mantine-color-body))`;

const numbers = (values: (number | null)[] | undefined) =>
  (values ?? []).filter((value) => value !== null);

export function extentOf(series: Series[]): [number, number] {
  const all = series.flatMap((each) => [...numbers(each.values), ...numbers(each.before)]);
  return [Math.min(0, ...all), Math.max(0, ...all)];
}

/** Words, table and read-out that follow from the series. */
export function useSeries({ x, series, format, axis }: SeriesProps) {
  const { t, i18n } = useLingui();
  const full = format ?? ((value: number) => formatNumber(value, i18n.locale));
  const shown = (value: number | null | undefined) => (value == null ? "–" : full(value));
  const previous = (label: string) =>
    series.length > 1 ? t`${label}, period before` : t`Period before`;
  const lines = series.flatMap((each, at) => [
    { label: each.label, values: each.values, colour: colourOf(at) },
    ...(each.before
      ? [{ label: previous(each.label), values: each.before, colour: paleOf(at) }]
      : []),
  ]);
  return {
    legend: lines,
    axis: axis ?? ((value: number) => formatNumber(value, i18n.locale, { short: true })),
    read: (at: number) =>
      lines.map(({ values, ...line }) => ({ ...line, value: shown(values[at]) })),
    table: {
      head: ["", ...lines.map((line) => line.label)],
      rows: x.map((word, at) => [word, ...lines.map((line) => shown(line.values[at]))]),
    },
  };
}
