import { plural } from "@lingui/core/macro";
import { useLingui } from "@lingui/react/macro";
import { Text } from "@mantine/core";
import { formatNumber, type MoneyForm } from "./format";

interface PointsProps extends MoneyForm {
  value: number;
  /** What the program calls its unit (`unit_name`), when that is not points. */
  unit?: string;
  /** Name of the program, where a member has more than one. */
  program?: string;
  /** The figure alone, in columns whose head says points. */
  bare?: boolean;
}

/** Points, never a bare figure: `1,240 points`, `+20 points`. */
export function Points({ value, unit, program, bare = false, ...form }: PointsProps) {
  const { i18n, t } = useLingui();
  const figure = formatNumber(value, i18n.locale, form);
  const words = t`${plural(Math.abs(value), { one: "point", other: "points" })}`;
  return (
    <span className="tabular nowrap">
      {figure}
      {!bare && ` ${unit === undefined || unit === "points" ? words : unit}`}
      {program !== undefined && (
        <Text span inherit c="dimmed">
          {" "}
          · {program}
        </Text>
      )}
    </span>
  );
}
