import { Trans, useLingui } from "@lingui/react/macro";
import { useApi } from "@/api/context";
import { Ladder } from "@/ui/charts/Ladder";
import { Empty } from "@/ui/Empty";
import { formatNumber } from "@/ui/format";
import { Money } from "@/ui/Money";
import { Page } from "@/ui/Page";
import { Points } from "@/ui/Points";
import { ProblemNotice } from "@/ui/ProblemNotice";
import { DataTable } from "@/ui/table/DataTable";

/** The ladder, and how many members stand on each step. */
export default function Tiers() {
  const { t, i18n } = useLingui();
  const { api } = useApi();
  const tiers = api.useQuery("get", "/v1/tiers");
  const distribution = api.useQuery("get", "/v1/tiers/distribution");
  const steps = (distribution.data?.data ?? []).map((step) => ({
    id: step.id,
    label: step.name,
    value: step.members,
  }));
  const total = formatNumber(distribution.data?.total ?? 0, i18n.locale);
  const without = formatNumber(distribution.data?.without_tier ?? 0, i18n.locale);
  return (
    <Page
      title={t`Tiers`}
      subtitle={<Trans>The steps that members climb by what they buy and earn.</Trans>}
    >
      {distribution.error && <ProblemNotice error={distribution.error} />}
      {steps.length > 0 && (
        <Ladder
          title={t`Where members stand`}
          says={t`${total} members in all, ${without} of them without a tier.`}
          unit={t`Members`}
          steps={steps}
        />
      )}
      <DataTable
        label={t`Tiers`}
        list={tiers}
        rowId={(tier) => tier.id}
        empty={
          <Empty title={t`No tiers`}>
            <Trans>This programme has no ladder. The preset “shopify” brings one.</Trans>
          </Empty>
        }
        columns={[
          { id: "name", header: t`Tier`, cell: (tier) => tier.name },
          {
            id: "spend",
            header: t`From a spend of`,
            align: "right",
            cell: (tier) => Number(tier.min_spend) > 0 && <Money amount={tier.min_spend} />,
          },
          {
            id: "points",
            header: t`From points`,
            align: "right",
            cell: (tier) => tier.min_points > 0 && <Points value={tier.min_points} bare />,
          },
          {
            id: "orders",
            header: t`From orders`,
            align: "right",
            cell: (tier) => tier.min_orders > 0 && formatNumber(tier.min_orders, i18n.locale),
          },
          {
            id: "multiplier",
            header: t`Points times`,
            align: "right",
            cell: (tier) => `× ${Number(tier.points_multiplier).toLocaleString(i18n.locale)}`,
          },
          {
            id: "keeps",
            header: t`Kept for`,
            align: "right",
            cell: (tier) => {
              const days = formatNumber(tier.maintenance_period_days, i18n.locale);
              return tier.requires_maintenance ? t`${days} days` : t`For good`;
            },
          },
        ]}
      />
    </Page>
  );
}
