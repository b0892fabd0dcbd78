import { useLingui } from "@lingui/react/macro";
import { formatNumber } from "@/ui/format";
import type { Run } from "../words";

const MINUTE = 60;

/** How long a run took, from when a worker took it up; nothing while it has not ended. */
export function Duration({ run }: { run: Pick<Run, "started_at" | "finished_at"> }) {
  const { t, i18n } = useLingui();
  if (run.started_at === null || run.finished_at === null) return null;
  const seconds = (Date.parse(run.finished_at) - Date.parse(run.started_at)) / 1000;
  const rounded = formatNumber(Number(seconds.toPrecision(2)), i18n.locale);
  const minutes = formatNumber(Math.round(seconds / MINUTE), i18n.locale);
  return seconds < 2 * MINUTE ? t`${rounded} s` : t`${minutes} min`;
}
