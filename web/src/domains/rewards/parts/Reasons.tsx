import { useLingui } from "@lingui/react/macro";
import { Stack, Text } from "@mantine/core";
import type { Schemas } from "@/api/context";
import { formatMoment, formatNumber } from "@/ui/format";
import { useTenantZone } from "@/ui/tenant";
import { type Names, useNames } from "../queries";

type Reason = Schemas["ReasonOut"];

/** Why a reward cannot be had, each thing that stands in the way in a sentence. */
export function Reasons({ reasons }: { reasons: Reason[] }) {
  const words = useReasonWords(useNames());
  return (
    <Stack gap="xxs">
      {reasons.map((reason) => (
        <Text key={reason.code} c="dimmed">
          {words(reason)}
        </Text>
      ))}
    </Stack>
  );
}

function useReasonWords(names: Names): (reason: Reason) => string {
  const { t, i18n } = useLingui();
  const zone = useTenantZone();
  const either = new Intl.ListFormat(i18n.locale, { type: "disjunction" });
  return ({ code, message, missing }) => {
    const number = (key: string) => formatNumber(Number(missing[key] ?? 0), i18n.locale);
    const moment = (key: string) =>
      typeof missing[key] === "string" ? formatMoment(missing[key], i18n.locale, zone) : "";
    const called = (key: string, known: { id: string; name: string }[]) =>
      either.format(
        ((missing[key] ?? []) as string[]).map(
          (id) => known.find((each) => each.id === id)?.name ?? id,
        ),
      );
    const level = names.tiers.find((each) => each.level === missing.tier_level_needed);
    const [limit, had, left] = [number("limit"), number("had"), number("left")];
    const [lacking, available, minimum] = [
      number("missing"),
      number("available"),
      number("minimum"),
    ];
    const needed = level?.name ?? number("tier_level_needed");
    const tiers = called("tiers_needed", names.tiers);
    const segments = called("segments_needed", names.segments);
    const [opens, ended] = [moment("opens_at"), moment("ended_at")];
    const pending = number("pending");
    const words: Record<string, () => string> = {
      loyalty_disabled: () => t`The programme is switched off.`,
      rewards_off: () => t`Redeeming is switched off in the settings.`,
      reward_archived: () => t`The reward is archived.`,
      reward_paused: () => t`The reward is paused.`,
      reward_not_open: () => t`It can be redeemed from ${opens} on.`,
      reward_ended: () => t`It ended on ${ended}.`,
      tier_too_low: () => t`It asks for the tier ${needed} or a higher one.`,
      tier_not_allowed: () => t`It is for members on ${tiers} only.`,
      segment_required: () => t`It is for members in ${segments} only.`,
      member_limit_reached: () =>
        t`They have had ${had} already; the limit is ${limit} per member.`,
      reward_limit_reached: () => t`All of the ${limit} that there were are redeemed.`,
      out_of_stock: () => (missing.left ? t`Only ${left} are left.` : t`None are left in stock.`),
      too_many_pending: () =>
        t`${pending} of their redemptions wait to be delivered; more than ${limit} may not.`,
      below_minimum_redemption: () => t`A redemption has to cost at least ${minimum} points.`,
      insufficient_points: () => t`They have ${available} points to spend; ${lacking} are missing.`,
    };
    return words[code]?.() ?? message;
  };
}
