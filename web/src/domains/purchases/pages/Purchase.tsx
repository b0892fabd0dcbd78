import { Trans, useLingui } from "@lingui/react/macro";
import { Skeleton, Stack } from "@mantine/core";
import { useParams } from "@tanstack/react-router";
import { useApi, useMay } from "@/api/context";
import { Copy } from "@/ui/Copy";
import { formatMoney } from "@/ui/format";
import { Money } from "@/ui/Money";
import { Facts, Page, Section } from "@/ui/Page";
import { ProblemNotice } from "@/ui/ProblemNotice";
import { When } from "@/ui/When";
import { Buyer } from "../parts/Buyer";
import { Earned } from "../parts/Earned";
import { Lines } from "../parts/Lines";
import { Payments } from "../parts/Payments";
import { PurchaseActions } from "../parts/PurchaseActions";
import { PurchaseStatus } from "../parts/PurchaseStatus";
import { RefundList } from "../parts/RefundList";
import type { Purchase } from "../queries";
import { usePurchaseWords } from "../words";

export default function PurchasePage() {
  const { t, i18n } = useLingui();
  const { purchaseId } = useParams({ strict: false }) as { purchaseId: string };
  const { api } = useApi();
  const may = useMay();
  const purchase = api.useQuery("get", "/v1/purchases/{purchase_id}", {
    params: {
      path: { purchase_id: purchaseId },
      query: may("members:read") ? { expand: "member" } : {},
    },
  });
  const back = { to: "purchases", label: <Trans>Purchases</Trans> };
  if (purchase.error || purchase.data === undefined)
    return (
      <Page title={t`Purchase`} back={back}>
        {purchase.error ? (
          <ProblemNotice error={purchase.error} onRetry={() => void purchase.refetch()} />
        ) : (
          <Skeleton h="12em" />
        )}
      </Page>
    );
  const found = purchase.data;
  const number = found.external_id;
  const amount = formatMoney(found.amount, found.currency, i18n.locale);
  return (
    <Page
      title={number === null ? t`Purchase of ${amount}` : t`Purchase ${number}`}
      back={back}
      aside={<PurchaseStatus purchase={found} />}
      actions={<PurchaseActions purchase={found} />}
    >
      <Stack gap="lg">
        <Overview purchase={found} />
        <Earned purchase={found} />
        <Section title={t`Lines`}>
          <Lines purchase={found} />
        </Section>
        <Payments purchase={found} />
        <RefundList purchase={found} />
      </Stack>
    </Page>
  );
}

function Overview({ purchase }: { purchase: Purchase }) {
  const { t } = useLingui();
  const words = usePurchaseWords();
  const { currency } = purchase;
  const paid = purchase.payment_method;
  const facts = Object.entries(purchase.attributes);
  return (
    <Facts
      facts={[
        [t`Member`, <Buyer key="" purchase={purchase} />],
        [t`Bought`, <When key="" at={purchase.occurred_at} form="full" />],
        [t`Amount`, <Money key="" amount={purchase.amount} currency={currency} />],
        purchase.tax_amount !== null && [
          t`Tax in it`,
          <Money key="" amount={purchase.tax_amount} currency={currency} />,
        ],
        Number(purchase.refunded) !== 0 && [
          t`Refunded so far`,
          <Money key="" amount={purchase.refunded} currency={currency} />,
        ],
        [t`Status`, `${words.status(purchase.status)}. ${words.means(purchase.status)}`],
        purchase.completed_at !== null && [
          t`Completed`,
          <When key="" at={purchase.completed_at} form="full" />,
        ],
        [t`Recorded`, <When key="" at={purchase.created_at} form="full" />],
        [t`Sent by`, purchase.source],
        purchase.external_id !== null && [
          t`Your number`,
          <Copy key="" value={purchase.external_id} />,
        ],
        purchase.channel !== null && [t`Channel`, purchase.channel],
        paid !== null && [t`Way of payment`, words.method(paid)],
        purchase.note !== null && [t`Note`, purchase.note],
        facts.length > 0 && [
          t`Your facts`,
          facts.map(([name, value]) => `${name}: ${String(value)}`).join(", "),
        ],
        [t`Id`, <Copy key="" value={purchase.id} />],
      ]}
    />
  );
}
