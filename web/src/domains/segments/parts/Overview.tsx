import { Trans, useLingui } from "@lingui/react/macro";
import { Group, Stack, Text } from "@mantine/core";
import { Copy } from "@/ui/Copy";
import { Figure } from "@/ui/Figure";
import { formatNumber } from "@/ui/format";
import { Money } from "@/ui/Money";
import { Facts, Section } from "@/ui/Page";
import { Points } from "@/ui/Points";
import { When } from "@/ui/When";
import type { CriteriaTold, Segment } from "../queries";
import { CriteriaSentence } from "./CriteriaSentence";
import { UsedBy } from "./UsedBy";

interface OverviewProps {
  segment: Segment;
  told: CriteriaTold;
}

/** What a segment is, how large, and where it is used. */
export function Overview({ segment, told }: OverviewProps) {
  const { t, i18n } = useLingui();
  const dynamic = segment.kind === "dynamic";
  return (
    <Stack gap="lg">
      {segment.failure !== null && (
        <Text c="var(--tone-bad)" role="alert" maw="72ch">
          <Trans>It could not be computed, so its members are those of the time before:</Trans>{" "}
          {segment.failure}
        </Text>
      )}
      <Group gap="xl" align="flex-start">
        <Figure
          label={t`Members`}
          value={formatNumber(segment.member_count, i18n.locale)}
          definition={t`Members who belong to it now.`}
        />
        <Figure
          label={t`Spend per member`}
          value={<Money amount={segment.avg_lifetime_value} />}
          definition={t`What its members have spent in all, net of refunds, on average.`}
        />
        <Figure
          label={t`Points per member`}
          value={<Points value={segment.avg_points_balance} bare />}
          definition={t`The balance of its members in the usual program, on average.`}
        />
      </Group>
      <Section title={t`What it is`}>
        <Facts
          facts={[
            [
              t`Who belongs to it`,
              <CriteriaSentence key="" criteria={segment.criteria} told={told} />,
            ],
            dynamic && [
              t`Kept up to date`,
              segment.auto_update
                ? t`by itself, within minutes and each night`
                : t`when somebody recomputes it`,
            ],
            [t`Used by`, <UsedBy key="" segment={segment} names />],
            dynamic && [
              t`Last computed`,
              segment.last_computed_at === null ? (
                t`not yet`
              ) : (
                <When key="" at={segment.last_computed_at} />
              ),
            ],
            [t`Created`, <When key="" at={segment.created_at} />],
            [t`Version`, formatNumber(segment.version, i18n.locale)],
            [t`Id`, <Copy key="" value={segment.id} />],
          ]}
        />
      </Section>
    </Stack>
  );
}
