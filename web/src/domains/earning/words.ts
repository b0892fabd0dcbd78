import { useLingui } from "@lingui/react/macro";
import type { ConditionWords } from "@/ui/condition/words";
import type { ConditionField } from "@/ui/condition/model";
import type { Choice } from "@/ui/filters";
import type { Tone } from "@/ui/Status";
import type { Names } from "./queries";

export const TRIGGERS = [
  "purchase.completed",
  "activity.recorded",
  "member.enrolled",
  "member.birthday",
] as const;

export const TONES: Record<string, Tone> = { active: "good", paused: "waiting", archived: "quiet" };

/** What rules are told in, besides their figures. */
export function useRuleWords() {
  const { t } = useLingui();
  const triggers: Record<string, string> = {
    "purchase.completed": t`A purchase`,
    "activity.recorded": t`An activity`,
    "member.enrolled": t`Joining`,
    "member.birthday": t`A birthday`,
  };
  const explained: Record<string, string> = {
    "purchase.completed": t`When a purchase has been paid for.`,
    "activity.recorded": t`When a member did something besides buying: a review, a visit.`,
    "member.enrolled": t`Once, when a person joins your programme.`,
    "member.birthday": t`Once a year, on the member's birthday.`,
  };
  const each: Record<string, string> = {
    "purchase.completed": t`for each purchase`,
    "activity.recorded": t`for each activity`,
    "member.enrolled": t`for joining`,
    "member.birthday": t`for a birthday`,
  };
  const statuses: Record<string, string> = {
    active: t`Active`,
    paused: t`Paused`,
    archived: t`Archived`,
  };
  const periods: Record<string, string> = {
    event: t`at a time`,
    day: t`a day`,
    month: t`a month`,
    lifetime: t`in all`,
  };
  return {
    trigger: (name: string) => triggers[name] ?? name,
    whatHappens: (name: string) => explained[name] ?? "",
    each: (name: string) => each[name] ?? name,
    status: (name: string) => statuses[name] ?? name,
    period: (name: string) => periods[name] ?? name,
  };
}

/** What facts are called in a condition, and the names behind ids in it. */
export function useFactWords(names: Names): ConditionWords {
  const { t } = useLingui();
  const facts: Record<string, string> = {
    "event.occurred_at": t`the moment`,
    "event.local_date": t`the day`,
    "event.weekday": t`the weekday`,
    "event.hour": t`the hour`,
    "purchase.amount": t`the amount paid`,
    "purchase.net_amount": t`the amount net of tax`,
    "purchase.currency": t`the currency`,
    "purchase.quantity": t`the number of items`,
    "purchase.source": t`the system it came from`,
    "purchase.channel": t`the channel`,
    "purchase.payment_method": t`the way of payment`,
    "purchase.attributes": t`your fact about the purchase`,
    "purchase.lines.quantity": t`the quantity`,
    "activity.kind": t`the kind of activity`,
    "activity.source": t`the system it came from`,
    "activity.subject": t`what it is about`,
    "activity.value": t`the activity's value`,
    "activity.attributes": t`your fact about the activity`,
    "member.external_id": t`the member's number with you`,
    "member.status": t`the member's status`,
    "member.birthday": t`the member's birthday`,
    "member.enrolled_at": t`the day of joining`,
    "member.attributes": t`your fact about the member`,
    "member.purchases": t`the number of purchases so far`,
    "member.spend": t`the member's spend so far`,
    "member.tier": t`the member's tier`,
    "member.tier_level": t`the level of the tier`,
    "member.tier_multiplier": t`the tier's multiplier`,
    "member.tier_birthday_bonus_points": t`the tier's birthday points`,
    "member.segments": t`the member's segment`,
    sku: t`the article number`,
    name: t`the article's name`,
    category: t`the category`,
    quantity: t`the quantity`,
    unit_price: t`the price of one`,
    amount: t`the amount of the line`,
    net_amount: t`the line's amount net of tax`,
    attributes: t`your fact about the line`,
  };
  const values: Record<string, string> = {
    monday: t`Monday`,
    tuesday: t`Tuesday`,
    wednesday: t`Wednesday`,
    thursday: t`Thursday`,
    friday: t`Friday`,
    saturday: t`Saturday`,
    sunday: t`Sunday`,
    cash: t`cash`,
    card: t`card`,
    mobile: t`mobile phone`,
    other: t`other`,
    review: t`review`,
    social_share: t`share`,
  };
  const translated = new Set(["event.weekday", "purchase.payment_method", "activity.kind"]);
  return {
    field: (name) => facts[name],
    value: (field, value) => {
      if (field === "member.segments") return names.segments.find((s) => s.id === value)?.name;
      if (field === "member.tier") return value;
      return translated.has(field) ? values[value] : undefined;
    },
    elements: (collection) => (collection === "purchase.lines" ? t`lines` : undefined),
  };
}

/** Values to choose from in a condition. */
export function useFactOptions(names: Names): (field: ConditionField) => Choice[] | undefined {
  const words = useFactWords(names);
  const choices = (field: string, values: string[]) =>
    values.map((value) => ({ value, label: words.value?.(field, value) ?? value }));
  return (field) => {
    switch (field.name) {
      case "member.tier":
        return names.tiers.map(({ name }) => ({ value: name, label: name }));
      case "member.segments":
        return names.segments.map(({ id, name }) => ({ value: id, label: name }));
      case "purchase.payment_method":
        return choices(field.name, ["cash", "card", "mobile", "other"]);
      case "activity.kind":
        return choices(field.name, ["review", "social_share"]);
      case "event.weekday":
        return choices(field.name, field.choices);
      default:
        return undefined;
    }
  };
}
