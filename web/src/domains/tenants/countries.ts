import { useLingui } from "@lingui/react/macro";

const namesIn = (locale: string) => new Intl.DisplayNames([locale], { type: "region" });

/** Names countries by their ISO 3166 code. */
export function useCountryName(): (code: string) => string {
  const { i18n } = useLingui();
  const names = namesIn(i18n.locale);
  return (code) => names.of(code) ?? code;
}

/** Countries to choose from, sorted by their names. */
export function useCountries(codes: string[]): { value: string; label: string }[] {
  const { i18n } = useLingui();
  const name = useCountryName();
  return codes
    .map((value) => ({ value, label: name(value) }))
    .sort((a, b) => a.label.localeCompare(b.label, i18n.locale));
}
