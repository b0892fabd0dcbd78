import { useLingui } from "@lingui/react/macro";
import { SimpleGrid, TextInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import type { ReactNode } from "react";
import { DateTimeInput } from "@/ui/forms/DateTimeInput";
import { LocalNumberInput, MoneyInput } from "@/ui/forms/numbers";
import { ASKS, type RewardValues, type Worth } from "../form";

/** What a reward of this kind is worth. */
export function WorthFields({ form }: { form: UseFormReturnType<RewardValues> }) {
  const { t } = useLingui();
  const of = (name: keyof Worth) => ({
    key: name,
    ...form.getInputProps(`value.${name}`),
  });
  // Empty is null, which the API reads as no limit.
  const number = (name: keyof Worth) => {
    const { onChange, value, ...props } = of(name);
    return {
      ...props,
      value: (value as number | null) ?? "",
      onChange: (next: number | string) =>
        (onChange as (to: unknown) => void)(next === "" ? null : Number(next)),
    };
  };
  const fields: Record<keyof Worth, () => ReactNode> = {
    percentage: () => {
      const { key, ...props } = number("percentage");
      return (
        <LocalNumberInput
          key={key}
          label={t`Percent off`}
          required
          min={0}
          max={100}
          decimalScale={2}
          suffix=" %"
          {...props}
        />
      );
    },
    max_discount: () => {
      const { key, ...props } = of("max_discount");
      return (
        <MoneyInput
          key={key}
          label={t`At most so much off`}
          description={t`Empty: no limit.`}
          {...props}
        />
      );
    },
    amount: () => {
      const { key, ...props } = of("amount");
      return <MoneyInput key={key} label={t`Amount`} required {...props} />;
    },
    max_amount: () => {
      const { key, ...props } = of("max_amount");
      return (
        <MoneyInput
          key={key}
          label={t`Shipping costs up to`}
          description={t`Empty: all of them.`}
          {...props}
        />
      );
    },
    sku: () => {
      const { key, ...props } = of("sku");
      return (
        <TextInput
          key={key}
          label={t`Article number`}
          required={form.values.type === "free_product"}
          {...props}
        />
      );
    },
    product_name: () => {
      const { key, ...props } = of("product_name");
      return <TextInput key={key} label={t`Name of the article`} {...props} />;
    },
    units: () => {
      const { key, ...props } = number("units");
      return (
        <LocalNumberInput
          key={key}
          label={t`Pieces`}
          description={t`How many one reward stands for.`}
          min={1}
          allowDecimal={false}
          {...props}
        />
      );
    },
    regular_price: () => {
      const { key, ...props } = of("regular_price");
      return (
        <MoneyInput
          key={key}
          label={t`Price in the shop`}
          description={t`For comparison only.`}
          {...props}
        />
      );
    },
    venue: () => {
      const { key, ...props } = of("venue");
      return <TextInput key={key} label={t`Where`} {...props} />;
    },
    takes_place_at: () => {
      const { key, ...props } = of("takes_place_at");
      return <DateTimeInput key={key} label={t`When`} {...props} />;
    },
    seats: () => {
      const { key, ...props } = number("seats");
      return (
        <LocalNumberInput
          key={key}
          label={t`Seats`}
          description={t`How many one reward stands for.`}
          min={1}
          allowDecimal={false}
          {...props}
        />
      );
    },
  };
  const asked = ASKS[form.values.type];
  if (asked.length === 0) return null;
  return (
    <SimpleGrid cols={{ base: 1, xs: 2 }} maw="36rem" verticalSpacing="sm">
      {asked.map((name) => fields[name]())}
    </SimpleGrid>
  );
}
