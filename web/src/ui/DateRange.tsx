import "@mantine/dates/styles.css";
import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, Stack, Text } from "@mantine/core";
import { DatePicker } from "@mantine/dates";
import { rangeOf, rangeText } from "./filters";
import { dayIn } from "./format";
import { useTenantZone } from "./tenant";
import { useNow } from "./When";

type Change = (value: string | undefined) => void;

interface DateRangeProps {
  /** `2026-01-01..2026-01-31`; either end may be missing. */
  value: string | undefined;
  onChange: Change;
  /** Takes a range by name at once. */
  onApply: Change;
}

/** Two days of the tenant, chosen from a calendar or by name. */
export function DateRange({ value, onChange, onApply }: DateRangeProps) {
  const { t, i18n } = useLingui();
  const zone = useTenantZone();
  const [from, to] = rangeOf(value);
  const now = useNow();
  const today = dayIn(zone, now);
  const presets: [string, number][] = [
    [t`Today`, 0],
    [t`Last 7 days`, -6],
    [t`Last 30 days`, -29],
    [t`Last 90 days`, -89],
  ];
  return (
    <Stack gap="xs">
      <Group gap="xs">
        {presets.map(([label, days]) => (
          <Button
            key={label}
            size="compact-xs"
            variant="default"
            onClick={() => onApply(rangeText(dayIn(zone, now, days), today))}
          >
            {label}
          </Button>
        ))}
      </Group>
      <DatePicker
        type="range"
        allowSingleDateInRange
        weekendDays={[]}
        mx="auto"
        locale={i18n.locale}
        value={[from || null, to || null]}
        onChange={([first, last]) => onChange(rangeText(first ?? "", last ?? ""))}
      />
      <Text fz="xs" c="dimmed">
        <Trans>Days of the time zone {zone}</Trans>
      </Text>
    </Stack>
  );
}
