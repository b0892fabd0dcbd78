import { Trans, useLingui } from "@lingui/react/macro";
import { MultiSelect, Select, SimpleGrid, Stack, Text } from "@mantine/core";
import { DateTimeInput } from "@/ui/forms/DateTimeInput";
import { Section } from "@/ui/Page";
import { type Conditions, useRewardWords } from "../rewardWords";
import type { FieldsProps } from "./RewardFields";

/** Whom a reward is for and when, with the sentence that it makes. */
export function WhoFields({ form, names }: FieldsProps) {
  const { t } = useLingui();
  const words = useRewardWords();
  const ladder = [...names.tiers].sort((a, b) => a.level - b.level);
  const options = (known: { id: string; name: string }[], chosen: string[]) => [
    ...known.map(({ id, name }) => ({ value: id, label: name })),
    // What one may not read keeps its id, so that saving does not lose it.
    ...chosen
      .filter((id) => !known.some((each) => each.id === id))
      .map((id) => ({ value: id, label: id })),
  ];
  const { min_tier_level: level, tier_ids, segment_ids } = form.values;
  return (
    <Section title={t`Who can have it`} hint={t`What stands here must all be true.`}>
      <Stack gap="sm" maw="36rem">
        <Select
          label={t`From which tier on`}
          placeholder={t`Any tier, or none`}
          clearable
          data={levels(ladder, level)}
          value={level === null ? null : String(level)}
          onChange={(next) => form.setFieldValue("min_tier_level", next ? Number(next) : null)}
          error={form.errors.min_tier_level}
        />
        <MultiSelect
          label={t`Only on these tiers`}
          placeholder={tier_ids.length === 0 ? t`Any tier, or none` : ""}
          data={options(ladder, tier_ids)}
          {...form.getInputProps("tier_ids")}
        />
        <MultiSelect
          label={t`Only in one of these segments`}
          placeholder={segment_ids.length === 0 ? t`Every member` : ""}
          searchable
          data={options(names.segments, segment_ids)}
          {...form.getInputProps("segment_ids")}
        />
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          <DateTimeInput label={t`From`} {...form.getInputProps("starts_at")} />
          <DateTimeInput label={t`Until`} {...form.getInputProps("ends_at")} />
        </SimpleGrid>
        <Text>
          <Trans>In words:</Trans>{" "}
          {words.conditions(form.values as unknown as Conditions, names).join(" ")}
        </Text>
      </Stack>
    </Section>
  );
}

function levels(ladder: { name: string; level: number }[], chosen: number | null) {
  const known = ladder.map(({ name, level }) => ({ value: String(level), label: name }));
  if (chosen === null || ladder.some(({ level }) => level === chosen)) return known;
  return [...known, { value: String(chosen), label: String(chosen) }];
}
