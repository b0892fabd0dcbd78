import { fileURLToPath } from "node:url";
import { lingui } from "@lingui/vite-plugin";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import words from "./lingui.config.ts";
import { preloadFont } from "./vite/fonts.ts";
import { precompress } from "./vite/precompress.ts";
import { pages } from "./vite/pages.ts";
import { mantineSheet } from "./vite/sheet.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  base: "/ui/",
  plugins: [
    lingui({ macroTransform: true, failOnMissing: true }),
    react(),
    mantineSheet(),
    preloadFont(/inter-latin-wght/),
    precompress(),
    pages(["console"]),
  ],
  resolve: { alias: { "@": here("./src") } },
  build: {
    outDir: here("../src/laurels/ui"),
    emptyOutDir: true,
    manifest: "manifest.json",
    target: "es2023",
    rolldownOptions: {
      input: { console: here("./console.html") },
      output: {
        // All words of one language come at once.
        codeSplitting: { groups: words.locales.map(wordsOf) },
      },
    },
  },
  server: {
    port: 5173,
    fs: { allow: [here("."), here("../docs")] },
    proxy: { "/v1": process.env.LAURELS_API ?? "http://127.0.0.1:8080" },
  },
  test: {
    // What draws is tested in a document; making one takes longer than most tests.
    projects: [testsIn("jsdom", "tsx"), testsIn("node", "ts")],
  },
});

function wordsOf(language: string) {
  return { name: `words-${language}`, test: new RegExp(`/locales/${language}\\.po$`) };
}

function testsIn(environment: string, ending: string) {
  const include = [`{src,lint,vite}/**/*.test.${ending}`];
  return { extends: true as const, test: { name: environment, environment, include } };
}
