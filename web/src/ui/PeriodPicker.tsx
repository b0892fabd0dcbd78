import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, NativeSelect, Popover, SegmentedControl, Stack } from "@mantine/core";
import { IconCalendar } from "@tabler/icons-react";
import { lazy, Suspense, useState } from "react";
import { formatDay } from "./format";
import { PERIODS, type PeriodName, usePeriod } from "./period";

const DateRange = lazy(() =>
  import("./DateRange").then((module) => ({ default: module.DateRange })),
);

/** Chooses the page's period; `usePeriod()` reads it. */
export function PeriodPicker() {
  const { t, i18n } = useLingui();
  const [period, setPeriod] = usePeriod();
  const [open, setOpen] = useState(false);
  const [draft, setDraft] = useState<string>();
  const words: Record<PeriodName, string> = {
    "7d": t`7 days`,
    "30d": t`30 days`,
    "90d": t`90 days`,
    month: t`This month`,
    last_month: t`Last month`,
  };
  const own = !PERIODS.includes(period.id as PeriodName);
  const choices = PERIODS.map((name) => ({ value: name as string, label: words[name] }));
  const choose = (id: string | undefined) => {
    if (id !== undefined) setPeriod(id);
    setOpen(false);
  };
  return (
    <Group gap="xs">
      {/* Five words side by side are wider than a phone. */}
      <NativeSelect
        hiddenFrom="sm"
        aria-label={t`Period`}
        data={own ? [{ value: "", label: t`Other days` }, ...choices] : choices}
        value={own ? "" : period.id}
        onChange={(event) => choose(event.currentTarget.value || undefined)}
      />
      <SegmentedControl
        visibleFrom="sm"
        transitionDuration={0}
        size="xs"
        aria-label={t`Period`}
        data={choices}
        value={own ? "" : period.id}
        onChange={setPeriod}
      />
      <Popover opened={open} onChange={setOpen} position="bottom-end" shadow="md" trapFocus>
        <Popover.Target>
          <Button
            size="xs"
            variant="default"
            leftSection={<IconCalendar size={14} aria-hidden />}
            onClick={() => setOpen(!open)}
          >
            {own ? (
              `${formatDay(period.from, i18n.locale)} – ${formatDay(period.to, i18n.locale)}`
            ) : (
              <Trans>Other days</Trans>
            )}
          </Button>
        </Popover.Target>
        <Popover.Dropdown>
          <Suspense>
            <Stack gap="sm">
              <DateRange
                value={draft ?? `${period.from}..${period.to}`}
                onChange={setDraft}
                onApply={choose}
              />
              <Button size="xs" onClick={() => choose(draft)}>
                <Trans>Apply</Trans>
              </Button>
            </Stack>
          </Suspense>
        </Popover.Dropdown>
      </Popover>
    </Group>
  );
}
