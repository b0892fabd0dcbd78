import { Trans, useLingui } from "@lingui/react/macro";
import { Box, Group, Select, Stack, Switch, Text } from "@mantine/core";
import { Condition } from "@/ui/condition/Condition";
import { LocalNumberInput, PointsInput } from "@/ui/forms/numbers";
import { formatMoney } from "@/ui/format";
import { useCurrency } from "@/ui/tenant";
import type { AwardType } from "../form";
import { fieldsOf } from "../queries";
import { useFactOptions, useFactWords } from "../words";
import type { RuleFieldsProps } from "./RuleFields";

const LINE_QUANTITY = "purchase.lines.quantity";
const NUMERIC = ["money", "number", "integer"];

/** What the rule gives: the kind of award, and what that kind asks. */
export function AwardFields(props: RuleFieldsProps) {
  const { form, managed } = props;
  const { t } = useLingui();
  const { type } = form.values.award;
  const bought = form.values.trigger === "purchase.completed";
  const kinds: { value: AwardType; label: string }[] = [
    { value: "points_per_money", label: t`Points per money` },
    { value: "fixed", label: t`The same points every time` },
    { value: "per_unit", label: t`Points for a quantity` },
    { value: "multiplier", label: t`Multiplied points` },
  ];
  const explained: Record<AwardType, string> = {
    points_per_money: t`Points for the money that was paid. The tier's multiplier and multiplying rules apply.`,
    fixed: t`A bonus that nothing multiplies.`,
    per_unit: t`A bonus for bottles, steps, stars: whatever has a number. Nothing multiplies it.`,
    multiplier: t`Gives no points of its own: multiplies those that a purchase earns per money.`,
  };
  return (
    <Stack gap="sm">
      <Select
        label={t`What it gives`}
        description={explained[type]}
        maw="28rem"
        allowDeselect={false}
        disabled={managed}
        data={kinds.filter(
          ({ value }) => bought || (value !== "points_per_money" && value !== "multiplier"),
        )}
        {...form.getInputProps("award.type")}
      />
      {type === "points_per_money" && <PerMoney {...props} />}
      {type === "fixed" && (
        <PointsInput
          label={t`Points`}
          maw="12rem"
          min={1}
          disabled={managed}
          {...form.getInputProps("award.points")}
        />
      )}
      {type === "per_unit" && <PerUnit {...props} />}
      {type === "multiplier" && (
        <LocalNumberInput
          label={t`Factor`}
          description={t`2 doubles the points.`}
          maw="12rem"
          valueIsNumericString
          {...form.getInputProps("award.factor")}
          onChange={(next) => form.setFieldValue("award.factor", String(next))}
        />
      )}
      {form.errors.award && (
        <Text c="var(--tone-bad)" role="alert">
          {form.errors.award}
        </Text>
      )}
    </Stack>
  );
}

function PerMoney(props: RuleFieldsProps) {
  const { form, managed } = props;
  const { t, i18n } = useLingui();
  const one = formatMoney("1", useCurrency(), i18n.locale);
  return (
    <>
      <LocalNumberInput
        label={t`Points per ${one}`}
        maw="12rem"
        valueIsNumericString
        disabled={managed}
        {...form.getInputProps("award.rate")}
        onChange={(next) => form.setFieldValue("award.rate", String(next))}
      />
      <Switch
        label={t`Count the amount net of tax`}
        checked={form.values.award.base === "net_amount"}
        onChange={(event) =>
          form.setFieldValue("award.base", event.currentTarget.checked ? "net_amount" : "amount")
        }
      />
      <Lines {...props} />
    </>
  );
}

function PerUnit(props: RuleFieldsProps) {
  const { form, names } = props;
  const { t } = useLingui();
  const facts = useFactWords(names);
  const fields = fieldsOf(names.fields, form.values.trigger);
  const countable = fields.filter(
    (field) => NUMERIC.includes(field.kind) && field.collection === null,
  );
  const choices = countable.map(({ name }) => ({
    value: name,
    label: facts.field?.(name) ?? name,
  }));
  if (form.values.trigger === "purchase.completed")
    choices.unshift({ value: LINE_QUANTITY, label: facts.field?.(LINE_QUANTITY) ?? LINE_QUANTITY });
  return (
    <>
      <Group align="flex-start" gap="sm">
        <PointsInput
          label={t`Points`}
          maw="12rem"
          min={1}
          {...form.getInputProps("award.points")}
        />
        <LocalNumberInput
          label={t`For every`}
          maw="8rem"
          valueIsNumericString
          {...form.getInputProps("award.unit")}
          onChange={(next) => form.setFieldValue("award.unit", String(next))}
        />
        <Select
          label={t`Of`}
          allowDeselect={false}
          searchable
          data={choices}
          {...form.getInputProps("award.of")}
        />
      </Group>
      {form.values.award.of === LINE_QUANTITY && <Lines {...props} />}
    </>
  );
}

/** Which lines of a purchase are counted. */
function Lines({ form, names }: RuleFieldsProps) {
  const facts = useFactWords(names);
  const options = useFactOptions(names);
  const fields = names.fields
    .filter((field) => field.collection === "purchase.lines")
    .map((field) => ({ ...field, collection: null }));
  return (
    <Box>
      <Text fw={500} mb="xxs">
        <Trans>Which lines count</Trans>
      </Text>
      <Condition
        value={form.values.award.lines}
        onChange={(next) => form.setFieldValue("award.lines", next)}
        fields={fields}
        words={facts}
        options={options}
        empty={<Trans>All lines of the purchase count.</Trans>}
        error={form.errors["award.lines"]}
      />
    </Box>
  );
}
