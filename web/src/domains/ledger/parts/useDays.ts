import { plural } from "@lingui/core/macro";
import { useLingui } from "@lingui/react/macro";

/** How long points wait and last, in words. */
export function useDays() {
  const { t } = useLingui();
  const count = (days: number) => t`${plural(days, { one: "# day", other: "# days" })}`;
  return {
    expiry: (days: number | null) => {
      if (days === null) return t`Never`;
      const lasting = count(days);
      return t`${lasting} after they were earned`;
    },
    maturity: (days: number) => {
      if (days === 0) return t`At once`;
      const waiting = count(days);
      return t`${waiting} after they were earned`;
    },
    count,
  };
}
