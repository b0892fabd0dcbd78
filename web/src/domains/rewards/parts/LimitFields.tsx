import { useLingui } from "@lingui/react/macro";
import { SimpleGrid } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { LocalNumberInput, MoneyInput } from "@/ui/forms/numbers";
import { Section } from "@/ui/Page";
import type { RewardValues } from "../form";

type Count = "stock" | "max_redemptions_total" | "max_redemptions_per_member";

/** How often a reward can be had. */
export function LimitFields({ form }: { form: UseFormReturnType<RewardValues> }) {
  const { t } = useLingui();
  const count = (name: Count) => ({
    allowDecimal: false,
    ...form.getInputProps(name),
    value: form.values[name] ?? "",
    onChange: (next: number | string) =>
      form.setFieldValue(name, next === "" ? null : Number(next)),
  });
  return (
    <Section title={t`How often`} hint={t`Leave empty what has no limit.`}>
      <SimpleGrid cols={{ base: 1, xs: 2 }} maw="36rem" verticalSpacing="sm">
        <LocalNumberInput
          label={t`In stock`}
          description={t`Each redemption takes one away.`}
          min={0}
          {...count("stock")}
        />
        <LocalNumberInput
          label={t`At most per member`}
          description={t`How many one member can have.`}
          min={1}
          {...count("max_redemptions_per_member")}
        />
        <LocalNumberInput
          label={t`At most in all`}
          description={t`Counts what was redeemed before, too.`}
          min={1}
          {...count("max_redemptions_total")}
        />
        <MoneyInput
          label={t`Smallest purchase`}
          description={t`On which it can be used.`}
          {...form.getInputProps("min_order_value")}
        />
      </SimpleGrid>
    </Section>
  );
}
