import { useLingui } from "@lingui/react/macro";
import { formatMoney, formatNumber } from "@/ui/format";
import { useCurrency } from "@/ui/tenant";
import type { Criteria, Tier } from "./ladder";

/** What a tier can count, in words. */
export function useCriteriaWords(): Record<Criteria, string> {
  const { t } = useLingui();
  return {
    spend: t`Money spent`,
    points: t`Points earned`,
    orders: t`Orders`,
    hybrid: t`Money and points, both`,
  };
}

/** What a field of a tier is called, where changes of it are told: `Gold: From a spend of`. */
export function useFieldLabel(tiers: Tier[]): (field: string) => string {
  const { t } = useLingui();
  const fields: Record<string, string> = {
    name: t`Name`,
    description: t`Description`,
    color: t`Colour`,
    criteria: t`What is counted`,
    min_points: t`From points`,
    min_spend: t`From a spend of`,
    min_orders: t`From orders`,
    qualification_period_days: t`Within how many days`,
    points_multiplier: t`Points times`,
    discount_percentage: t`Discount in percent`,
    free_shipping: t`Free shipping`,
    early_access: t`May buy before others`,
    birthday_bonus_points: t`Points for a birthday`,
    requires_maintenance: t`It has to be earned again`,
    maintenance_period_days: t`Every how many days`,
    grace_days: t`Days of grace`,
    is_default: t`New members begin here`,
  };
  return (path) => {
    const [id, field = ""] = path.split(".");
    const name = tiers.find((tier) => tier.id === id)?.name ?? "";
    return `${name}: ${fields[field] ?? field}`;
  };
}

type Taking = Pick<
  Tier,
  "min_spend" | "min_points" | "min_orders" | "qualification_period_days" | "is_default"
>;

/** A tier in sentences: what it takes, what it brings, how long it lasts. */
export function useTierWords() {
  const { t, i18n } = useLingui();
  const currency = useCurrency();
  const count = (value: number) => formatNumber(value, i18n.locale);
  const takes = (tier: Taking): string => {
    const money = formatMoney(tier.min_spend, currency, i18n.locale);
    const points = count(tier.min_points);
    const orders = count(tier.min_orders);
    const days = count(tier.qualification_period_days);
    const parts = [
      Number(tier.min_spend) > 0 && t`${money} spent`,
      tier.min_points > 0 && t`${points} points earned`,
      tier.min_orders > 0 && t`${orders} orders`,
    ].filter(Boolean);
    if (parts.length === 0) return tier.is_default ? t`Where everyone begins` : t`Nothing`;
    const sum = parts.join(" + ");
    return tier.qualification_period_days === 0 ? t`${sum}, ever` : t`${sum} in ${days} days`;
  };
  const brings = (tier: Tier): string[] => {
    const times = Number(tier.points_multiplier).toLocaleString(i18n.locale);
    const percent = Number(tier.discount_percentage).toLocaleString(i18n.locale);
    const points = count(tier.birthday_bonus_points);
    return [
      Number(tier.points_multiplier) !== 1 && t`Points × ${times}`,
      Number(tier.discount_percentage) > 0 && t`${percent} % discount`,
      tier.free_shipping && t`Free shipping`,
      tier.early_access && t`May buy before others`,
      tier.birthday_bonus_points > 0 && t`${points} points for a birthday`,
    ].filter((words) => words !== false);
  };
  const lasts = (tier: Tier): string => {
    const days = count(tier.maintenance_period_days);
    const grace = count(tier.grace_days);
    if (!tier.requires_maintenance) return t`For good`;
    return tier.grace_days > 0 ? t`${days} days, and ${grace} of grace` : t`${days} days`;
  };
  return { takes, brings, lasts };
}
