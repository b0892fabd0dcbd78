import { useLingui } from "@lingui/react/macro";
import { formatNumber } from "./format";
import type { Schemas } from "@/api/context";

/** The limits of a plan in one line. */
export function usePlanLimits(): (limits: Schemas["PlanLimits"]) => string {
  const { t, i18n } = useLingui();
  const figure = (value: number | null | undefined) =>
    value == null ? null : formatNumber(value, i18n.locale);
  return (limits) => {
    const rules = figure(limits.earning_rules);
    const programs = figure(limits.programs);
    const hooks = figure(limits.webhook_endpoints);
    const asked = figure(limits.requests_per_second);
    const told = [
      rules && t`at most ${rules} earning rules`,
      programs && t`at most ${programs} points programs`,
      hooks && t`at most ${hooks} webhooks`,
      asked && t`at most ${asked} requests per second and key`,
    ].filter(Boolean);
    return told.length === 0 ? t`no limits` : told.join(", ");
  };
}
