import { useLingui } from "@lingui/react/macro";
import { Status } from "@/ui/Status";
import { useNow } from "@/ui/When";
import type { Reward } from "../queries";

/** How many can still be had, whatever limits it; null: no limit. */
export function leftOf(reward: Reward): number | null {
  const { stock, codes_left: codes, max_redemptions_total: most, redemptions } = reward;
  const bounds = [
    stock,
    reward.fulfilment === "pool" ? codes : null,
    most === null ? null : Math.max(most - redemptions, 0),
  ].filter((bound) => bound !== null);
  return bounds.length > 0 ? Math.min(...bounds) : null;
}

/** Whether a reward can be had now, and if not, why not. */
export function RewardStatus({ reward }: { reward: Reward }) {
  const { t } = useLingui();
  const now = useNow();
  const { archived_at: archived, starts_at: from, ends_at: until } = reward;
  if (archived) return <Status tone="quiet">{t`Archived`}</Status>;
  if (!reward.active) return <Status tone="waiting">{t`Paused`}</Status>;
  if (until && Date.parse(until) <= now) return <Status tone="quiet">{t`Has ended`}</Status>;
  if (from && Date.parse(from) > now) return <Status tone="waiting">{t`Opens later`}</Status>;
  if (leftOf(reward) === 0) return <Status tone="attention">{t`None left`}</Status>;
  return <Status tone="good">{t`Can be redeemed`}</Status>;
}
