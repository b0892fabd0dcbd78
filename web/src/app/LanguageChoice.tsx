import { useLingui } from "@lingui/react/macro";
import { NativeSelect } from "@mantine/core";
import { chooseLanguage, LANGUAGES, type Language } from "./language";

/** The languages that there are, each in its own words. */
export function LanguageChoice() {
  const { t, i18n } = useLingui();
  return (
    <NativeSelect
      aria-label={t`Language`}
      variant="unstyled"
      size="xs"
      value={i18n.locale}
      onChange={(event) => void chooseLanguage(event.currentTarget.value as Language)}
      data={Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }))}
    />
  );
}
