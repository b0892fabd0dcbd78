import { Trans, useLingui } from "@lingui/react/macro";
import {
  Checkbox,
  ColorInput,
  Group,
  Radio,
  Select,
  Stack,
  Textarea,
  TextInput,
} from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { LocalNumberInput, MoneyInput, PointsInput } from "@/ui/forms/numbers";
import { Section } from "@/ui/Page";
import { BADGES } from "@/ui/theme";
import type { Step } from "../ladder";
import { useCriteriaWords } from "../words";

export interface LadderValues extends Record<string, unknown> {
  steps: Step[];
}

interface StepFieldsProps {
  form: UseFormReturnType<LadderValues>;
  at: number;
}

/** Everything that a step of the ladder has: what it takes, what it brings, how long it lasts. */
export function StepFields({ form, at }: StepFieldsProps) {
  const { t } = useLingui();
  const criteria = useCriteriaWords();
  const step = form.values.steps[at];
  const field = (name: keyof Step) => form.getInputProps(`steps.${at}.${String(name)}`);
  if (step === undefined) return null;
  const counts = (what: string) => step.criteria === what || step.criteria === "hybrid";
  const makeDefault = () =>
    form.setFieldValue(
      "steps",
      form.values.steps.map((each, place) => ({ ...each, is_default: place === at })),
    );
  return (
    <Stack gap="lg">
      <Group align="flex-start" grow preventGrowOverflow={false}>
        <TextInput label={t`Name`} required maxLength={100} flex="2 1 14em" {...field("name")} />
        <ColorInput
          label={t`Colour`}
          description={t`Of its card and badge.`}
          inputWrapperOrder={["label", "input", "description", "error"]}
          format="hex"
          swatches={[...BADGES]}
          withEyeDropper={false}
          flex="1 1 10em"
          {...field("color")}
        />
      </Group>
      <Textarea
        label={t`Description`}
        description={t`What members read about it.`}
        autosize
        {...field("description")}
      />
      <Section title={<Trans>What it takes</Trans>}>
        <Stack>
          <Select
            label={t`What is counted`}
            allowDeselect={false}
            data={Object.entries(criteria).map(([value, label]) => ({ value, label }))}
            {...field("criteria")}
          />
          <Group align="flex-start" grow preventGrowOverflow={false}>
            {counts("spend") && <MoneyInput label={t`From a spend of`} {...field("min_spend")} />}
            {counts("points") && (
              <PointsInput label={t`From points`} min={0} {...field("min_points")} />
            )}
            <LocalNumberInput
              label={t`From orders`}
              min={0}
              allowDecimal={false}
              {...field("min_orders")}
            />
          </Group>
          <LocalNumberInput
            label={t`Within how many days`}
            description={t`Only the last days count; 0 counts everything a member ever did.`}
            min={0}
            allowDecimal={false}
            {...field("qualification_period_days")}
          />
          <Radio
            label={t`New members begin here`}
            checked={step.is_default}
            onChange={makeDefault}
          />
        </Stack>
      </Section>
      <Section title={<Trans>What it brings</Trans>}>
        <Stack>
          <Group align="flex-start" grow preventGrowOverflow={false}>
            <LocalNumberInput
              label={t`Points times`}
              description={t`1.5 gives half as many again.`}
              min={0.01}
              max={100}
              decimalScale={2}
              {...field("points_multiplier")}
            />
            <LocalNumberInput
              label={t`Discount in percent`}
              description={t`Your shop gives it; Laurels only tells it.`}
              min={0}
              max={100}
              decimalScale={2}
              {...field("discount_percentage")}
            />
          </Group>
          <PointsInput
            label={t`Points for a birthday`}
            description={t`For rules that give them.`}
            min={0}
            {...field("birthday_bonus_points")}
          />
          <Checkbox
            label={t`Free shipping`}
            checked={step.free_shipping}
            onChange={(event) =>
              form.setFieldValue(`steps.${at}.free_shipping`, event.currentTarget.checked)
            }
          />
          <Checkbox
            label={t`May buy before others`}
            checked={step.early_access}
            onChange={(event) =>
              form.setFieldValue(`steps.${at}.early_access`, event.currentTarget.checked)
            }
          />
        </Stack>
      </Section>
      <Section title={<Trans>How long it lasts</Trans>}>
        <Stack>
          <Checkbox
            label={t`It has to be earned again`}
            description={step.is_default ? t`Where new members begin cannot be lost.` : undefined}
            disabled={step.is_default}
            checked={step.requires_maintenance && !step.is_default}
            onChange={(event) =>
              form.setFieldValue(`steps.${at}.requires_maintenance`, event.currentTarget.checked)
            }
          />
          {step.requires_maintenance && !step.is_default && (
            <Group align="flex-start" grow preventGrowOverflow={false}>
              <LocalNumberInput
                label={t`Every how many days`}
                min={1}
                allowDecimal={false}
                {...field("maintenance_period_days")}
              />
              <LocalNumberInput
                label={t`Days of grace`}
                description={t`For which it is kept after that.`}
                min={0}
                allowDecimal={false}
                {...field("grace_days")}
              />
            </Group>
          )}
        </Stack>
      </Section>
    </Stack>
  );
}
