import { useLingui } from "@lingui/react/macro";
import { Stack } from "@mantine/core";
import type { Schemas } from "@/api/context";
import { LineChart } from "@/ui/charts/LineChart";
import { ShareBar } from "@/ui/charts/ShareBar";
import { formatMoney, formatNumber, formatShortDay } from "@/ui/format";
import { Columns } from "@/ui/Page";

/** The same numbers day by day, and who they came from. */
export function Charts({ overview }: { overview: Schemas["OverviewOut"] }) {
  const { t, i18n } = useLingui();
  const { series, figures, currency } = overview;
  const days = series.map((day) => formatShortDay(day.day, i18n.locale));
  const soFar = !overview.complete;
  const money = (value: number) => formatMoney(String(value), currency, i18n.locale);
  const issued = formatNumber(figures.points_issued, i18n.locale);
  const redeemed = formatNumber(figures.points_redeemed, i18n.locale);
  const revenue = formatMoney(figures.members_revenue, currency, i18n.locale);
  const all = formatMoney(figures.revenue, currency, i18n.locale);
  return (
    <Stack gap="xl">
      <Columns count={2}>
        <LineChart
          title={t`Points`}
          says={t`${issued} points were issued and ${redeemed} redeemed.`}
          x={days}
          soFar={soFar}
          series={[
            { id: "issued", label: t`Issued`, values: series.map((d) => d.points_issued) },
            { id: "redeemed", label: t`Redeemed`, values: series.map((d) => d.points_redeemed) },
            { id: "expired", label: t`Expired`, values: series.map((d) => d.points_expired) },
          ]}
        />
        <LineChart
          title={t`Revenue`}
          says={t`Members brought ${revenue} of ${all} in all.`}
          x={days}
          soFar={soFar}
          format={money}
          series={[
            {
              id: "members",
              label: t`By members`,
              values: series.map((day) => Number(day.members_revenue)),
            },
            { id: "all", label: t`In all`, values: series.map((day) => Number(day.revenue)) },
          ]}
        />
      </Columns>
      <Parts overview={overview} />
    </Stack>
  );
}

function Parts({ overview }: { overview: Schemas["OverviewOut"] }) {
  const { t, i18n } = useLingui();
  const words = {
    redeeming: t`Members who redeem`,
    not_redeeming: t`Members who do not redeem`,
    not_joined: t`Not joined`,
  };
  const total = overview.parts.reduce((sum, part) => sum + part.purchases, 0);
  const parts = overview.parts.map((part) => ({
    id: part.part,
    label: words[part.part],
    value: part.purchases,
    note: formatMoney(part.revenue, overview.currency, i18n.locale),
  }));
  const count = formatNumber(total, i18n.locale);
  return (
    <ShareBar
      title={t`Who bought`}
      says={t`${count} purchases: by members who also spent points in the period, by members who did not, and by people who have not joined.`}
      unit={t`Purchases`}
      parts={parts}
    />
  );
}
