import { useLingui } from "@lingui/react/macro";

/** What a field of a reward is called, where changes of it are told. */
export function useFieldLabel(): (field: string) => string {
  const { t } = useLingui();
  const fields: Record<string, string> = {
    name: t`Name`,
    description: t`Description`,
    type: t`Kind`,
    percentage: t`Percent off`,
    max_discount: t`At most so much off`,
    amount: t`Amount`,
    max_amount: t`Shipping costs up to`,
    sku: t`Article number`,
    product_name: t`Name of the article`,
    units: t`Pieces`,
    regular_price: t`Price in the shop`,
    venue: t`Where`,
    takes_place_at: t`When`,
    seats: t`Seats`,
    cost_points: t`Points for one`,
    program_id: t`Program`,
    min_order_value: t`Smallest purchase`,
    stock: t`In stock`,
    max_redemptions_total: t`At most in all`,
    max_redemptions_per_member: t`At most per member`,
    min_tier_level: t`From which tier on`,
    tier_ids: t`Only on these tiers`,
    segment_ids: t`Only in one of these segments`,
    starts_at: t`From`,
    ends_at: t`Until`,
    redemption_expiry_days: t`To be used within`,
    fulfilment: t`Delivery`,
    category: t`Category`,
    terms: t`Terms`,
    image_url: t`Address of a picture elsewhere`,
    featured: t`Featured`,
    sort_order: t`Place`,
  };
  return (field) => fields[field] ?? field;
}
