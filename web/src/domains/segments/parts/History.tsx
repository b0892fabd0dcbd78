import { Trans, useLingui } from "@lingui/react/macro";
import { Group, Skeleton, Stack } from "@mantine/core";
import { type Schemas, useApi } from "@/api/context";
import { StackedBar } from "@/ui/charts/BarChart";
import { LineChart } from "@/ui/charts/LineChart";
import { Empty } from "@/ui/Empty";
import { Figure } from "@/ui/Figure";
import { formatMoney, formatNumber, formatShortDay } from "@/ui/format";
import { Money } from "@/ui/Money";
import { usePeriod } from "@/ui/period";
import { PeriodPicker } from "@/ui/PeriodPicker";
import { Points } from "@/ui/Points";
import { ProblemNotice } from "@/ui/ProblemNotice";
import { useCurrency } from "@/ui/tenant";
import type { Segment } from "../queries";

type Day = Schemas["SegmentDayOut"];

/** How a segment grew day by day, and what its members did. */
export function History({ segment }: { segment: Segment }) {
  const { t } = useLingui();
  const { api } = useApi();
  const [period] = usePeriod();
  const days = api.useQuery("get", "/v1/segments/{segment_id}/performance", {
    params: {
      path: { segment_id: segment.id },
      query: { since: period.from, until: period.to },
    },
  });
  if (days.error) return <ProblemNotice error={days.error} />;
  return (
    <Stack gap="xl">
      <Group justify="flex-end">
        <PeriodPicker />
      </Group>
      {days.data === undefined ? (
        <Skeleton h="16em" />
      ) : days.data.data.length === 0 ? (
        <Empty title={t`No day is counted yet`}>
          <Trans>
            Each day is counted in the night after it. Look again tomorrow, or choose another
            period.
          </Trans>
        </Empty>
      ) : (
        <Charts days={days.data.data} />
      )}
    </Stack>
  );
}

function Charts({ days }: { days: Day[] }) {
  const { t, i18n } = useLingui();
  const currency = useCurrency();
  const x = days.map(({ day }) => formatShortDay(day, i18n.locale));
  const sum = (of: (day: Day) => number) => days.reduce((total, day) => total + of(day), 0);
  const count = (value: number) => formatNumber(value, i18n.locale);
  const first = days[0]?.members ?? 0;
  const last = days.at(-1)?.members ?? 0;
  const [before, after] = [count(first), count(last)];
  const [came, went] = [count(sum((day) => day.joined)), count(sum((day) => day.left))];
  const revenue = sum((day) => Number(day.revenue)).toFixed(2);
  const spent = formatMoney(revenue, currency, i18n.locale);
  return (
    <>
      <LineChart
        title={<Trans>Size</Trans>}
        says={t`From ${before} to ${after} members.`}
        x={x}
        series={[{ id: "members", label: t`Members`, values: days.map(({ members }) => members) }]}
      />
      <StackedBar
        title={<Trans>Joined and left</Trans>}
        says={t`${came} joined, ${went} left.`}
        x={x}
        series={[
          { id: "joined", label: t`Joined`, values: days.map(({ joined }) => joined) },
          { id: "left", label: t`Left`, values: days.map(({ left }) => -left) },
        ]}
        format={(value) => count(Math.abs(value))}
      />
      <Group gap="xl" align="flex-start">
        <Figure
          label={t`Revenue`}
          value={<Money amount={revenue} />}
          definition={t`What members bought while they were in the segment, net of refunds.`}
        />
        <Figure
          label={t`Purchases`}
          value={count(sum((day) => day.purchases))}
          definition={t`Their completed purchases in that time.`}
        />
        <Figure
          label={t`Points earned`}
          value={<Points value={sum((day) => day.points_earned)} bare />}
          definition={t`Points that they earned in that time, in the usual program.`}
        />
        <Figure
          label={t`Points redeemed`}
          value={<Points value={sum((day) => day.points_redeemed)} bare />}
          definition={t`Points that they spent in that time, in the usual program.`}
        />
      </Group>
      <LineChart
        title={<Trans>Revenue</Trans>}
        says={t`Its members spent ${spent}.`}
        x={x}
        series={[
          { id: "revenue", label: t`Revenue`, values: days.map((day) => Number(day.revenue)) },
        ]}
        format={(value) => formatMoney(String(value), currency, i18n.locale)}
      />
    </>
  );
}
