import { plural } from "@lingui/core/macro";
import { useLingui as useDescriptors } from "@lingui/react";
import { useLingui } from "@lingui/react/macro";
import { type Action, KINDS } from "../words";

/** An action in words, as short as a heading: `Add 50 points`. */
export function useSummary(): (action: Record<string, unknown>) => string {
  const { t } = useLingui();
  const { _ } = useDescriptors();
  return (sent) => {
    const action = sent as unknown as Action;
    if (action.type !== "adjust_points") return _(KINDS[action.type].title);
    const count = Math.abs(action.points);
    return action.points > 0
      ? t`Add ${plural(count, { one: "# point", other: "# points" })}`
      : t`Take ${plural(count, { one: "# point", other: "# points" })}`;
  };
}
