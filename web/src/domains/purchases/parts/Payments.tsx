import { Trans, useLingui } from "@lingui/react/macro";
import { Group } from "@mantine/core";
import { EntityLink } from "@/ui/EntityLink";
import { Money } from "@/ui/Money";
import { Section } from "@/ui/Page";
import { Points } from "@/ui/Points";
import { useUnits } from "@/ui/units";
import type { Purchase } from "../queries";

/** The parts of the amount that points paid for. */
export function Payments({ purchase }: { purchase: Purchase }) {
  const { t } = useLingui();
  const unit = useUnits();
  if (purchase.payments.length === 0) return null;
  return (
    <Section title={t`Paid with points`}>
      {purchase.payments.map((payment, at) => (
        <Group key={at} gap="xs">
          {payment.points === null ? (
            <Trans>All points of the hold</Trans>
          ) : (
            <Points value={payment.points} {...unit(payment.program_id)} />
          )}
          {payment.value !== null && (
            <>
              {" = "}
              <Money amount={payment.value} currency={purchase.currency} />
            </>
          )}
          {payment.points_returned > 0 && (
            <>
              {" · "}
              <Trans>
                <Points value={payment.points_returned} /> given back by refunds
              </Trans>
            </>
          )}{" "}
          {payment.transaction_id !== null ? (
            <EntityLink id={payment.transaction_id}>
              <Trans>Transaction</Trans>
            </EntityLink>
          ) : (
            payment.hold_id !== null && (
              <EntityLink id={payment.hold_id}>
                <Trans>Hold</Trans>
              </EntityLink>
            )
          )}
        </Group>
      ))}
    </Section>
  );
}
