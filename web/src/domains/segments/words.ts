import { useLingui } from "@lingui/react/macro";
import type { ConditionWords } from "@/ui/condition/words";

/** What the facts about a member are called in a sentence. */
export function useCriteriaWords(): ConditionWords {
  const { t } = useLingui();
  const fields: Record<string, string> = {
    "member.external_id": t`your id of the member`,
    "member.email": t`the e-mail address`,
    "member.phone": t`the telephone number`,
    "member.birthday": t`the birthday`,
    "member.birth_month": t`the month of birth`,
    "member.birth_day": t`the day of birth`,
    "member.enrolled_at": t`the day of joining`,
    "member.days_since_enrolment": t`days since joining`,
    "member.email_opt_in": t`consent to e-mail`,
    "member.sms_opt_in": t`consent to text messages`,
    "member.is_vip": t`VIP status`,
    "member.last_login_at": t`the last sign-in`,
    "member.days_since_login": t`days since the last sign-in`,
    "member.status": t`the member's status`,
    "lifetime.spend": t`spend in all`,
    "lifetime.purchases": t`purchases in all`,
    "lifetime.average_purchase": t`spend per purchase`,
    "lifetime.first_purchase_at": t`the first purchase`,
    "lifetime.last_purchase_at": t`the last purchase`,
    "lifetime.days_since_first_purchase": t`days since the first purchase`,
    "lifetime.days_since_last_purchase": t`days since the last purchase`,
    "points.available": t`points to spend`,
    "points.pending": t`pending points`,
    "points.held": t`held points`,
    "points.debt": t`points owed`,
    "points.balance": t`all points of the balance`,
    "points.lifetime_earned": t`points ever earned`,
    "points.lifetime_redeemed": t`points ever spent`,
    "points.lifetime_expired": t`points ever expired`,
    "points.last_earned_at": t`when points were last earned`,
    "points.days_since_last_earned": t`days since points were last earned`,
    "tier.level": t`the level of the tier`,
    "tier.name": t`the tier`,
    "tier.achieved_at": t`when the tier was reached`,
    "tier.expires_at": t`the tier's next review`,
    "tier.days_since_achieved": t`days on this tier`,
    "rfm.recency": t`recency score (1 to 5)`,
    "rfm.frequency": t`frequency score (1 to 5)`,
    "rfm.monetary": t`spend score (1 to 5)`,
    "rfm.score": t`RFM score`,
    "value.percentile": t`percentile by spend (0 to 99)`,
    occurred_at: t`when it happened`,
    days_ago: t`days ago`,
    channel: t`the channel`,
    source: t`the system it came from`,
    amount: t`the amount paid`,
    sku: t`the article number`,
    name: t`the article's name`,
    category: t`the category`,
    quantity: t`the quantity`,
    kind: t`the kind of activity`,
    subject: t`what it is about`,
    value: t`the activity's value`,
  };
  for (const days of [30, 90, 365]) {
    fields[`purchases.last_${days}_days.count`] = t`purchases in the last ${days} days`;
    fields[`purchases.last_${days}_days.spend`] = t`spend in the last ${days} days`;
  }
  const statuses: Record<string, string> = {
    active: t`active`,
    blocked: t`blocked`,
    archived: t`archived`,
  };
  const elements: Record<string, string> = {
    purchases: t`purchases`,
    purchase_lines: t`articles bought`,
    activities: t`activities`,
  };
  return {
    field: (name) => fields[name],
    value: (field, value) => (field === "member.status" ? statuses[value] : undefined),
    elements: (collection) => elements[collection],
  };
}
