import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { Schemas } from "@/api/context";
import type { Tone } from "@/ui/Status";

export type Import = Schemas["ImportOut"];
export type Kind = Import["kind"];
export type Settings = Required<Import["settings"]>;
type Words = Record<string, MessageDescriptor>;

export const KINDS: Record<Kind, { label: MessageDescriptor; holds: MessageDescriptor }> = {
  purchases: {
    label: msg`Purchases`,
    holds: msg`Orders and refunds, with their lines if you have them. Members who are new join.`,
  },
  members: {
    label: msg`Members`,
    holds: msg`Who your members are: names, e-mail, consent, birthday.`,
  },
  balances: {
    label: msg`Points balances`,
    holds: msg`Points that members bring from another programme, with their dates.`,
  },
  rewards: { label: msg`Rewards`, holds: msg`The catalogue: what points buy.` },
  vouchers: { label: msg`Voucher codes`, holds: msg`Codes for the pools of rewards.` },
};

export const STATUS: Record<Import["status"], { tone: Tone; words: MessageDescriptor }> = {
  uploading: { tone: "attention", words: msg`File incomplete` },
  draft: { tone: "quiet", words: msg`Draft` },
  waiting: { tone: "waiting", words: msg`Waiting for its turn` },
  running: { tone: "info", words: msg`Running` },
  stopping: { tone: "waiting", words: msg`Stopping` },
  stopped: { tone: "attention", words: msg`Stopped` },
  finished: { tone: "good", words: msg`Finished` },
  failed: { tone: "bad", words: msg`Failed` },
};

export const isUnderWay = (run: Import | undefined) =>
  run !== undefined && ["waiting", "running", "stopping"].includes(run.status);

const COMMON: Words = {
  external_id: msg`Your number`,
  member: msg`Member (your id)`,
  email: msg`E-mail`,
  currency: msg`Currency`,
  status: msg`Status`,
  description: msg`Description`,
  program: msg`Program`,
  attributes: msg`Further facts (JSON)`,
  reward: msg`Reward`,
  code: msg`Code`,
  name: msg`Name`,
  type: msg`Kind`,
};

const OF_KIND: Record<Kind, Words> = {
  purchases: {
    external_id: msg`Order number`,
    occurred_at: msg`Date or time`,
    amount: msg`Amount`,
    tax_amount: msg`Tax in it`,
    points_paid: msg`Points that paid a part`,
    source: msg`Source`,
    refund_of: msg`Refund of order`,
    channel: msg`Channel`,
    payment_method: msg`Means of payment`,
    note: msg`Note`,
    lines: msg`Lines (JSON)`,
    sku: msg`Article number`,
    name: msg`Article`,
    category: msg`Category`,
    quantity: msg`Quantity`,
    unit_price: msg`Price of one`,
    line_amount: msg`Amount of the line`,
    line_tax_amount: msg`Tax of the line`,
  },
  members: {
    external_id: msg`Your id`,
    first_name: msg`First name`,
    last_name: msg`Last name`,
    phone: msg`Telephone`,
    birthday: msg`Birthday`,
    email_opt_in: msg`Agrees to e-mail`,
    email_opt_in_at: msg`Agreed to e-mail at`,
    email_opt_in_source: msg`Agreed to e-mail where`,
    sms_opt_in: msg`Agrees to SMS`,
    sms_opt_in_at: msg`Agreed to SMS at`,
    sms_opt_in_source: msg`Agreed to SMS where`,
    is_vip: msg`VIP`,
    last_login_at: msg`Last signed in`,
    enrolled_at: msg`Member since`,
    identities: msg`Further ids (JSON)`,
  },
  balances: {
    external_id: msg`Number of the row`,
    points: msg`Points`,
    earned_at: msg`Earned on`,
    matures_at: msg`Can be spent from`,
    expires_at: msg`Expires on`,
    lifetime_redeemed: msg`Redeemed before`,
    lifetime_expired: msg`Expired before`,
    reason: msg`Reason`,
  },
  rewards: {
    cost_points: msg`Costs points`,
    value: msg`Worth (JSON)`,
    min_order_value: msg`Order of at least`,
    stock: msg`Stock`,
    max_redemptions_total: msg`At most in all`,
    max_redemptions_per_member: msg`At most per member`,
    min_tier_level: msg`From tier level`,
    tiers: msg`For tiers`,
    segments: msg`For segments`,
    starts_at: msg`Starts`,
    ends_at: msg`Ends`,
    redemption_expiry_days: msg`Days to use it`,
    fulfilment: msg`How it is delivered`,
    category: msg`Category`,
    terms: msg`Terms`,
    image_url: msg`Picture (address)`,
    featured: msg`Featured`,
    sort_order: msg`Place in the list`,
    active: msg`Active`,
  },
  vouchers: {},
};

/** What a column is called in words; its own name where there are none. */
export const columnWords = (kind: Kind, column: string): MessageDescriptor | null =>
  OF_KIND[kind][column] ?? COMMON[column] ?? null;

export const EXPORTS: Record<
  string,
  { label: MessageDescriptor; holds: MessageDescriptor; back: boolean }
> = {
  members: {
    label: msg`Members`,
    holds: msg`Profiles of all members, with their ids and consent.`,
    back: true,
  },
  purchases: {
    label: msg`Purchases`,
    holds: msg`Purchases and refunds, with lines and payments.`,
    back: true,
  },
  points: { label: msg`Points`, holds: msg`Every movement of points.`, back: false },
  balances: {
    label: msg`Points balances`,
    holds: msg`What every wallet has, lot by lot, with dates.`,
    back: true,
  },
  tiers: {
    label: msg`Tiers`,
    holds: msg`Which member stood on which tier, from when to when.`,
    back: false,
  },
  rewards: { label: msg`Rewards`, holds: msg`The catalogue.`, back: true },
  vouchers: {
    label: msg`Voucher codes`,
    holds: msg`Codes that are still in the pools.`,
    back: true,
  },
  redemptions: {
    label: msg`Redemptions`,
    holds: msg`What members took, with states and codes.`,
    back: false,
  },
};
