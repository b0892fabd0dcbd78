import { Trans, useLingui } from "@lingui/react/macro";
import { Suspense } from "react";
import { Stack } from "@mantine/core";
import { useApi, useMay } from "@/api/context";
import { Reasons, RedemptionStatus } from "@/domains/rewards/index";
import { Drawer, useDrawer } from "@/ui/Drawer";
import { Empty } from "@/ui/Empty";
import { EntityLink } from "@/ui/EntityLink";
import { Section } from "@/ui/Page";
import { Points } from "@/ui/Points";
import { ProblemNotice } from "@/ui/ProblemNotice";
import { Status } from "@/ui/Status";
import { DataTable } from "@/ui/table/DataTable";
import { When } from "@/ui/When";
import { GiveForm } from "./GiveForm";
import { OfferActions } from "./OfferActions";

/** What a member redeemed, and what they could redeem now, or why not. */
export function RewardsTab({ memberId }: { memberId: string }) {
  const { t } = useLingui();
  const { api } = useApi();
  const may = useMay();
  const drawer = useDrawer();
  const enabled = may("rewards:read");
  const redemptions = api.useQuery(
    "get",
    "/v1/redemptions",
    { params: { query: { member_id: memberId } } },
    { enabled },
  );
  const offers = api.useQuery(
    "get",
    "/v1/members/{member_id}/rewards",
    { params: { path: { member_id: memberId } } },
    { enabled },
  );
  const given = offers.data?.data.find(({ reward }) => drawer.id === `give-${reward.id}`)?.reward;
  const gift = given?.name ?? "";
  return (
    <Stack gap="xl">
      <Section title={<Trans>Redeemed</Trans>}>
        <DataTable
          label={t`Redemptions`}
          list={redemptions}
          rowId={(row) => row.id}
          empty={
            <Empty title={t`Nothing redeemed`}>
              <Trans>Rewards that this member redeems appear here.</Trans>
            </Empty>
          }
          columns={[
            {
              id: "reward",
              header: t`Reward`,
              cell: (row) => <EntityLink id={row.id}>{String(row.reward.name ?? "")}</EntityLink>,
            },
            { id: "when", header: t`When`, cell: (row) => <When at={row.redeemed_at} /> },
            {
              id: "state",
              header: t`State`,
              cell: (row) => (
                <Suspense fallback={null}>
                  <RedemptionStatus redemption={row} />
                </Suspense>
              ),
            },
            {
              id: "points",
              header: t`Points`,
              align: "right",
              cell: (row) =>
                row.points_spent > 0 ? (
                  <Points value={row.points_spent} bare />
                ) : (
                  <Trans>Gift</Trans>
                ),
            },
          ]}
        />
      </Section>
      <Section
        title={<Trans>What they could redeem</Trans>}
        hint={<Trans>With what the member has now. Where a reward is refused, it says why.</Trans>}
      >
        {offers.error && <ProblemNotice error={offers.error} />}
        <DataTable
          label={t`Rewards`}
          list={offers}
          rowId={(offer) => offer.reward.id}
          empty={
            <Empty title={t`No rewards`}>
              <Trans>There is no reward in the catalogue yet.</Trans>
            </Empty>
          }
          columns={[
            {
              id: "reward",
              header: t`Reward`,
              cell: (offer) => <EntityLink id={offer.reward.id}>{offer.reward.name}</EntityLink>,
            },
            {
              id: "price",
              header: t`Price`,
              align: "right",
              cell: (offer) => <Points value={offer.reward.cost_points} bare />,
            },
            {
              id: "available",
              header: t`Now`,
              cell: (offer) =>
                offer.available ? (
                  <Status tone="good">{t`Can be redeemed`}</Status>
                ) : (
                  <Suspense fallback={null}>
                    <Reasons reasons={offer.reasons} />
                  </Suspense>
                ),
            },
            {
              id: "actions",
              header: "",
              align: "right",
              cell: (offer) => <OfferActions offer={offer} memberId={memberId} />,
            },
          ]}
        />
      </Section>
      {given && (
        <Drawer id={`give-${given.id}`} title={t`Give “${gift}”`}>
          <GiveForm memberId={memberId} reward={given} />
        </Drawer>
      )}
    </Stack>
  );
}
