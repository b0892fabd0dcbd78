import { plural } from "@lingui/core/macro";
import { Trans, useLingui } from "@lingui/react/macro";
import { Group, Skeleton, Stack } from "@mantine/core";
import { useApi } from "@/api/context";
import { BarChart } from "@/ui/charts/BarChart";
import { Figure } from "@/ui/Figure";
import { formatNumber, formatShortDay } from "@/ui/format";
import { Columns } from "@/ui/Page";
import { daysOf, usePeriod } from "@/ui/period";
import { PeriodPicker } from "@/ui/PeriodPicker";
import { Points } from "@/ui/Points";
import { ProblemNotice } from "@/ui/ProblemNotice";

const MOST_DAYS = 45;
const WEEK = 7;

/** How often a reward was redeemed, by day, or by week where there are many days. */
export function UsageChart({ rewardId }: { rewardId: string }) {
  const { t, i18n } = useLingui();
  const { api } = useApi();
  const [period] = usePeriod();
  const stats = api.useQuery("get", "/v1/rewards/{reward_id}/stats", {
    params: {
      path: { reward_id: rewardId },
      query: { since: period.since, until: period.until },
    },
  });
  const days = daysOf(period);
  const step = days.length > MOST_DAYS ? WEEK : 1;
  const counts = new Map(stats.data?.per_day.map(({ day, redemptions }) => [day, redemptions]));
  const places = days.filter((_, at) => at % step === 0);
  const values = places.map((_, at) =>
    days.slice(at * step, (at + 1) * step).reduce((sum, day) => sum + (counts.get(day) ?? 0), 0),
  );
  const count = stats.data?.redemptions ?? 0;
  const total = formatNumber(count, i18n.locale);
  const used = stats.data?.by_state.used?.redemptions ?? 0;
  return (
    <Stack gap="lg">
      <Group justify="flex-end">
        <PeriodPicker />
      </Group>
      {stats.error ? (
        <ProblemNotice error={stats.error} onRetry={() => void stats.refetch()} />
      ) : stats.data === undefined ? (
        <Skeleton h="16em" />
      ) : (
        <>
          <Columns count={3}>
            <Figure
              label={t`Redeemed`}
              value={total}
              definition={t`Without those whose points were returned.`}
            />
            <Figure
              label={t`Points spent`}
              value={<Points value={stats.data.points_spent} />}
              definition={t`Without points that were returned.`}
            />
            <Figure
              label={t`Used`}
              value={formatNumber(used, i18n.locale)}
              definition={t`Of those redeemed in this period, how many were used by now.`}
            />
          </Columns>
          <BarChart
            title={step === 1 ? <Trans>Redeemed by day</Trans> : <Trans>Redeemed by week</Trans>}
            says={t`${plural(count, { one: "It was redeemed once in this period.", other: "It was redeemed # times in this period." })}`}
            soFar={period.soFar}
            x={places.map((day) => formatShortDay(day, i18n.locale))}
            series={[{ id: "redeemed", label: t`Redeemed`, values }]}
          />
        </>
      )}
    </Stack>
  );
}
