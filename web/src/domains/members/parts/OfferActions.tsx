import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type Schemas, useApi, useMay } from "@/api/context";
import { useConfirm } from "@/ui/Confirm";
import { useDrawer } from "@/ui/Drawer";
import { Effects } from "@/ui/Effects";
import { useToast } from "@/ui/toast";

type Offer = Schemas["OfferOut"];

/** Redeem a reward for a member, or give it for nothing; each says first what it takes. */
export function OfferActions({ offer, memberId }: { offer: Offer; memberId: string }) {
  const { t } = useLingui();
  const { client } = useApi();
  const may = useMay();
  const queries = useQueryClient();
  const toast = useToast();
  const drawer = useDrawer();
  const { ask, dialog } = useConfirm();
  const { reward } = offer;
  const { name } = reward;
  const body = {
    reward_id: reward.id,
    member_id: memberId,
    source: "console",
    quantity: 1,
    attributes: {},
  };
  const redeem = () =>
    ask({
      title: t`Redeem “${name}” for the member?`,
      destructive: false,
      preview: async () => {
        const params = { query: { dry_run: true } };
        const answer = await client.POST("/v1/redemptions", { params, body });
        return <Effects planned={answer.data as unknown as Schemas["DryRunOut"]} />;
      },
      action: t`Redeem`,
      run: async () => {
        await client.POST("/v1/redemptions", { body });
        toast.done(t`“${name}” is redeemed.`);
        await queries.invalidateQueries();
      },
    });
  return (
    <Group gap="xs" justify="flex-end" wrap="nowrap">
      {dialog}
      {offer.available && may("rewards:redeem") && (
        <Button size="xs" variant="default" onClick={redeem}>
          <Trans>Redeem…</Trans>
        </Button>
      )}
      {may("rewards:give") && (
        <Button
          size="xs"
          variant="subtle"
          color="gray"
          onClick={() => drawer.open(`give-${reward.id}`)}
        >
          <Trans>Give…</Trans>
        </Button>
      )}
    </Group>
  );
}
