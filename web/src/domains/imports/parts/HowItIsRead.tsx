import { Trans, useLingui } from "@lingui/react/macro";
import { Checkbox, Select, SimpleGrid, Stack, TextInput } from "@mantine/core";
import { Section } from "@/ui/Page";
import type { Import, Settings } from "../words";

interface HowProps {
  run: Import;
  settings: Settings;
  source: string;
  onChange: (patch: Partial<Settings>) => void;
  onSource: (source: string) => void;
}

/** How cells are written, and what may happen by the way. */
export function HowItIsRead({ run, settings, source, onChange, onSource }: HowProps) {
  const { t } = useLingui();
  const people = ["purchases", "members", "balances"].includes(run.kind);
  return (
    <Section title={<Trans>How it is read</Trans>}>
      <Stack gap="md">
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <Select
            label={t`Dates are written`}
            allowDeselect={false}
            value={settings.dates}
            onChange={(value) => onChange({ dates: value as Settings["dates"] })}
            data={[
              { value: "iso", label: "2026-12-31" },
              { value: "day-first", label: "31.12.2026, 31/12/2026" },
              { value: "month-first", label: "12/31/2026" },
            ]}
          />
          <Select
            label={t`Amounts are written`}
            allowDeselect={false}
            value={settings.decimal_comma ? "comma" : "point"}
            onChange={(value) => onChange({ decimal_comma: value === "comma" })}
            data={[
              { value: "point", label: "1234.50" },
              { value: "comma", label: "1.234,50" },
            ]}
          />
          <TextInput
            label={t`Source`}
            description={t`A row is imported once per source. Files of one till or shop have the same one.`}
            value={source}
            maxLength={64}
            onChange={(event) => onSource(event.currentTarget.value)}
          />
          {run.kind === "purchases" && (
            <Select
              label={t`Rows of one order`}
              description={t`Only if the file has a row for each line of an order.`}
              clearable
              placeholder={t`Each row is an order`}
              value={settings.group_by}
              onChange={(group_by) => onChange({ group_by })}
              data={[...new Set(run.columns)]}
            />
          )}
        </SimpleGrid>
        {people && (
          <Checkbox
            label={t`New members earn what joining gives`}
            checked={settings.welcome}
            onChange={(event) => onChange({ welcome: event.currentTarget.checked })}
          />
        )}
        {(run.kind === "members" || run.kind === "balances") && (
          <Checkbox
            label={t`Only people who are members already; reject the others`}
            checked={settings.known_only}
            onChange={(event) => onChange({ known_only: event.currentTarget.checked })}
          />
        )}
        {run.kind === "purchases" && (
          <Checkbox
            label={t`Leave tiers as they are; they are reviewed at night`}
            checked={settings.ignore_tiers}
            onChange={(event) => onChange({ ignore_tiers: event.currentTarget.checked })}
          />
        )}
      </Stack>
    </Section>
  );
}
