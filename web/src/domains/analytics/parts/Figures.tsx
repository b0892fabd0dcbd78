import { Trans, useLingui } from "@lingui/react/macro";
import { SimpleGrid, Text } from "@mantine/core";
import type { ReactNode } from "react";
import type { Schemas } from "@/api/context";
import { Figure } from "@/ui/Figure";
import { formatMoney, formatNumber } from "@/ui/format";
import { Money } from "@/ui/Money";
import { Points } from "@/ui/Points";

type Overview = Schemas["OverviewOut"];
type Day = Schemas["DayFiguresOut"];

/** The big numbers of a period; each says on hover and focus what it counts. */
export function Figures({ overview }: { overview: Overview | undefined }) {
  const { t, i18n } = useLingui();
  const figures = overview?.figures;
  const previous = overview?.previous;
  const series = overview?.series ?? [];
  const rest = { loading: overview === undefined, soFar: overview?.complete === false };
  const trend = (of: (day: Day) => number) => series.map(of);
  const worth =
    figures?.outstanding_value && overview
      ? formatMoney(figures.outstanding_value, overview.currency, i18n.locale)
      : null;
  const count = (value: number | undefined): ReactNode => formatNumber(value ?? 0, i18n.locale);
  return (
    <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }} spacing="xl" verticalSpacing="lg">
      <Figure
        label={<Trans>Members’ revenue</Trans>}
        definition={t`What members paid for completed purchases, less what was refunded since.`}
        value={<Money amount={figures?.members_revenue ?? "0"} />}
        now={Number(figures?.members_revenue ?? 0)}
        before={Number(previous?.members_revenue ?? 0)}
        growth="good"
        trend={trend((day) => Number(day.members_revenue))}
        {...rest}
      />
      <Figure
        label={<Trans>Points issued</Trans>}
        definition={t`Points earned, given as a bonus or added by hand.`}
        value={<Points value={figures?.points_issued ?? 0} bare />}
        now={figures?.points_issued}
        before={previous?.points_issued}
        trend={trend((day) => day.points_issued)}
        {...rest}
      />
      <Figure
        label={<Trans>Points redeemed</Trans>}
        definition={t`Points spent on rewards or as payment.`}
        value={<Points value={figures?.points_redeemed ?? 0} bare />}
        now={figures?.points_redeemed}
        before={previous?.points_redeemed}
        growth="good"
        trend={trend((day) => day.points_redeemed)}
        {...rest}
      />
      <Figure
        label={<Trans>Points expired</Trans>}
        definition={t`Points that lapsed unused.`}
        value={<Points value={figures?.points_expired ?? 0} bare />}
        now={figures?.points_expired}
        before={previous?.points_expired}
        trend={trend((day) => day.points_expired)}
        {...rest}
      />
      <Figure
        label={<Trans>Active members</Trans>}
        definition={t`Members who bought something in the period. Counts people, not purchases.`}
        value={count(figures?.active_members)}
        now={figures?.active_members}
        before={previous?.active_members}
        growth="good"
        {...rest}
      />
      <Figure
        label={<Trans>New members</Trans>}
        definition={t`Members who joined in the period.`}
        value={count(figures?.members_enrolled)}
        now={figures?.members_enrolled}
        before={previous?.members_enrolled}
        growth="good"
        trend={trend((day) => day.members_enrolled)}
        {...rest}
      />
      <Figure
        label={<Trans>Members</Trans>}
        definition={t`Everyone in the programme at the end of the period, blocked members too.`}
        value={count(figures?.members)}
        now={figures?.members}
        before={previous?.members}
        growth="good"
        loading={rest.loading}
      />
      <Figure
        label={<Trans>Points outstanding</Trans>}
        definition={
          worth
            ? t`Points that members held at the end of the period, pending and held ones too. Worth ${worth} when they are paid with.`
            : t`Points that members held at the end of the period, pending and held ones too.`
        }
        value={
          <>
            <Points value={figures?.points_outstanding ?? 0} bare />
            {worth && (
              <Text span fz="sm" fw={400} c="dimmed">
                {" "}
                · {worth}
              </Text>
            )}
          </>
        }
        now={figures?.points_outstanding}
        before={previous?.points_outstanding}
        loading={rest.loading}
      />
    </SimpleGrid>
  );
}
