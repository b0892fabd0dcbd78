import { Trans, useLingui } from "@lingui/react/macro";
import { Radio, Select, SimpleGrid, Stack, Text, TextInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { Condition } from "@/ui/condition/Condition";
import { Section } from "@/ui/Page";
import { DateTimeInput } from "@/ui/forms/DateTimeInput";
import { LocalNumberInput, PointsInput } from "@/ui/forms/numbers";
import { PERIODS, type RuleValues } from "../form";
import { fieldsOf, type Names } from "../queries";
import { TRIGGERS, useFactOptions, useFactWords, useRuleWords } from "../words";
import { AwardFields } from "./AwardFields";

export interface RuleFieldsProps {
  form: UseFormReturnType<RuleValues>;
  names: Names;
  /** The setting that says what the rule gives. */
  managed: boolean;
}

/** All that a rule says, in the order in which one thinks of it. */
export function RuleFields({ form, names, managed }: RuleFieldsProps) {
  const { t } = useLingui();
  const words = useRuleWords();
  const facts = useFactWords(names);
  const options = useFactOptions(names);
  const values = form.values;
  return (
    <Stack gap="lg">
      <TextInput
        label={t`Name`}
        description={t`Your staff sees it, and the explanation of every award names it.`}
        required
        maxLength={120}
        {...form.getInputProps("name")}
      />
      <Section title={t`When`}>
        <Radio.Group {...form.getInputProps("trigger")} onChange={(next) => listen(form, next)}>
          <Stack gap="xs">
            {TRIGGERS.map((trigger) => (
              <Radio
                key={trigger}
                value={trigger}
                label={words.trigger(trigger)}
                description={words.whatHappens(trigger)}
                disabled={managed && trigger !== values.trigger}
              />
            ))}
          </Stack>
        </Radio.Group>
      </Section>
      <Section title={t`If`} hint={t`All of these must be true.`}>
        <Condition
          value={values.conditions}
          onChange={(next) => form.setFieldValue("conditions", next)}
          fields={fieldsOf(names.fields, values.trigger)}
          words={facts}
          options={options}
          empty={<Trans>Without a condition it always fires.</Trans>}
          error={form.errors.conditions}
        />
      </Section>
      <Section title={t`It gives`}>
        <AwardFields form={form} names={names} managed={managed} />
      </Section>
      {values.award.type !== "multiplier" && (
        <Section
          title={t`At most`}
          hint={t`How many points a member can get from this rule. Leave empty what has no limit.`}
        >
          <Limits form={form} />
        </Section>
      )}
      <Section title={t`From and until`} hint={t`Empty: at once, and without an end.`}>
        <SimpleGrid cols={{ base: 1, xs: 2 }} maw="32rem">
          <DateTimeInput label={t`From`} {...form.getInputProps("starts_at")} />
          <DateTimeInput label={t`Until`} {...form.getInputProps("ends_at")} />
        </SimpleGrid>
      </Section>
      <Section title={t`Beside other rules`}>
        <Beside form={form} />
      </Section>
      {names.programs.length > 1 && (
        <Section title={t`Program`}>
          <Select
            aria-label={t`Program`}
            maw="20rem"
            data={names.programs.map(({ id, name }) => ({ value: id, label: name }))}
            placeholder={names.programs.find(({ is_default }) => is_default)?.name ?? ""}
            clearable
            {...form.getInputProps("program_id")}
          />
        </Section>
      )}
    </Stack>
  );
}

/** What cannot be given for another event is given otherwise. */
function listen(form: UseFormReturnType<RuleValues>, trigger: string) {
  form.setFieldValue("trigger", trigger);
  const bought = trigger === "purchase.completed";
  const { type } = form.values.award;
  if (!bought && (type === "points_per_money" || type === "multiplier"))
    form.setFieldValue("award.type", "fixed");
  const of =
    trigger === "activity.recorded" ? "activity.value" : "member.tier_birthday_bonus_points";
  form.setFieldValue("award.of", bought ? "purchase.lines.quantity" : of);
}

function Limits({ form }: Pick<RuleFieldsProps, "form">) {
  const { t } = useLingui();
  const labels = {
    event: t`For one event`,
    day: t`A day`,
    month: t`A month`,
    lifetime: t`In all`,
  };
  return (
    <SimpleGrid cols={{ base: 1, xs: 2 }} maw="32rem">
      {PERIODS.map((period) => (
        <PointsInput
          key={period}
          label={labels[period]}
          min={1}
          {...form.getInputProps(`caps.${period}`)}
        />
      ))}
      {form.errors.caps && (
        <Text c="var(--tone-bad)" role="alert">
          {form.errors.caps}
        </Text>
      )}
    </SimpleGrid>
  );
}

function Beside({ form }: Pick<RuleFieldsProps, "form">) {
  const { t } = useLingui();
  const { stacking, exclusion_group: group } = form.values;
  const kind = stacking === "exclusive" ? "exclusive" : group === null ? "stack" : "group";
  const choose = (next: string) => {
    form.setFieldValue("stacking", next === "exclusive" ? "exclusive" : "stack");
    form.setFieldValue("exclusion_group", next === "group" ? (group ?? "") : null);
  };
  return (
    <Stack gap="sm">
      <Radio.Group value={kind} onChange={choose} aria-label={t`Beside other rules`}>
        <Stack gap="xs">
          <Radio
            value="stack"
            label={t`Its points add up with theirs`}
            description={t`The usual way.`}
          />
          <Radio
            value="group"
            label={t`Only the best rule of a group gives points`}
            description={t`For offers that must not be combined.`}
          />
          <Radio
            value="exclusive"
            label={t`It shuts out all others`}
            description={t`When it fires, no other rule gives points for the same event.`}
          />
        </Stack>
      </Radio.Group>
      {kind === "group" && (
        <TextInput
          maw="20rem"
          label={t`Group`}
          description={t`Rules with the same word are one group. Small letters, digits, - and _.`}
          {...form.getInputProps("exclusion_group")}
          value={group ?? ""}
        />
      )}
      {kind !== "stack" && (
        <LocalNumberInput
          maw="20rem"
          label={t`Priority`}
          description={t`Decides between equals: the higher one wins.`}
          allowDecimal={false}
          min={-1000}
          max={1000}
          {...form.getInputProps("priority")}
        />
      )}
    </Stack>
  );
}
