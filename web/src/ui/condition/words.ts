import { useLingui } from "@lingui/react/macro";
import { formatDay, formatMoney, formatMomentShort, formatNumber } from "../format";
import { useCurrency, useTenantZone } from "../tenant";
import {
  type ConditionField,
  fieldOf,
  keyPrefix,
  type Leaf,
  type Operator,
  type Quantifier,
  type Scalar,
} from "./model";

/** What a page may say about its fields; what it leaves out is told from their names. */
export interface ConditionWords {
  /** What a field is called in the sentence: `purchase.amount` → `the amount`. */
  field?: (name: string) => string | undefined;
  /** What a value is called: a tier's name for its id, a word for a choice. */
  value?: (field: string, value: string) => string | undefined;
  /** What the elements of a collection are called: `purchase.lines` → `lines`. */
  elements?: (collection: string) => string | undefined;
}

/** `purchase.net_amount` → `purchase net amount`. */
export const plainName = (name: string) => name.replaceAll(/[._]/g, " ");

/** All words that a condition is told in. */
export function useConditionWords(fields: ConditionField[], words: ConditionWords = {}) {
  const { t, i18n } = useLingui();
  const zone = useTenantZone();
  const currency = useCurrency();

  const operators: Record<Operator, string> = {
    eq: t`is`,
    ne: t`is not`,
    lt: t`is less than`,
    lte: t`is at most`,
    gt: t`is more than`,
    gte: t`is at least`,
    in: t`is one of`,
    not_in: t`is none of`,
    contains: t`contains`,
    starts_with: t`starts with`,
    between: t`is between`,
    exists: t`is known`,
  };
  const dates: Partial<Record<Operator, string>> = {
    lt: t`is before`,
    lte: t`is until`,
    gt: t`is after`,
    gte: t`is since`,
  };

  const operator = (op: Operator, kind: string, value?: Leaf["value"]): string => {
    if (op === "exists") return value === false ? t`is not known` : operators.exists;
    return (kind.startsWith("date") ? dates[op] : undefined) ?? operators[op];
  };

  const one = (name: string, kind: string, value: Scalar): string => {
    const own = words.value?.(name, String(value));
    if (own !== undefined) return own;
    if (typeof value === "boolean") return value ? t`yes` : t`no`;
    if (value === "") return "…";
    switch (kind) {
      case "money":
        return formatMoney(String(value), currency, i18n.locale);
      case "integer":
      case "number":
        return formatNumber(value, i18n.locale);
      case "date":
        return formatDay(String(value), i18n.locale);
      case "datetime":
        return formatMomentShort(String(value), i18n.locale, zone);
      case "enum":
        return plainName(String(value));
      default:
        return t`“${value}”`;
    }
  };

  const value = (leaf: Leaf, kind: string): string => {
    if (leaf.op === "exists") return "";
    if (!Array.isArray(leaf.value)) return one(leaf.field, kind, leaf.value);
    const parts = leaf.value.map((each) => one(leaf.field, kind, each));
    if (leaf.op === "between") {
      const [least = "…", most = "…"] = parts;
      return t`${least} and ${most}`;
    }
    if (parts.length === 0) return "…";
    return new Intl.ListFormat(i18n.locale, { type: "disjunction" }).format(parts);
  };

  const field = (name: string, collection: string | null): string => {
    const own = words.field?.(name);
    if (own !== undefined) return own;
    const known = fieldOf(fields, name, collection);
    const prefix = known && keyPrefix(known);
    if (prefix && name.length > prefix.length) return `“${name.slice(prefix.length)}”`;
    return plainName(name.replace(/\.$/, ""));
  };

  const elements = (collection: string) =>
    words.elements?.(collection) ?? plainName(collection.split(".").at(-1) ?? collection);

  return {
    field,
    operator,
    value,
    one,
    elements,
    quantified: (quantifier: Quantifier, collection: string): string => {
      const things = elements(collection);
      if (quantifier === "every") return t`all ${things}`;
      return quantifier === "some" ? t`at least one of the ${things}` : t`none of the ${things}`;
    },
  };
}

export type Told = ReturnType<typeof useConditionWords>;
