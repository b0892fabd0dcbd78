import type { Schemas } from "@/api/context";
import type { Reward } from "./queries";
import type { RewardType } from "./rewardWords";

/** What a reward can be worth: what any kind of it asks stands side by side. */
export interface Worth {
  percentage: number | null;
  max_discount: string | null;
  amount: string | null;
  max_amount: string | null;
  sku: string;
  product_name: string;
  units: number | null;
  regular_price: string | null;
  venue: string;
  takes_place_at: string | null;
  seats: number | null;
}

/** A reward as its form has it. */
export interface RewardValues extends Record<string, unknown> {
  name: string;
  description: string;
  type: RewardType;
  value: Worth;
  cost_points: number | null;
  program_id: string | null;
  min_order_value: string | null;
  stock: number | null;
  max_redemptions_total: number | null;
  max_redemptions_per_member: number | null;
  min_tier_level: number | null;
  tier_ids: string[];
  segment_ids: string[];
  starts_at: string | null;
  ends_at: string | null;
  redemption_expiry_days: number | null;
  fulfilment: string;
  category: string;
  terms: string;
  image_url: string;
  featured: boolean;
  sort_order: number;
  active: boolean;
  /** A file to upload; null takes the picture away; undefined leaves it as it is. */
  picture: File | null | undefined;
}

const NO_WORTH: Worth = {
  percentage: null,
  max_discount: null,
  amount: null,
  max_amount: null,
  sku: "",
  product_name: "",
  units: 1,
  regular_price: null,
  venue: "",
  takes_place_at: null,
  seats: 1,
};

export const BLANK: RewardValues = {
  name: "",
  description: "",
  type: "discount_fixed",
  value: NO_WORTH,
  cost_points: null,
  program_id: null,
  min_order_value: null,
  stock: null,
  max_redemptions_total: null,
  max_redemptions_per_member: null,
  min_tier_level: null,
  tier_ids: [],
  segment_ids: [],
  starts_at: null,
  ends_at: null,
  redemption_expiry_days: null,
  fulfilment: "code",
  category: "",
  terms: "",
  image_url: "",
  featured: false,
  sort_order: 0,
  active: true,
  picture: undefined,
};

/** What each kind of reward asks. */
export const ASKS: Record<RewardType, (keyof Worth)[]> = {
  discount_percentage: ["percentage", "max_discount"],
  discount_fixed: ["amount"],
  free_shipping: ["max_amount"],
  free_product: ["sku", "product_name", "units"],
  store_credit: ["amount"],
  merchandise: ["product_name", "sku", "regular_price"],
  event: ["venue", "takes_place_at", "seats"],
  tasting: ["venue", "takes_place_at", "seats"],
  gift_card: ["amount"],
  custom: [],
};

/** The form of a reward that is there. */
export function valuesOf(reward: Reward): RewardValues {
  const { percentage, ...worth } = reward.value as Partial<Worth> & { percentage?: string };
  return {
    ...BLANK,
    ...(Object.fromEntries(
      Object.keys(BLANK)
        .filter((name) => name in reward && name !== "picture")
        .map((name) => [name, reward[name as keyof Reward] ?? BLANK[name]]),
    ) as Partial<RewardValues>),
    value: {
      ...NO_WORTH,
      ...Object.fromEntries(Object.entries(worth).filter(([, value]) => value !== null)),
      percentage: percentage === undefined ? null : Number(percentage),
    },
  };
}

/** What the API takes for these values: of the worth only what its kind asks. */
export function bodyOf(values: RewardValues, kept: Record<string, unknown> = {}) {
  const { picture, value, ...plain } = values;
  void picture; // It goes by a request of its own.
  const asked = ASKS[values.type]
    .map((name) => [name, name === "percentage" ? text(value[name]) : value[name]] as const)
    .filter(([, each]) => each !== null && each !== "");
  return {
    ...plain,
    name: values.name.trim(),
    cost_points: values.cost_points ?? 0,
    description: values.description.trim() || null,
    category: values.category.trim() || null,
    terms: values.terms.trim() || null,
    image_url: values.image_url.trim() || null,
    value: { ...Object.fromEntries(asked), ...kept },
  } satisfies Schemas["RewardIn"];
}

const text = (value: number | string | null) => (value === null ? null : String(value));

/** What an edit changes, so that it leaves alone what goes on meanwhile, such as the stock. */
export function changesOf(reward: Reward, values: RewardValues): Schemas["RewardPatch"] {
  const kept = reward.value.attributes === undefined ? {} : pick(reward.value, "attributes");
  const before = bodyOf(valuesOf(reward), kept);
  const after = without(bodyOf(values, values.type === reward.type ? kept : {}), "active");
  return Object.fromEntries(
    Object.entries(after).filter(
      ([name, value]) =>
        JSON.stringify(value) !== JSON.stringify(before[name as keyof typeof before]) ||
        (name === "value" && values.type !== reward.type),
    ),
  );
}

/** An object but for one of its fields. */
export function without<T extends object, K extends keyof T>(from: T, name: K): Omit<T, K> {
  const rest = { ...from };
  delete rest[name];
  return rest;
}

/** What is compared with another's changes: each thing by itself, the picture not. */
export const toldOf = (values: RewardValues): Record<string, unknown> => ({
  ...without(without(values, "picture"), "value"),
  ...values.value,
});

const pick = (from: Record<string, unknown>, name: string) => ({ [name]: from[name] });
