import { useLingui } from "@lingui/react/macro";
import { NumberInput, type NumberInputProps } from "@mantine/core";
import { useCurrency } from "../tenant";

type Base = Omit<NumberInputProps, "value" | "onChange" | "defaultValue">;

/** The signs that a language writes thousands and decimals with. */
export function separatorsOf(locale: string): { thousands: string; decimal: string } {
  const parts = new Intl.NumberFormat(locale).formatToParts(12345.6);
  const found = (type: string) => parts.find((part) => part.type === type)?.value;
  return { thousands: found("group") ?? ",", decimal: found("decimal") ?? "." };
}

/** How many decimals a currency has: 2 for EUR, 0 for JPY. */
export function decimalsOf(currency: string): number {
  return (
    new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions()
      .maximumFractionDigits ?? 2
  );
}

/** A number in the reader's notation; Mantine's own has a point everywhere. */
export function LocalNumberInput(props: NumberInputProps) {
  const { i18n } = useLingui();
  const { thousands, decimal } = separatorsOf(i18n.locale);
  return (
    <NumberInput hideControls thousandSeparator={thousands} decimalSeparator={decimal} {...props} />
  );
}

interface PointsInputProps extends Base {
  value?: number | null | undefined;
  onChange?: (value: number | null) => void;
  /** What the program calls its unit. */
  unit?: string;
}

/** Whole points. Empty is null, never 0. */
export function PointsInput({ value, onChange, unit, ...props }: PointsInputProps) {
  const { t } = useLingui();
  return (
    <LocalNumberInput
      allowDecimal={false}
      suffix={` ${unit ?? t`points`}`}
      inputMode="numeric"
      value={value ?? ""}
      onChange={(next) => onChange?.(next === "" ? null : Number(next))}
      {...props}
    />
  );
}

interface MoneyInputProps extends Base {
  /** The exact amount as text, as the API has it: `"42.90"`. */
  value?: string | null | undefined;
  onChange?: (value: string | null) => void;
  currency?: string;
}

/** An exact amount: text goes in and out, so that no cent is lost to a binary fraction. */
export function MoneyInput({ value, onChange, currency, ...props }: MoneyInputProps) {
  const usual = useCurrency();
  const code = currency ?? usual;
  return (
    <LocalNumberInput
      decimalScale={decimalsOf(code)}
      inputMode="decimal"
      rightSection={code}
      rightSectionWidth="3.5em"
      rightSectionPointerEvents="none"
      valueIsNumericString
      value={value ?? ""}
      onChange={(next) => onChange?.(next === "" ? null : String(next))}
      {...props}
    />
  );
}
