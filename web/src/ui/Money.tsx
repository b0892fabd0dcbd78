import { useLingui } from "@lingui/react/macro";
import { formatMoney, type MoneyForm } from "./format";
import { useCurrency } from "./tenant";

interface MoneyProps extends MoneyForm {
  /** The exact amount as the API writes it: `"42.90"`. */
  amount: string;
  /** ISO 4217; without it the tenant's. */
  currency?: string;
}

/** An amount in the reader's notation: `$42.90`, `42,90 €`. */
export function Money({ amount, currency, ...form }: MoneyProps) {
  const { i18n } = useLingui();
  const usual = useCurrency();
  return (
    <span className="tabular nowrap">
      {formatMoney(amount, currency ?? usual, i18n.locale, form)}
    </span>
  );
}
