import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { Meaning } from "./model";

export interface SectionWords {
  title: MessageDescriptor;
  about: MessageDescriptor;
  /** Nothing reads these settings yet. */
  unused?: MessageDescriptor;
  /** Whose docs explain it, below `docs/`. */
  docs?: string;
}

/** What a section is called. One that is not here is shown by its own name and description. */
export const SECTIONS: Record<string, SectionWords> = {
  loyalty: {
    title: msg`Programme`,
    about: msg`Whether your programme runs, and what members call it.`,
  },
  branding: { title: msg`Branding`, about: msg`The colour of your brand.` },
  earning: {
    title: msg`Earning`,
    about: msg`Points for purchases and for joining, and what birthdays need.`,
    docs: "concepts/earning.md",
  },
  ledger: {
    title: msg`Expiry of points`,
    about: msg`Whether points expire, and when. Points that members have already keep their dates.`,
    docs: "concepts/points.md",
  },
  tiers: {
    title: msg`Tiers`,
    about: msg`How members step down, and whether tiers multiply points.`,
    docs: "concepts/tiers.md",
  },
  rewards: {
    title: msg`Rewards`,
    about: msg`How rewards are redeemed, delivered and expire.`,
    docs: "concepts/rewards.md",
  },
  purchases: {
    title: msg`Purchases and returns`,
    about: msg`Limits on purchases, and what returns may take back.`,
  },
  members: {
    title: msg`Members`,
    about: msg`Where your members are at home.`,
    docs: "concepts/members.md",
  },
  notifications: {
    title: msg`Messages to members`,
    about: msg`Which messages members may get.`,
    unused: msg`Nothing reads these settings yet: Laurels sends no messages to members so far. They are kept for the day it does.`,
  },
  referrals: {
    title: msg`Referrals`,
    about: msg`What a referral is worth.`,
    unused: msg`Nothing reads these settings yet: there are no referrals so far. They are kept for the day there are.`,
  },
  api: {
    title: msg`API limits`,
    about: msg`How often your API keys may ask.`,
    docs: "concepts/limits.md",
  },
  console: { title: msg`Console`, about: msg`What this console shows.` },
};

export interface SettingWords {
  label: MessageDescriptor;
  hint?: MessageDescriptor;
  meaning?: Meaning;
  /** What no value means. */
  none?: MessageDescriptor;
  options?: Record<string, MessageDescriptor>;
  unused?: MessageDescriptor;
}

/** What settings are called. One that is not here is shown by its name and the API's description. */
export const SETTINGS: Record<string, SettingWords> = {
  "loyalty.loyalty_enabled": {
    label: msg`The programme runs`,
    hint: msg`Off: nothing is earned and nothing redeemed. Purchases are still recorded, and balances stay as they are.`,
  },
  "loyalty.loyalty_program_name": {
    label: msg`Name for members`,
    unused: msg`Kept for pages and messages to members; nothing shows it yet.`,
  },
  "branding.brand_color": {
    label: msg`Brand colour`,
    hint: msg`Buttons and links of this console have it.`,
    meaning: "colour",
  },
  "earning.points_per_dollar": {
    label: msg`Points for each unit of money`,
    hint: msg`This setting keeps an earning rule of its own, in addition to yours. 0 pauses that rule.`,
    meaning: "rate",
    none: msg`Only your own rules`,
  },
  "earning.welcome_points": {
    label: msg`Points for joining`,
    hint: msg`Once per member. This setting keeps an earning rule of its own; 0 pauses it.`,
    meaning: "points",
    none: msg`Only your own rules`,
  },
  "earning.points_payments_earn": {
    label: msg`What is paid with points earns, too`,
    hint: msg`Whether the part of a purchase that is paid with points earns points.`,
  },
  "earning.birthday_known_days": {
    label: msg`Days before a birthday by which it must be known`,
    hint: msg`So that nobody enters today as their birthday to get a gift.`,
    meaning: "days",
  },
  "ledger.points_expire_enabled": {
    label: msg`Points expire`,
    hint: msg`For points of the default program that are earned from now on.`,
    none: msg`As the program says`,
  },
  "ledger.points_expire_days": {
    label: msg`Days until they expire`,
    hint: msg`Counted from the day after they were earned, in your time zone.`,
    meaning: "days",
  },
  "tiers.step_down": {
    label: msg`When a tier is not earned again`,
    options: {
      highest_met: msg`To the highest tier still met`,
      one_level: msg`Down one level at most`,
    },
  },
  "tiers.notice_days": {
    label: msg`Days of notice before a tier expires`,
    hint: msg`When the event tier.expiry_announced is sent. 0: never.`,
    meaning: "days",
  },
  "tiers.multipliers_enabled": { label: msg`Tiers multiply points` },
  "rewards.enabled": {
    label: msg`Rewards can be redeemed`,
    hint: msg`Off: what was redeemed already stays as it is.`,
  },
  "rewards.code_prefix": {
    label: msg`Beginning of generated codes`,
    hint: msg`Capital letters, digits and hyphens.`,
    meaning: "code",
  },
  "rewards.code_length": {
    label: msg`Random characters in a code`,
    hint: msg`More are harder to guess, fewer are quicker to type.`,
  },
  "rewards.return_points_on_expiry": {
    label: msg`Give points back when a redemption expires unused`,
  },
  "rewards.reopen_on_refund": {
    label: msg`A code can be used again after a full refund`,
    hint: msg`When the purchase on which it was used is refunded in full.`,
  },
  "rewards.max_pending_per_member": { label: msg`Open redemptions per member, at most` },
  "rewards.low_codes": {
    label: msg`Warn when so many codes are left`,
    hint: msg`The event vouchers.nearly_used is sent then.`,
  },
  "purchases.max_amount": {
    label: msg`Largest amount of a purchase`,
    hint: msg`Guards against a slipped decimal point.`,
    meaning: "money",
    none: msg`No limit`,
  },
  "purchases.returns_leave_debt": {
    label: msg`Returns may leave a debt of points`,
    hint: msg`For returns that do not name their purchase.`,
  },
  "members.country": {
    label: msg`Country of telephone numbers`,
    hint: msg`For numbers without a country code.`,
    meaning: "country",
    none: msg`None: kept as they are sent`,
  },
  "notifications.email_notifications_enabled": { label: msg`Members may be sent e-mail` },
  "notifications.sms_notifications_enabled": { label: msg`Members may be sent text messages` },
  "referrals.referral_points_referrer": {
    label: msg`Points for the referring member`,
    meaning: "points",
  },
  "referrals.referral_points_referee": {
    label: msg`Points for the referred member`,
    meaning: "points",
  },
  "api.requests_per_second": {
    label: msg`Requests per second and key`,
    hint: msg`0: no limit. Your plan can set a ceiling.`,
    meaning: "perSecond",
    none: msg`The installation’s limit`,
  },
  "console.first_steps": { label: msg`Home shows the first steps` },
};
