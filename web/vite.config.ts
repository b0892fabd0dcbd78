import { fileURLToPath } from "node:url";
import { lingui } from "@lingui/vite-plugin";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  base: "/ui/",
  plugins: [lingui({ macroTransform: true, failOnMissing: true }), react()],
  resolve: { alias: { "@": here("./src") } },
  build: {
    outDir: here("../src/laurels/ui"),
    emptyOutDir: true,
    manifest: "manifest.json",
    target: "es2023",
    rolldownOptions: { input: { console: here("./console.html") } },
  },
  server: {
    port: 5173,
    proxy: { "/v1": process.env.LAURELS_API ?? "http://127.0.0.1:8080" },
  },
});
