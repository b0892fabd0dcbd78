import { Trans, useLingui } from "@lingui/react/macro";
import { Skeleton, Stack } from "@mantine/core";
import { useParams } from "@tanstack/react-router";
import { useApi, useMay } from "@/api/context";
import { Copy } from "@/ui/Copy";
import { EntityLink } from "@/ui/EntityLink";
import { Money } from "@/ui/Money";
import { Facts, Page, Section } from "@/ui/Page";
import { ProblemNotice } from "@/ui/ProblemNotice";
import { When } from "@/ui/When";
import { Price } from "../parts/Price";
import { RedemptionActions } from "../parts/RedemptionActions";
import { RedemptionHistory } from "../parts/RedemptionHistory";
import { RedemptionStatus } from "../parts/RedemptionStatus";
import { Taker } from "../parts/Taker";
import type { Redemption } from "../queries";
import { useFulfilmentWords } from "../words";

/** One redemption: what was taken, what became of it, and what can be done now. */
export default function RedemptionPage() {
  const { t } = useLingui();
  const { redemptionId } = useParams({ strict: false }) as { redemptionId: string };
  const { api } = useApi();
  const may = useMay();
  const redemption = api.useQuery("get", "/v1/redemptions/{redemption_id}", {
    params: {
      path: { redemption_id: redemptionId },
      query: may("members:read") ? { expand: "member" } : {},
    },
  });
  const back = { to: "redemptions", label: <Trans>Redemptions</Trans> };
  if (redemption.error || redemption.data === undefined)
    return (
      <Page title={t`Redemption`} back={back}>
        {redemption.error ? (
          <ProblemNotice error={redemption.error} onRetry={() => void redemption.refetch()} />
        ) : (
          <Skeleton h="12em" />
        )}
      </Page>
    );
  const found = redemption.data;
  return (
    <Page
      title={String(found.reward.name)}
      back={back}
      aside={<RedemptionStatus redemption={found} />}
      actions={<RedemptionActions redemption={found} />}
    >
      <Stack gap="lg">
        <Overview redemption={found} />
        <Section title={t`What happened`}>
          <RedemptionHistory redemption={found} />
        </Section>
      </Stack>
    </Page>
  );
}

function Overview({ redemption }: { redemption: Redemption }) {
  const { t } = useLingui();
  const fulfilment = useFulfilmentWords();
  const { reward, used_purchase_id: purchase, used_order_ref: order } = redemption;
  const facts = Object.entries(redemption.attributes);
  return (
    <Facts
      facts={[
        [t`Member`, <Taker key="" redemption={redemption} />],
        [
          t`Reward`,
          <EntityLink key="" id={redemption.reward_id}>
            {String(reward.name)}
          </EntityLink>,
        ],
        redemption.quantity > 1 && [t`How many`, redemption.quantity],
        [t`Cost`, <Price key="" redemption={redemption} />],
        redemption.discount_amount !== null && [
          t`Worth`,
          <Money key="" amount={redemption.discount_amount} />,
        ],
        redemption.code !== null && [t`Code`, <Copy key="" value={redemption.code} />],
        [t`Delivery`, fulfilment(redemption.fulfilment)],
        redemption.expires_at !== null && [
          t`Usable until`,
          <When key="" at={redemption.expires_at} form="full" />,
        ],
        purchase !== null && [
          t`Used on`,
          <EntityLink key="" id={purchase}>
            {t`a purchase`}
          </EntityLink>,
        ],
        order !== null && [t`Used on order`, order],
        typeof reward.terms === "string" && [t`Terms`, reward.terms],
        redemption.notes !== null && [t`Note`, redemption.notes],
        [t`Sent by`, redemption.source],
        redemption.external_id !== null && [
          t`Your number`,
          <Copy key="" value={redemption.external_id} />,
        ],
        facts.length > 0 && [
          t`Your facts`,
          facts.map(([name, value]) => `${name}: ${String(value)}`).join(", "),
        ],
        [t`Id`, <Copy key="" value={redemption.id} />],
      ]}
    />
  );
}
