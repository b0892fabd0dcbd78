import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import { useLingui as useDescriptors } from "@lingui/react";
import { useLingui } from "@lingui/react/macro";
import { formatMoment, formatMoney, formatNumber } from "@/ui/format";
import { useCurrency, useTenantZone } from "@/ui/tenant";
import type { Names, Reward } from "./queries";

export type RewardType =
  | "discount_percentage"
  | "discount_fixed"
  | "free_shipping"
  | "free_product"
  | "store_credit"
  | "merchandise"
  | "event"
  | "tasting"
  | "gift_card"
  | "custom";

/** Every type of reward, with what it is, in the order in which shops ask for them. */
export const TYPES: { type: RewardType; label: MessageDescriptor; means: MessageDescriptor }[] = [
  {
    type: "discount_fixed",
    label: msg`An amount off`,
    means: msg`So much money off a purchase, such as 5 off.`,
  },
  {
    type: "discount_percentage",
    label: msg`A percentage off`,
    means: msg`A part of the price off a purchase, such as 10 percent.`,
  },
  {
    type: "free_shipping",
    label: msg`Free shipping`,
    means: msg`An order is sent without shipping costs, or with less.`,
  },
  {
    type: "free_product",
    label: msg`A product from your range`,
    means: msg`An article of your shop for nothing, found by its number.`,
  },
  {
    type: "merchandise",
    label: msg`A thing`,
    means: msg`Something that you hand over or send, such as a mug.`,
  },
  {
    type: "gift_card",
    label: msg`A gift card`,
    means: msg`A card with money on it, of yours or of others.`,
  },
  {
    type: "store_credit",
    label: msg`Store credit`,
    means: msg`Money on the member’s account in your shop.`,
  },
  { type: "event", label: msg`An event`, means: msg`A seat at a concert, a course, an evening.` },
  { type: "tasting", label: msg`A tasting`, means: msg`A seat at a tasting.` },
  {
    type: "custom",
    label: msg`Something else`,
    means: msg`Its name and description say what it is.`,
  },
];

/** A reward in words: what sort it is, what it is worth, whom it is for, when and how often. */
export function useRewardWords() {
  const { t, i18n } = useLingui();
  const { _ } = useDescriptors();
  const currency = useCurrency();
  const zone = useTenantZone();
  const money = (amount: unknown) => formatMoney(String(amount), currency, i18n.locale);
  const list = (names: string[]) =>
    new Intl.ListFormat(i18n.locale, { type: "disjunction" }).format(names);
  const date = (moment: string) => formatMoment(moment, i18n.locale, zone);
  const count = (value: number) => formatNumber(value, i18n.locale);
  const type = (name: string) => {
    const found = TYPES.find((each) => each.type === name);
    return found ? _(found.label) : name;
  };

  const worth = ({ type: kind, value }: Pick<Reward, "type" | "value">): string => {
    const { percentage, max_discount: most, amount, max_amount: covered } = value;
    const { product_name: product, sku, units, venue, takes_place_at: at } = value;
    const what = type(kind);
    if (percentage) {
      const percent = formatNumber(Number(percentage), i18n.locale);
      const ceiling = most ? money(most) : "";
      return most ? t`${percent} % off, at most ${ceiling}` : t`${percent} % off`;
    }
    if (amount) {
      const sum = money(amount);
      return kind === "discount_fixed" ? t`${sum} off` : `${what}: ${sum}`;
    }
    if (covered) {
      const ceiling = money(covered);
      return t`Free shipping, up to ${ceiling}`;
    }
    const pieces = typeof units === "number" && units > 1 ? `${count(units)} × ` : "";
    const thing = product ?? sku;
    if (thing) return `${pieces}${String(thing)}`;
    const there = [venue, typeof at === "string" ? date(at) : null].filter(Boolean).join(", ");
    return there ? `${what}: ${there}` : what;
  };

  const names = (ids: string[], known: { id: string; name: string }[]) =>
    list(ids.map((id) => known.find((each) => each.id === id)?.name ?? id));

  /** Whom it is for, when, and how often: short sentences. */
  const conditions = (reward: Conditions, known: Names): string[] => {
    const { starts_at: from, ends_at: until, min_tier_level: level } = reward;
    const { max_redemptions_per_member: each, max_redemptions_total: most } = reward;
    const lowest = known.tiers.find((tier) => tier.level === level)?.name;
    const levels = level === null ? "" : count(level);
    const tiers = names(reward.tier_ids, known.tiers);
    const segments = names(reward.segment_ids, known.segments);
    const [begins, ends] = [from ? date(from) : "", until ? date(until) : ""];
    const limits = [each === null ? "" : count(each), most === null ? "" : count(most)];
    const [mine, all] = limits;
    const order = reward.min_order_value ? money(reward.min_order_value) : "";
    const days = reward.redemption_expiry_days;
    const validity = days === null ? "" : count(days);
    const open = level === null && reward.tier_ids.length + reward.segment_ids.length === 0;
    return [
      open && t`Every member can have it.`,
      level !== null &&
        (lowest ? t`For members on ${lowest} or higher.` : t`For tiers from level ${levels} on.`),
      reward.tier_ids.length > 0 && t`For members on ${tiers}.`,
      reward.segment_ids.length > 0 && t`For members in ${segments}.`,
      begins && ends && t`From ${begins} until ${ends}.`,
      begins && !ends && t`From ${begins} on.`,
      ends && !begins && t`Until ${ends}.`,
      mine && t`At most ${mine} per member.`,
      all && t`At most ${all} in all.`,
      order && t`Used on a purchase of at least ${order}.`,
      validity && t`To be used within ${validity} days.`,
    ].filter((words) => typeof words === "string" && words !== "") as string[];
  };
  return { type, worth, conditions };
}

export type Conditions = Pick<
  Reward,
  | "starts_at"
  | "ends_at"
  | "min_tier_level"
  | "tier_ids"
  | "segment_ids"
  | "max_redemptions_per_member"
  | "max_redemptions_total"
  | "min_order_value"
  | "redemption_expiry_days"
>;
