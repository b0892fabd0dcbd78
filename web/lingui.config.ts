import { defineConfig } from "@lingui/cli";
import { formatter } from "@lingui/format-po";

// Every room keeps its own words, so that two people who work on two rooms never meet in one file.
export default defineConfig({
  sourceLocale: "en",
  locales: ["en", "de"],
  catalogs: [
    { path: "src/domains/{name}/locales/{locale}", include: ["src/domains/{name}"] },
    { path: "src/app/locales/{locale}", include: ["src/app"] },
    { path: "src/ui/locales/{locale}", include: ["src/ui", "src/api"] },
  ],
  format: formatter({ lineNumbers: false, origins: false }),
});
