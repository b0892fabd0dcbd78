import { Trans, useLingui } from "@lingui/react/macro";
import { Stack, Text } from "@mantine/core";
import { IconReceiptRefund } from "@tabler/icons-react";
import { formatNumber } from "@/ui/format";
import { Money } from "@/ui/Money";
import { Section } from "@/ui/Page";
import { Points } from "@/ui/Points";
import { Timeline } from "@/ui/Timeline";
import { useUnits } from "@/ui/units";
import type { Purchase, Refund } from "../queries";
import { lineName } from "./Lines";

/** What went back of a purchase, the newest first. */
export function RefundList({ purchase }: { purchase: Purchase }) {
  const { t } = useLingui();
  const { currency } = purchase;
  if (purchase.refunds.length === 0)
    return (
      <Section title={t`Refunds`}>
        <Text c="dimmed">
          <Trans>Nothing of it was refunded.</Trans>
        </Text>
      </Section>
    );
  const items = [...purchase.refunds].reverse().map((refund) => ({
    id: refund.id,
    icon: IconReceiptRefund,
    at: refund.occurred_at,
    words: refund.reason ?? t`Refunded`,
    value: <Money amount={refund.amount} currency={currency} />,
    note: <Effect refund={refund} purchase={purchase} />,
  }));
  return (
    <Section title={t`Refunds`}>
      <Timeline items={items} />
    </Section>
  );
}

function Effect({ refund, purchase }: { refund: Refund; purchase: Purchase }) {
  const { i18n } = useLingui();
  const unit = useUnits();
  return (
    <Stack gap={0}>
      {refund.lines.map(({ line, quantity }) => {
        const bought = purchase.lines[line - 1];
        const name = bought ? lineName(bought, line) : `${line}.`;
        return (
          <span key={line}>
            {formatNumber(Number(quantity), i18n.locale)} × {name}
          </span>
        );
      })}
      {refund.points_by_program.map((each) => (
        <Points key={each.program_id} value={each.points} signed {...unit(each.program_id)} />
      ))}
      {refund.points_returned > 0 && (
        <span>
          <Trans>
            <Points value={refund.points_returned} /> that it was paid with were given back.
          </Trans>
        </span>
      )}
    </Stack>
  );
}
