import { Trans, useLingui } from "@lingui/react/macro";
import { Stack, Text } from "@mantine/core";
import type { Schemas } from "@/api/context";
import { Figure } from "@/ui/Figure";
import { formatNumber } from "@/ui/format";
import { Money } from "@/ui/Money";
import { Columns } from "@/ui/Page";
import { Points } from "@/ui/Points";

interface CountsProps {
  counts: Schemas["ImportCountsOut"];
  difference: Schemas["ImportDifferenceOut"] | null;
}

/** Counts of rows, which add up, and what they change. */
export function Counts({ counts, difference }: CountsProps) {
  const { t, i18n } = useLingui();
  const figure = (value: number) => formatNumber(value, i18n.locale);
  const [read, booked, skipped, rejected] = [
    counts.read,
    counts.booked,
    counts.skipped,
    counts.rejected,
  ].map(figure);
  const completed = difference?.amounts.completed;
  return (
    <Stack gap="md">
      <Columns count={3}>
        <Figure label={t`Booked`} value={booked} definition={t`Rows that changed something.`} />
        <Figure
          label={t`There before`}
          value={skipped}
          definition={t`Rows that were imported before, so nothing was done.`}
        />
        <Figure
          label={t`Rejected`}
          value={rejected}
          definition={t`Rows that could not be booked, each with its reason.`}
        />
        {difference !== null && (
          <>
            <Figure
              label={t`New members`}
              value={figure(difference.new_members)}
              definition={t`People who were not members before.`}
            />
            <Figure
              label={t`Points`}
              value={<Points value={difference.points} bare />}
              definition={t`What came in less what was taken back; without points for joining.`}
            />
            {completed !== undefined && (
              <Figure
                label={t`Purchases`}
                value={<Money amount={completed} />}
                definition={t`Amounts of completed purchases.`}
              />
            )}
          </>
        )}
      </Columns>
      <Text c="dimmed" className="tabular">
        <Trans>
          {read} read = {booked} booked + {skipped} there before + {rejected} rejected
        </Trans>
      </Text>
    </Stack>
  );
}
