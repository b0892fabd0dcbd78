import { plural } from "@lingui/core/macro";
import { useLingui } from "@lingui/react/macro";
import { formatNumber } from "@/ui/format";

const UNITS = ["kB", "MB", "GB", "TB"];
const STEP = 1000;

/** Sizes as people say them: `12.4 MB`. */
export function useBytes(): (bytes: number) => string {
  const { i18n } = useLingui();
  return (bytes) => {
    let value = bytes / STEP;
    let at = 0;
    while (value >= STEP && at < UNITS.length - 1) {
      value /= STEP;
      at += 1;
    }
    const figure = value >= 100 ? value.toFixed(0) : value.toFixed(1);
    return `${formatNumber(figure, i18n.locale)} ${UNITS[at]}`;
  };
}

/** How long something has been due. */
export function useLag(): (seconds: number) => string {
  const { t } = useLingui();
  return (seconds) => {
    const whole = Math.round(seconds);
    const minutes = Math.round(seconds / 60);
    const hours = Math.round(seconds / 3600);
    if (whole < 120) return t`${plural(whole, { one: "# second", other: "# seconds" })}`;
    if (minutes < 120) return t`${plural(minutes, { one: "# minute", other: "# minutes" })}`;
    return t`${plural(hours, { one: "# hour", other: "# hours" })}`;
  };
}
