import { Trans, useLingui } from "@lingui/react/macro";
import { IconCheck, IconClock, IconGift, IconTicket, IconX } from "@tabler/icons-react";
import { EntityLink } from "@/ui/EntityLink";
import { Timeline, type TimelineItem } from "@/ui/Timeline";
import { Points } from "@/ui/Points";
import type { Redemption } from "../queries";

/** What happened to a redemption, the newest first, and where its points went. */
export function RedemptionHistory({ redemption }: { redemption: Redemption }) {
  const { t } = useLingui();
  const { points_spent: points, failure_reason: reason } = redemption;
  const taken = points > 0 && <Points value={-points} signed />;
  const returned = redemption.refund_transaction_id;
  const items: (TimelineItem | false)[] = [
    redemption.ended_at !== null && {
      id: "ended",
      icon: IconX,
      at: redemption.ended_at,
      words: endWords(redemption.state),
      note:
        returned === null ? (
          points > 0 && <Trans>No points were returned.</Trans>
        ) : (
          <EntityLink id={returned}>{t`The points were returned`}</EntityLink>
        ),
      value: returned === null ? undefined : <Points value={points} signed />,
    },
    redemption.used_at !== null && {
      id: "used",
      icon: IconTicket,
      at: redemption.used_at,
      words: <Trans>It was used.</Trans>,
    },
    redemption.completed_at !== null && {
      id: "completed",
      icon: IconCheck,
      at: redemption.completed_at,
      words: <Trans>It was delivered.</Trans>,
    },
    redemption.retry_count > 0 && {
      id: "failures",
      icon: IconClock,
      at: redemption.next_attempt_at ?? redemption.updated_at,
      words: <Trans>Delivery failed: {reason}</Trans>,
    },
    {
      id: "redeemed",
      icon: IconGift,
      at: redemption.redeemed_at,
      words:
        points > 0 ? <Trans>The member redeemed it.</Trans> : <Trans>It was given away.</Trans>,
      note: redemption.transaction_id !== null && (
        <EntityLink id={redemption.transaction_id}>{t`The transaction`}</EntityLink>
      ),
      value: taken || undefined,
    },
  ];
  return <Timeline items={items.filter((item) => item !== false)} />;
}

function endWords(state: string) {
  switch (state) {
    case "expired":
      return <Trans>It expired unused.</Trans>;
    case "failed":
      return <Trans>It could not be delivered.</Trans>;
    case "cancelled":
      return <Trans>It was cancelled.</Trans>;
    default:
      return <Trans>It was refunded.</Trans>;
  }
}
