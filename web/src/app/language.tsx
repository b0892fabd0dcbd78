import { i18n, type Messages } from "@lingui/core";
import { I18nProvider } from "@lingui/react";
import { type ReactNode, useEffect, useState } from "react";

export const LANGUAGES = { en: "English", de: "Deutsch" } as const;
export type Language = keyof typeof LANGUAGES;

type Catalog = () => Promise<{ messages: Messages }>;
const catalogs = import.meta.glob<{ messages: Messages }>("/src/**/locales/*.po") as Record<
  string,
  Catalog
>;

const STORED = "laurels.language";

/** The language that was chosen here, else the first of the browser's that we have. */
export function preferredLanguage(): Language {
  const wishes = [localStorage.getItem(STORED) ?? "", ...navigator.languages];
  for (const wish of wishes) {
    const short = wish.slice(0, 2);
    if (short in LANGUAGES) return short as Language;
  }
  return "en";
}

export async function chooseLanguage(language: Language): Promise<void> {
  localStorage.setItem(STORED, language);
  await load(language);
}

async function load(language: Language): Promise<void> {
  const wanted = Object.entries(catalogs).filter(([path]) => path.endsWith(`/${language}.po`));
  const loaded = await Promise.all(wanted.map(([, catalog]) => catalog()));
  const messages: Messages = Object.assign({}, ...loaded.map((catalog) => catalog.messages));
  i18n.loadAndActivate({ locale: language, messages });
  document.documentElement.lang = language;
}

export function Language({ children }: { children: ReactNode }) {
  const [ready, setReady] = useState(false);
  useEffect(() => {
    load(preferredLanguage()).then(() => setReady(true));
  }, []);
  return ready ? <I18nProvider i18n={i18n}>{children}</I18nProvider> : null;
}
